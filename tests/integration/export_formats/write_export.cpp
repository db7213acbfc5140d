// Writes one table with an exporter, and what a reader has to find in it.
//
//   write_export MODULE OUTPUT EXPECTED [one-sheet] [rows=N] [NAME=VALUE...]
//
// Texts and reals stand in EXPECTED in hexadecimal, so that no code under test can spoil both sides. With rows=N a
// table of N rows of an integer and a text is written instead, and EXPECTED holds nothing; the seconds that it took are
// printed.
#include <chrono>
#include <cstdio>
#include <fstream>
#include <iostream>

#include "tests/integration/export_formats/hostile_table.h"
#include "tests/support/exporter_module.h"

namespace {

using namespace strongroom::testing;

// Bytes go to the file as they come.
struct FileSink {
  std::ofstream file;

  sr_byte_sink abi() {
    return {sizeof(sr_byte_sink), 0, this, [](void* context, sr_bytes piece) {
              auto& output = static_cast<FileSink*>(context)->file;
              output.write(reinterpret_cast<const char*>(piece.data), static_cast<std::streamsize>(piece.size));
              return output ? sr_status{SR_OK} : sr_status{SR_IO};
            }};
  }
};

void must(sr_status status, const ExportRun& running) {
  if (status != SR_OK) throw std::runtime_error("status " + std::to_string(status) + ": " + running.sentence());
}

void write_hostile(ExportRun& running, std::size_t sheets, std::ostream& expected) {
  expected << "[";
  for (std::size_t i = 0; i < sheets; ++i) {
    const HostileTable table(i);
    must(running.sheet(table.name(), table.title(), table.columns()), running);
    must(running.rows(table.cells(), table.columns().size()), running);
    expected << (i == 0 ? "" : ",\n");
    table.describe(expected);
  }
  expected << "]\n";
}

void write_many(ExportRun& running, std::int64_t count, std::int64_t columns) {
  std::vector<std::string> names;
  for (std::int64_t i = 0; i < columns; ++i) names.push_back("c" + std::to_string(i));
  std::vector<sr_column> list;
  for (std::size_t i = 0; i < names.size(); ++i)
    list.push_back(column_of(names[i], names[i],
                             i % 2 == 0   ? SR_CELL_INTEGER
                             : i % 4 == 1 ? SR_CELL_TEXT
                                          : SR_CELL_TIME));
  must(running.sheet("many", "Many", list), running);
  for (std::int64_t at = 0; at < count; at += 1024) {
    std::vector<sr_cell> cells;
    for (std::int64_t row = at; row < std::min(at + 1024, count); ++row)
      for (const sr_column& column : list)
        cells.push_back(column.type == SR_CELL_TEXT   ? text_cell("alice/laptop, read")
                        : column.type == SR_CELL_TIME ? number_cell(SR_CELL_TIME, 1'795'766'400'123 + row)
                                                      : number_cell(SR_CELL_INTEGER, row));
    must(running.rows(cells, list.size()), running);
  }
}

int run(int argc, char** argv) {
  if (argc < 4) throw std::runtime_error("write_export MODULE OUTPUT EXPECTED [one-sheet] [rows=N] [NAME=VALUE...]");
  std::size_t sheets = 2;
  std::int64_t many = 0;
  std::int64_t columns = 2;
  ExportRun::SettingList settings;
  for (int i = 4; i < argc; ++i) {
    const std::string argument = argv[i];
    const auto equals = argument.find('=');
    if (argument == "one-sheet")
      sheets = 1;
    else if (equals == std::string::npos)
      throw std::runtime_error("not known: " + argument);
    else if (argument.starts_with("rows="))
      many = std::stoll(argument.substr(equals + 1));
    else if (argument.starts_with("columns="))
      columns = std::stoll(argument.substr(equals + 1));
    else
      settings.emplace_back(argument.substr(0, equals), argument.substr(equals + 1));
  }
  const ExporterModule module(argv[1]);
  FileSink sink{std::ofstream(argv[2], std::ios::binary)};
  std::ofstream expected(argv[3]);
  ExportRun running(module.table(), sink.abi(), settings);
  running.title = "Audit <log> & \"more\"";
  running.author = "Zoë \xF0\x9F\x94\x91";
  must(running.begin(), running);
  const auto start = std::chrono::steady_clock::now();
  if (many > 0)
    write_many(running, many, columns);
  else
    write_hostile(running, sheets, expected);
  must(running.end(), running);
  std::cout << std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() << "\n";
  return sink.file.flush() && expected.flush() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "write_export: %s\n", problem.what());
    return 1;
  }
}
