// Comma-separated values as of RFC 4180.
#include <strongroom/plugin/export_text.h>
#include <strongroom/plugin/exporter.h>

#include "plugins/exporter/csv/field.h"

namespace strongroom::csv {
namespace {

using namespace strongroom::plugin;

enum class Header : std::uint8_t { names, titles, none };

struct Options {
  Header header = Header::names;
  Formulas formulas = Formulas::neutralise;
};

class CsvExporter final : public Exporter {
 public:
  static constexpr const char* k_id = "io.strongroom.exporter.csv";
  static constexpr const char* k_name = "Comma-separated values";
  static constexpr const char* k_version = "0.1.0";

  static Result<std::unique_ptr<Exporter>> begin(const Document&, const Settings& settings, const Host&,
                                                 ByteSink& output) {
    STRONGROOM_CHECK(settings.only({"header", "bom", "neutralise"}));
    STRONGROOM_ASSIGN(const std::size_t header, settings.choice("header", {"names", "titles", "none"}));
    STRONGROOM_ASSIGN(const bool bom, settings.boolean("bom", false));
    STRONGROOM_ASSIGN(const bool neutralise, settings.boolean("neutralise", true));
    const Options options{static_cast<Header>(header), neutralise ? Formulas::neutralise : Formulas::keep};
    auto out = std::make_unique<CsvExporter>(options, output);
    if (bom) out->buffer_.text() += "\xEF\xBB\xBF";
    return out;
  }

  CsvExporter(Options options, ByteSink& output) : options_(options), buffer_(output) {}

  Status sheet(const Sheet& sheet) override {
    if (begun_) return make_error(ErrorCode::unsupported, "a file of this format holds one table only");
    begun_ = true;
    if (options_.header == Header::none) return {};
    std::string& text = buffer_.text();
    for (const Column& column : sheet.columns) {
      if (&column != &sheet.columns.front()) text += ',';
      append_field(text, options_.header == Header::names ? column.name : column.title, options_.formulas);
    }
    text += "\r\n";
    return {};
  }

  Status rows(const Rows& rows) override {
    std::string& text = buffer_.text();
    for (std::size_t row = 0; row < rows.size(); ++row) {
      for (std::size_t column = 0; column < rows.columns(); ++column) {
        if (column != 0) text += ',';
        append_cell(text, rows.cell(row, column));
      }
      // Readers pass over a line without anything.
      if (rows.columns() == 1 && rows.cell(row, 0).type() == CellType::empty) text += "\"\"";
      text += "\r\n";
      if (!buffer_.flush_when_full()) return {};
    }
    return {};
  }

  Status end() override {
    buffer_.flush();
    return {};
  }

 private:
  void append_cell(std::string& out, const Cell& cell) const {
    switch (cell.type()) {
      case CellType::empty:
        return;
      case CellType::text:
        return append_field(out, cell.text(), options_.formulas);
      case CellType::integer:
        return append_integer(out, cell.integer());
      case CellType::real:
        return append_real(out, cell.real());
      case CellType::boolean:
        out += cell.boolean() ? "true" : "false";
        return;
      case CellType::time:
        return append_time(out, cell.time_ms());
    }
  }

  const Options options_;
  TextBuffer buffer_;
  bool begun_ = false;
};

}  // namespace
}  // namespace strongroom::csv

STRONGROOM_PLUGIN(strongroom::csv::CsvExporter)
