// One JSON object that holds all sheets, written as the rows come.
#include <strongroom/plugin/export_text.h>
#include <strongroom/plugin/exporter.h>

namespace strongroom::json {
namespace {

using namespace strongroom::plugin;

std::string_view name_of(CellType type) {
  constexpr std::string_view k_names[] = {"empty", "text", "integer", "real", "boolean", "time"};
  return k_names[static_cast<std::size_t>(type)];
}

class JsonExporter final : public Exporter {
 public:
  static constexpr const char* k_id = "io.strongroom.exporter.json";
  static constexpr const char* k_name = "JSON";
  static constexpr const char* k_version = "0.1.0";

  static Result<std::unique_ptr<Exporter>> begin(const Document& document, const Settings& settings, const Host&,
                                                 ByteSink& output) {
    STRONGROOM_CHECK(settings.only({}));
    auto out = std::make_unique<JsonExporter>(output);
    std::string& text = out->buffer_.text();
    text += "{\"title\":";
    append_json_string(text, document.title);
    text += ",\"subject\":";
    append_json_string(text, document.subject);
    text += ",\"author\":";
    append_json_string(text, document.author);
    text += ",\"created\":\"";
    append_time(text, document.created_ms);
    text += "\",\"sheets\":[";
    return out;
  }

  explicit JsonExporter(ByteSink& output) : buffer_(output) {}

  Status sheet(const Sheet& sheet) override {
    std::string& text = buffer_.text();
    text += before_.empty() ? "\n{\"name\":" : "\n]},\n{\"name\":";
    append_json_string(text, sheet.name);
    text += ",\"title\":";
    append_json_string(text, sheet.title);
    text += ",\"columns\":[";
    before_.clear();
    for (const Column& column : sheet.columns) {
      const std::string separator = before_.empty() ? "" : ",";
      std::string name;
      append_json_string(name, column.name);
      text.append(separator).append("{\"name\":").append(name).append(",\"title\":");
      append_json_string(text, column.title);
      text.append(",\"type\":\"").append(name_of(column.type)).append("\"}");
      before_.push_back((separator.empty() ? "\n{" : ",") + name + ":");
    }
    text += "],\"rows\":[";
    first_row_ = true;
    return {};
  }

  Status rows(const Rows& rows) override {
    std::string& text = buffer_.text();
    for (std::size_t row = 0; row < rows.size(); ++row) {
      if (!std::exchange(first_row_, false)) text += ',';
      for (std::size_t column = 0; column < rows.columns(); ++column) {
        text += before_[column];
        append_json_cell(text, rows.cell(row, column));
      }
      text += '}';
      if (!buffer_.flush_when_full()) return {};
    }
    return {};
  }

  Status end() override {
    buffer_.text() += before_.empty() ? "]}\n" : "\n]}\n]}\n";
    buffer_.flush();
    return {};
  }

 private:
  TextBuffer buffer_;
  std::vector<std::string> before_;  // of each column: what stands before its cell
  bool first_row_ = true;
};

}  // namespace
}  // namespace strongroom::json

STRONGROOM_PLUGIN(strongroom::json::JsonExporter)
