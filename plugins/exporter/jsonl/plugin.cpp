// JSON objects, one a line.
#include <strongroom/plugin/export_text.h>
#include <strongroom/plugin/exporter.h>

namespace strongroom::jsonl {
namespace {

using namespace strongroom::plugin;

enum class SheetMember : std::uint8_t { from_second, always, never };

class JsonlExporter final : public Exporter {
 public:
  static constexpr const char* k_id = "io.strongroom.exporter.jsonl";
  static constexpr const char* k_name = "JSON lines";
  static constexpr const char* k_version = "0.1.0";

  static Result<std::unique_ptr<Exporter>> begin(const Document&, const Settings& settings, const Host&,
                                                 ByteSink& output) {
    STRONGROOM_CHECK(settings.only({"sheet_member"}));
    STRONGROOM_ASSIGN(const std::size_t member, settings.choice("sheet_member", {"auto", "always", "never"}));
    return std::make_unique<JsonlExporter>(static_cast<SheetMember>(member), output);
  }

  JsonlExporter(SheetMember member, ByteSink& output) : member_(member), buffer_(output) {}

  Status sheet(const Sheet& sheet) override {
    const bool named = member_ == SheetMember::always || (member_ == SheetMember::from_second && !before_.empty());
    before_.clear();
    std::string open = "{";
    if (named) {
      open += "\"sheet\":";
      append_json_string(open, sheet.name);
      open += ',';
    }
    for (const Column& column : sheet.columns) {
      if (named && column.name == "sheet")
        return make_error(ErrorCode::unsupported, "a sheet with a column 'sheet' cannot have the member 'sheet'");
      append_json_string(open, column.name);
      before_.push_back(open + ":");
      open = ",";
    }
    return {};
  }

  Status rows(const Rows& rows) override {
    std::string& text = buffer_.text();
    for (std::size_t row = 0; row < rows.size(); ++row) {
      for (std::size_t column = 0; column < rows.columns(); ++column) {
        text += before_[column];
        append_json_cell(text, rows.cell(row, column));
      }
      text += "}\n";
      if (!buffer_.flush_when_full()) return {};
    }
    return {};
  }

  Status end() override {
    buffer_.flush();
    return {};
  }

 private:
  const SheetMember member_;
  TextBuffer buffer_;
  std::vector<std::string> before_;  // of each column: what stands before its cell
};

}  // namespace
}  // namespace strongroom::jsonl

STRONGROOM_PLUGIN(strongroom::jsonl::JsonlExporter)
