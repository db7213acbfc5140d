// An exporter plugin in one file: tables of Markdown.
#include <string>

#include <strongroom/plugin/exporter.h>

namespace {

using namespace strongroom;
using namespace strongroom::plugin;

// What Markdown or HTML would take for its own is written as a character reference.
void append_text(std::string& out, std::string_view text) {
  for (const char c : text) {
    if (std::string_view("|<>&\\`*_[]#").find(c) != std::string_view::npos)
      out += "&#" + std::to_string(static_cast<int>(c)) + ";";
    else
      out += c == '\n' || c == '\r' ? ' ' : c;
  }
}

void append_cell(std::string& out, const Cell& cell) {
  switch (cell.type()) {
    case CellType::empty:
      break;
    case CellType::text:
      append_text(out, cell.text());
      break;
    case CellType::boolean:
      out += cell.boolean() ? "yes" : "no";
      break;
    case CellType::real:
      out += std::to_string(cell.real());
      break;
    case CellType::integer:
    case CellType::time:
      out += std::to_string(cell.integer());
      break;
  }
}

class HelloExporter final : public Exporter {
 public:
  static constexpr const char* k_id = "com.example.exporter.hello";
  static constexpr const char* k_name = "Markdown tables";
  static constexpr const char* k_version = "1.0.0";

  static Result<std::unique_ptr<Exporter>> begin(const Document& document, const Settings& settings, const Host&,
                                                 ByteSink& output) {
    STRONGROOM_CHECK(settings.only({"greeting"}));
    std::string text = "# ";
    append_text(text, document.title);
    text += "\n\n" + settings.find("greeting").value_or("Hello.") + "\n";
    output(text);
    return std::make_unique<HelloExporter>(output);
  }

  explicit HelloExporter(ByteSink& output) : output_(output) {}

  Status sheet(const Sheet& sheet) override {
    std::string text = "\n## ";
    append_text(text, sheet.title);
    text += "\n\n|";
    for (const Column& column : sheet.columns) {
      append_text(text, column.title);
      text += '|';
    }
    text += "\n|";
    for (std::size_t i = 0; i < sheet.columns.size(); ++i) text += "---|";
    output_(text += '\n');
    return {};
  }

  Status rows(const Rows& rows) override {
    std::string text;
    for (std::size_t row = 0; row < rows.size(); ++row) {
      text += '|';
      for (std::size_t column = 0; column < rows.columns(); ++column) {
        append_cell(text, rows.cell(row, column));
        text += '|';
      }
      text += '\n';
    }
    output_(text);
    return {};
  }

  Status end() override { return {}; }

 private:
  ByteSink& output_;
};

}  // namespace

STRONGROOM_PLUGIN(HelloExporter)
