// One page with a table a sheet, written as the rows come.
#include <strongroom/plugin/export_text.h>
#include <strongroom/plugin/exporter.h>

#include "plugins/exporter/html/markup.h"

namespace strongroom::html {
namespace {

using namespace strongroom::plugin;

bool is_number(CellType type) {
  return type == CellType::integer || type == CellType::real;
}

void append_time_element(std::string& out, std::int64_t ms) {
  out += "<time datetime=\"";
  append_time(out, ms);
  out += "\">";
  append_time(out, ms, TimeStyle::people);
  out += "</time>";
}

void append_cell(std::string& out, const Cell& cell) {
  out += is_number(cell.type()) ? "<td class=\"n\">" : "<td>";
  switch (cell.type()) {
    case CellType::empty:
      break;
    case CellType::text:
      append_text(out, cell.text());
      break;
    case CellType::integer:
      append_integer(out, cell.integer());
      break;
    case CellType::real:
      append_real(out, cell.real());
      break;
    case CellType::boolean:
      out += cell.boolean() ? "true" : "false";
      break;
    case CellType::time:
      append_time_element(out, cell.time_ms());
      break;
  }
  out += "</td>";
}

class HtmlExporter final : public Exporter {
 public:
  static constexpr const char* k_id = "io.strongroom.exporter.html";
  static constexpr const char* k_name = "Web page";
  static constexpr const char* k_version = "0.1.0";

  static Result<std::unique_ptr<Exporter>> begin(const Document& document, const Settings& settings, const Host&,
                                                 ByteSink& output) {
    STRONGROOM_CHECK(settings.only({}));
    return std::make_unique<HtmlExporter>(document, output);
  }

  HtmlExporter(const Document& document, ByteSink& output) : document_(document), buffer_(output) {
    std::string& text = buffer_.text();
    text += k_before_title;
    append_text(text, document_.title);
    text += k_after_title;
    text += "<h1>";
    append_text(text, document_.title);
    text += "</h1>\n";
  }

  Status sheet(const Sheet& sheet) override {
    end_table();
    in_table_ = true;
    std::string& text = buffer_.text();
    text += "<table>\n<caption>";
    append_text(text, sheet.title);
    text += "</caption>\n<thead><tr>";
    for (const Column& column : sheet.columns) {
      text += is_number(column.type) ? "<th scope=\"col\" class=\"n\">" : "<th scope=\"col\">";
      append_text(text, column.title);
      text += "</th>";
    }
    text += "</tr></thead>\n<tbody>\n";
    return {};
  }

  Status rows(const Rows& rows) override {
    std::string& text = buffer_.text();
    for (std::size_t row = 0; row < rows.size(); ++row) {
      text += "<tr>";
      for (std::size_t column = 0; column < rows.columns(); ++column) append_cell(text, rows.cell(row, column));
      text += "</tr>\n";
      if (!buffer_.flush_when_full()) return {};
    }
    row_count_ += static_cast<std::int64_t>(rows.size());
    return {};
  }

  Status end() override {
    end_table();
    std::string& text = buffer_.text();
    text += "<footer>\n<dl>\n<dt>Subject</dt><dd>";
    append_text(text, document_.subject);
    text += "</dd>\n<dt>Exported by</dt><dd>";
    append_text(text, document_.author);
    text += "</dd>\n<dt>Exported at</dt><dd>";
    append_time_element(text, document_.created_ms);
    text += " UTC, as all times</dd>\n<dt>Rows</dt><dd>";
    append_integer(text, row_count_);
    text += "</dd>\n</dl>\n</footer>\n</body>\n</html>\n";
    buffer_.flush();
    return {};
  }

 private:
  void end_table() {
    if (std::exchange(in_table_, false)) buffer_.text() += "</tbody>\n</table>\n";
  }

  const Document document_;
  TextBuffer buffer_;
  std::int64_t row_count_ = 0;
  bool in_table_ = false;
};

}  // namespace
}  // namespace strongroom::html

STRONGROOM_PLUGIN(strongroom::html::HtmlExporter)
