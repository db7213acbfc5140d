// The promises of strongroom/abi/exporter.h that hold for every format.
#include <algorithm>
#include <array>
#include <filesystem>
#include <limits>
#include <memory>
#include <thread>

#include "sdk/src/plugin_tests/export_run.h"

namespace strongroom::plugin_tests {
namespace {

constexpr sr_status k_failure_of_the_sink = 4711;
// Milliseconds since 1970-01-01 00:00 UTC, proleptic Gregorian.
constexpr std::int64_t k_before_year_1 = -62'135'596'800'001;
constexpr std::int64_t k_after_year_9999 = 253'402'300'800'000;

const sr_exporter_v1& table_of(const Context& context) {
  return *static_cast<const sr_exporter_v1*>(context.entry.get_extension(SR_EXPORTER_V1_ID));
}

// A call that must go well.
void good(sr_status status, const ExportRun& run, const std::string& what) {
  if (status == SR_OK) return;
  throw Broken{what + " fails with " + name_of(status) + (run.sentence().empty() ? "" : ": " + run.sentence())};
}

std::unique_ptr<ExportRun> begun(const Context& context, ExportSink& sink) {
  auto run = std::make_unique<ExportRun>(table_of(context), sink.abi(), context.settings);
  good(run->begin(), *run, "begin");
  return run;
}

const std::vector<sr_column>& all_types() {
  static const std::vector<sr_column> list = {
      column_of("what", "What", SR_CELL_TEXT),     column_of("number", "Number", SR_CELL_INTEGER),
      column_of("share", "Share", SR_CELL_REAL),   column_of("good", "Good", SR_CELL_BOOLEAN),
      column_of("time", "Time", SR_CELL_TIME),     column_of("nothing", "Nothing", SR_CELL_TEXT),
      column_of("digest", "Digest", SR_CELL_TEXT),
  };
  return list;
}

std::unique_ptr<ExportRun> with_sheet(const Context& context, ExportSink& sink) {
  auto run = begun(context, sink);
  good(run->sheet("events", "Events", all_types()), *run, "sheet");
  return run;
}

// Text that does not compress well, the same in each run (Knuth's MMIX generator).
std::string digest(std::uint64_t seed) {
  std::string out;
  for (int i = 0; i < 60; ++i) {
    seed = seed * 6'364'136'223'846'793'005u + 1'442'695'040'888'963'407u;
    out += static_cast<char>('A' + (seed >> 33) % 58);
  }
  return out;
}

// Rows of all types, with numbers from `first` in them.
sr_status write(ExportRun& run, int count, int first = 0) {
  constexpr int k_batch = 1000;
  for (int at = 0; at < count; at += k_batch) {
    const int size = std::min(k_batch, count - at);
    std::vector<std::string> texts;
    for (int i = 0; i < size; ++i) {
      texts.push_back("secret \"" + std::to_string(first + at + i) + "\", read");
      texts.push_back(digest(static_cast<std::uint64_t>(first + at + i)));
    }
    std::vector<sr_cell> cells;
    for (int i = 0; i < size; ++i) {
      const std::int64_t number = first + at + i;
      const auto text = static_cast<std::size_t>(i) * 2;
      cells.insert(cells.end(),
                   {text_cell(texts[text]), number_cell(SR_CELL_INTEGER, number),
                    real_cell(static_cast<double>(number) / 3), number_cell(SR_CELL_BOOLEAN, number % 2),
                    number_cell(SR_CELL_TIME, 1'795'766'400'123 + number), empty_cell(), text_cell(texts[text + 1])});
    }
    if (const sr_status status = run.rows(cells, all_types().size()); status != SR_OK) return status;
  }
  return SR_OK;
}

void write_good(ExportRun& run, int count, int first = 0) {
  good(write(run, count, first), run, "rows");
}

void end_good(ExportRun& run) {
  good(run.end(), run, "end");
}

void writes_every_type(Context& context) {
  ExportSink sink;
  const auto run = with_sheet(context, sink);
  write_good(*run, 3);
  end_good(*run);
  expect(sink.size > 0, "an export of three rows writes nothing");
}

void writes_the_same_twice(Context& context) {
  std::array<ExportSink, 2> sinks;
  for (ExportSink& sink : sinks) {
    const auto run = with_sheet(context, sink);
    write_good(*run, 100);
    end_good(*run);
  }
  expect(sinks[0].bytes == sinks[1].bytes, "the same rows make two different files");
}

void writes_an_export_without_rows_or_sheets(Context& context) {
  ExportSink rowless;
  end_good(*with_sheet(context, rowless));
  ExportSink empty;
  end_good(*begun(context, empty));
}

void takes_a_call_without_rows(Context& context) {
  ExportSink sink;
  const auto run = with_sheet(context, sink);
  good(run->rows({}, all_types().size()), *run, "rows without any");
  end_good(*run);
}

void refuses_rows_before_a_sheet(Context& context) {
  ExportSink sink;
  const auto run = begun(context, sink);
  expect_status(write(*run, 1), SR_INVALID, "rows before a sheet");
  expect(!run->sentence().empty(), "rows before a sheet are refused without a sentence");
}

void begins_a_second_sheet_or_says_that_it_cannot(Context& context) {
  ExportSink sink;
  const auto run = with_sheet(context, sink);
  write_good(*run, 2);
  const sr_status second = run->sheet("other", "Events", {column_of("only", "Only", SR_CELL_INTEGER)});
  if (second == SR_UNSUPPORTED) {
    expect(!run->sentence().empty(), "a second sheet is refused without a sentence");
    return;
  }
  good(second, *run, "a second sheet");
  good(run->rows({number_cell(SR_CELL_INTEGER, 1), empty_cell()}, 1), *run, "rows of the second sheet");
  end_good(*run);
}

// What `rows` answers to one cell in a column of `type`.
sr_status rows_of_one(const Context& context, std::uint32_t type, const sr_cell& cell) {
  ExportSink sink;
  const auto run = begun(context, sink);
  good(run->sheet("s", "S", {column_of("n", "N", type)}), *run, "sheet");
  return run->rows({cell}, 1);
}

void refuses_a_cell_of_another_type(Context& context) {
  for (const sr_cell& cell : {text_cell("1"), real_cell(1), number_cell(SR_CELL_TIME, 1), number_cell(77, 1)})
    expect_status(rows_of_one(context, SR_CELL_INTEGER, cell), SR_INVALID, "a cell of another type than its column's");
}

void refuses_values_out_of_bounds(Context& context) {
  constexpr double k_infinite = std::numeric_limits<double>::infinity();
  const std::string longer(SR_EXPORT_MAX_TEXT + 1, 'x');

  struct {
    sr_cell cell;
    const char* what;
  } const cases[] = {
      {number_cell(SR_CELL_BOOLEAN, 2), "a boolean of 2"},
      {number_cell(SR_CELL_TIME, k_before_year_1), "a time before the year 1"},
      {number_cell(SR_CELL_TIME, k_after_year_9999), "a time after the year 9999"},
      {real_cell(k_infinite), "a number that is not finite"},
      {text_cell(longer), "a text of more than 64 KiB"},
  };

  for (const auto& [cell, what] : cases) {
    const sr_status status = rows_of_one(context, cell.type, cell);
    expect(status == SR_INVALID || status == SR_TOO_LARGE,
           std::string(what) + " must be refused with SR_INVALID or SR_TOO_LARGE");
  }
}

void refuses_columns_out_of_bounds(Context& context) {
  const std::vector<sr_column> many(SR_EXPORT_MAX_COLUMNS + 1, column_of("n", "N", SR_CELL_INTEGER));
  sr_column wide = column_of("n", "N", SR_CELL_INTEGER);
  wide.width = 256;
  const std::vector<sr_column> twice(2, column_of("n", "N", SR_CELL_INTEGER));
  for (const auto& wrong : {many,
                            std::vector<sr_column>{},
                            {column_of("n", "N", SR_CELL_EMPTY)},
                            {column_of("n", "N", 77)},
                            {column_of("N n", "N", SR_CELL_INTEGER)},
                            {column_of("", "N", SR_CELL_INTEGER)},
                            twice,
                            {wide}}) {
    ExportSink sink;
    const auto run = begun(context, sink);
    expect_status(run->sheet("s", "S", wrong), SR_INVALID,
                  "a sheet of 0 or 65 columns, or with a column whose type, name or width is out of bounds,");
  }
}

void takes_as_many_columns_as_there_may_be(Context& context) {
  std::vector<std::string> names;
  for (unsigned i = 0; i < SR_EXPORT_MAX_COLUMNS; ++i) names.push_back("column_" + std::to_string(i));
  std::vector<sr_column> columns;
  for (const auto& name : names) columns.push_back(column_of(name, name, SR_CELL_TEXT));
  ExportSink sink;
  const auto run = begun(context, sink);
  good(run->sheet("s", "S", columns), *run, "a sheet of 64 columns");
  good(run->rows(std::vector<sr_cell>(columns.size(), text_cell("x")), columns.size()), *run, "a row of 64 cells");
  end_good(*run);
}

void refuses_a_setting_that_it_does_not_know(Context& context) {
  ExportSink sink;
  auto settings = context.settings;
  settings.emplace_back("no_such_setting", "1");
  ExportRun run(table_of(context), sink.abi(), settings);
  expect_status(run.begin(), SR_INVALID, "an unknown setting");
  expect(!run.is_open(), "a handle was written although begin failed");
  expect(run.sentence().find("no_such_setting") != std::string::npos,
         "the sentence about an unknown setting does not name it");
}

void takes_hostile_texts(Context& context) {
  using namespace std::string_view_literals;
  ExportSink sink;
  const auto run = begun(context, sink);
  good(run->sheet("s", "<script>[]:*?/\\'\x01\xFF", {column_of("t", "=1+1\"<\xC3", SR_CELL_TEXT)}), *run,
       "a sheet with odd titles");
  std::string widest;
  while (widest.size() + 3 <= 32'767) widest += "\xE2\x82\xAC";
  for (const auto text :
       {"=1+1"sv, "\"\r\n,;\t"sv, "</td><script>alert(1)</script>"sv, "]]>&amp;<!--"sv, "\x01\x1B[31m\x7F"sv,
        "\xE2\x80\xA8\xE2\x80\xAE"sv, "\xEF\xBF\xBE\xEF\xBF\xBF"sv, "\xFF\xC3\xE2\x82\xF0\x9F\xED\xA0\x80"sv,
        "_x000D__x0041_"sv, "'"sv, ""sv, std::string_view(widest)})
    good(run->rows({text_cell(text)}, 1), *run, "an odd text");
  end_good(*run);
}

void takes_the_longest_text_or_says_that_it_is_too_long(Context& context) {
  const std::string longest(SR_EXPORT_MAX_TEXT, 'x');
  ExportSink sink;
  const auto run = begun(context, sink);
  good(run->sheet("s", "S", {column_of("words", "W", SR_CELL_TEXT)}), *run, "sheet");
  const sr_status status = run->rows({text_cell(longest)}, 1);
  if (status == SR_OK) {
    end_good(*run);
    expect(sink.size > 0, "an export with a text of 64 KiB writes nothing");
    return;
  }
  expect_status(status, SR_TOO_LARGE, "a text that the format cannot hold");
  expect(run->sentence().find("words") != std::string::npos,
         "the sentence about a text that is too long names no column");
}

void takes_numbers_and_times_at_their_ends(Context& context) {
  ExportSink sink;
  const auto run = begun(context, sink);
  good(run->sheet("s", "S",
                  {column_of("n", "N", SR_CELL_INTEGER), column_of("r", "R", SR_CELL_REAL),
                   column_of("t", "T", SR_CELL_TIME)}),
       *run, "sheet");
  good(run->rows({number_cell(SR_CELL_INTEGER, INT64_MIN), real_cell(-1.7976931348623157e308),
                  number_cell(SR_CELL_TIME, k_before_year_1 + 1), number_cell(SR_CELL_INTEGER, INT64_MAX),
                  real_cell(5e-324), number_cell(SR_CELL_TIME, k_after_year_9999 - 1)},
                 3),
       *run, "numbers at their ends");
  end_good(*run);
}

// A whole export of many writes: the first status that is not SR_OK.
sr_status whole_export(const Context& context, ExportSink& sink) {
  ExportRun run(table_of(context), sink.abi(), context.settings);
  sr_status status = run.begin();
  if (status == SR_OK) status = run.sheet("events", "Events", all_types());
  for (int i = 0; i < 60 && status == SR_OK; ++i) status = write(run, 1000, i * 1000);
  if (status == SR_OK) status = run.end();
  return status;
}

void hands_back_what_a_failing_sink_says(Context& context) {
  ExportSink whole;
  whole.keep = false;
  expect_status(whole_export(context, whole), SR_OK, "an export of 60,000 rows");
  for (const int at : {1, 2, whole.calls}) {
    ExportSink sink;
    sink.keep = false;
    sink.fail_at = std::min(at, whole.calls);
    sink.failure = k_failure_of_the_sink;
    const std::string what = "an export whose sink fails at write " + std::to_string(sink.fail_at);
    expect_status(whole_export(context, sink), k_failure_of_the_sink, what);
    expect(sink.calls_after_failure == 0, "the sink is called again after it has failed");
  }
}

void is_abandoned_at_any_point(Context& context) {
  ExportSink sink;
  begun(context, sink)->abandon();
  with_sheet(context, sink)->abandon();
  const auto some = with_sheet(context, sink);
  write_good(*some, 5000);
  const int calls = sink.calls;
  some->abandon();
  expect(sink.calls == calls, "abandon writes to the sink");
  const auto refused = begun(context, sink);
  expect_status(write(*refused, 1), SR_INVALID, "rows before a sheet");
  refused->abandon();
}

void leaves_no_descriptor_open(Context& context) {
  const int before = open_descriptors();
  for (int i = 0; i < 3; ++i) {
    ExportSink sink;
    const auto abandoned = with_sheet(context, sink);
    write_good(*abandoned, 10);
    abandoned->abandon();
    end_good(*with_sheet(context, sink));
  }
  expect(open_descriptors() == before, "exports that have ended leave descriptors open");
}

void needs_no_more_memory_for_more_rows(Context& context) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  (void)context;
  throw Skipped{"a sanitizer keeps what was freed"};
#else
  constexpr std::uint64_t k_meanwhile_kib = 2048;
  constexpr std::uint64_t k_at_the_end_kib = 8192;
  ExportSink sink;
  sink.keep = false;
  const auto run = with_sheet(context, sink);
  write_good(*run, 20'000);
  const std::uint64_t before = peak_kib();
  write_good(*run, 100'000, 20'000);
  expect(peak_kib() - before < k_meanwhile_kib, "100,000 more rows take more than 2 MiB of memory");
  end_good(*run);
  expect(peak_kib() - before < k_at_the_end_kib, "the end of 120,000 rows takes more than 8 MiB of memory");
#endif
}

// Each export has its own folder for temporary files, where it asks for one.
std::vector<std::pair<std::string, std::string>> settings_of(const Context& context, std::size_t number) {
  auto settings = context.settings;
  for (auto& [name, value] : settings) {
    if (name != "scratch") continue;
    value += "/" + std::to_string(number);
    std::error_code problem;
    std::filesystem::create_directory(value, problem);
    if (problem) throw Skipped{"a confined process cannot make more than one folder for temporary files"};
  }
  return settings;
}

void runs_two_exports_at_once(Context& context) {
  std::array<ExportSink, 3> sinks;
  std::array<sr_status, 3> ends{};
  std::array<ExportRun::SettingList, 3> settings;
  for (std::size_t i = 0; i < settings.size(); ++i) settings[i] = settings_of(context, i);
  const auto work = [&](std::size_t i) {
    ExportRun run(table_of(context), sinks[i].abi(), settings[i]);
    ends[i] = run.begin();
    if (ends[i] == SR_OK) ends[i] = run.sheet("events", "Events", all_types());
    if (ends[i] == SR_OK) ends[i] = write(run, 3000);
    if (ends[i] == SR_OK) ends[i] = run.end();
  };
  work(0);
  std::thread first(work, 1);
  std::thread second(work, 2);
  first.join();
  second.join();
  for (const sr_status end : ends) expect_status(end, SR_OK, "each of two exports at once");
  expect(sinks[1].bytes == sinks[0].bytes && sinks[2].bytes == sinks[0].bytes,
         "two exports at once write other bytes than one alone");
}

constexpr Check k_checks[] = {
    {"exporter.writes_every_type", &writes_every_type},
    {"exporter.writes_the_same_twice", &writes_the_same_twice},
    {"exporter.writes_an_export_without_rows_or_sheets", &writes_an_export_without_rows_or_sheets},
    {"exporter.takes_a_call_without_rows", &takes_a_call_without_rows},
    {"exporter.refuses_rows_before_a_sheet", &refuses_rows_before_a_sheet},
    {"exporter.begins_a_second_sheet_or_says_that_it_cannot", &begins_a_second_sheet_or_says_that_it_cannot},
    {"exporter.refuses_a_cell_of_another_type", &refuses_a_cell_of_another_type},
    {"exporter.refuses_values_out_of_bounds", &refuses_values_out_of_bounds},
    {"exporter.refuses_columns_out_of_bounds", &refuses_columns_out_of_bounds},
    {"exporter.takes_as_many_columns_as_there_may_be", &takes_as_many_columns_as_there_may_be},
    {"exporter.refuses_a_setting_that_it_does_not_know", &refuses_a_setting_that_it_does_not_know},
    {"exporter.takes_hostile_texts", &takes_hostile_texts},
    {"exporter.takes_the_longest_text_or_says_that_it_is_too_long",
     &takes_the_longest_text_or_says_that_it_is_too_long},
    {"exporter.takes_numbers_and_times_at_their_ends", &takes_numbers_and_times_at_their_ends},
    {"exporter.hands_back_what_a_failing_sink_says", &hands_back_what_a_failing_sink_says},
    {"exporter.is_abandoned_at_any_point", &is_abandoned_at_any_point},
    {"exporter.leaves_no_descriptor_open", &leaves_no_descriptor_open},
    {"exporter.needs_no_more_memory_for_more_rows", &needs_no_more_memory_for_more_rows},
    {"exporter.runs_two_exports_at_once", &runs_two_exports_at_once},
};

}  // namespace

std::span<const Check> exporter_checks() {
  return k_checks;
}

}  // namespace strongroom::plugin_tests
