// Spreadsheets (Office Open XML, ECMA-376) by libxlsxwriter.
#include <cstdio>

#include <strongroom/plugin/exporter.h>

#include "plugins/exporter/xlsx/workbook.h"

namespace strongroom::xlsx {
namespace {

using namespace strongroom::plugin;

struct CloseFile {
  void operator()(std::FILE* file) const noexcept { (void)std::fclose(file); }
};

class XlsxExporter final : public Exporter {
 public:
  static constexpr const char* k_id = "io.strongroom.exporter.xlsx";
  static constexpr const char* k_name = "Spreadsheet";
  static constexpr const char* k_version = "0.1.0";

  static Result<std::unique_ptr<Exporter>> begin(const Document& document, const Settings& settings, const Host&,
                                                 ByteSink& output) {
    STRONGROOM_CHECK(settings.only({"scratch"}));
    STRONGROOM_ASSIGN(const std::string scratch, settings.get("scratch"));
    STRONGROOM_ASSIGN(auto workbook, Workbook::create(scratch, document));
    return std::make_unique<XlsxExporter>(std::move(workbook), output);
  }

  XlsxExporter(std::unique_ptr<Workbook> workbook, ByteSink& output)
      : workbook_(std::move(workbook)), output_(output) {}

  Status sheet(const Sheet& sheet) override {
    STRONGROOM_CHECK(workbook_->check_files());
    return workbook_->begin_sheet(sheet);
  }

  Status rows(const Rows& rows) override {
    for (std::size_t row = 0; row < rows.size(); ++row) STRONGROOM_CHECK(workbook_->write_row(rows, row));
    return workbook_->check_files();
  }

  // The zip is written with steps back, which the output cannot take; so it is copied when it is complete.
  Status end() override {
    STRONGROOM_CHECK(workbook_->close());
    const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(workbook_->path().c_str(), "rbe"));
    (void)std::remove(workbook_->path().c_str());
    if (file == nullptr) return unreadable();
    std::string piece(1024 * 1024, '\0');
    while (const std::size_t size = std::fread(piece.data(), 1, piece.size(), file.get()))
      if (!output_(std::string_view(piece).substr(0, size))) return {};
    return std::ferror(file.get()) == 0 ? Status() : unreadable();
  }

 private:
  static Status unreadable() {
    return make_error(ErrorCode::storage_failed, "the spreadsheet's temporary file cannot be read");
  }

  std::unique_ptr<Workbook> workbook_;
  ByteSink& output_;
};

}  // namespace
}  // namespace strongroom::xlsx

STRONGROOM_PLUGIN(strongroom::xlsx::XlsxExporter)
