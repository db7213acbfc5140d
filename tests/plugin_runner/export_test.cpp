// An export through a plugin in a process of its own, with the real runner and the example exporter.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <fstream>
#include <sstream>

#include "daemon/plugin_host/plugin_exporters.h"
#include "tests/support/temporary_folder.h"

namespace strongroom::plugin_host {
namespace {

using exports::Cell;
using exports::CellType;

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

ExporterPlugin hello() {
  const std::filesystem::path library(HELLO_EXPORTER);
  auto manifest = parse_manifest(content(std::filesystem::path(library).replace_extension(".json")));
  EXPECT_TRUE(manifest) << manifest.error().message;
  return {*manifest, library};
}

class PluginExport : public testing::Test {
 protected:
  PluginExporters exporters(std::vector<ExporterPlugin> plugins = {hello()}) {
    return PluginExporters(std::move(plugins), {.scratch = folder_.path() / "scratch", .log = {}});
  }

  int open_output() const {
    return ::open((folder_.path() / "out").c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  }

  exports::Begin begin(int output) const {
    return {.format = "markdown", .settings = {}, .document = {"Title", "", "", 0}, .output = output, .stopped = {}};
  }

  std::string output() const { return content(folder_.path() / "out"); }

  tests::TemporaryFolder folder_;
  const exports::Sheet sheet_{
      "numbers", "Numbers", {{"n", "N", CellType::integer, 10}, {"t", "Text", CellType::text, 10}}};
};

TEST_F(PluginExport, WritesEveryRowOnceAndInOrder) {
  auto all = exporters();
  const Descriptor file(open_output());
  auto export_ = all.begin(begin(file.get()));
  ASSERT_TRUE(export_) << export_.error().message;
  ASSERT_TRUE((*export_)->sheet(sheet_));
  std::string expected = "# Title\n\nHello.\n\n## Numbers\n\n|N|Text|\n|---|---|\n";
  for (std::int64_t i = 0; i < 100'000; ++i) {
    const std::string text = "row " + std::to_string(i);
    const Cell cells[] = {Cell::of_integer(i), Cell::of_text(text)};
    ASSERT_TRUE((*export_)->row(cells));
    expected += "|" + std::to_string(i) + "|" + text + "|\n";
  }
  ASSERT_TRUE((*export_)->end());
  EXPECT_EQ(output(), expected);
}

TEST_F(PluginExport, SettingsReachThePluginAndUnknownOnesAreRefused) {
  auto all = exporters();
  const Descriptor file(open_output());
  auto wanted = begin(file.get());
  wanted.settings = {{"greeting", "Good day."}};
  auto export_ = all.begin(wanted);
  ASSERT_TRUE(export_) << export_.error().message;
  ASSERT_TRUE((*export_)->end());
  EXPECT_EQ(output(), "# Title\n\nGood day.\n");
  wanted.settings = {{"greting", "x"}};
  const auto refused = all.begin(wanted);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::invalid_argument);
}

TEST_F(PluginExport, ALibraryThatWasChangedIsRefused) {
  auto plugin = hello();
  plugin.manifest.sha256[0] ^= 1;
  auto all = exporters({plugin});
  const Descriptor file(open_output());
  const auto refused = all.begin(begin(file.get()));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::untrusted);
}

TEST_F(PluginExport, AFormatThatIsNotThereNamesThoseThatAre) {
  auto all = exporters();
  auto wanted = begin(-1);
  wanted.format = "pdf";
  const auto refused = all.begin(wanted);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "is not a format; there are: markdown");
}

TEST_F(PluginExport, AFullDiskIsSaidAsSuch) {
  auto all = exporters();
  const Descriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  ASSERT_TRUE(full);
  const auto refused = all.begin(begin(full.get()));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::storage_full) << refused.error().message;
}

TEST_F(PluginExport, AReaderThatGoesAwayEndsIt) {
  auto all = exporters();
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  const Descriptor reader(ends[0]);
  Descriptor writer(ends[1]);
  auto export_ = all.begin(begin(writer.get()));
  ASSERT_TRUE(export_) << export_.error().message;
  writer = Descriptor();
  ASSERT_TRUE((*export_)->sheet(sheet_));
  const_cast<Descriptor&>(reader) = Descriptor();
  Status status;
  for (std::int64_t i = 0; status && i < 1'000'000; ++i) {
    const Cell cells[] = {Cell::of_integer(i), Cell::of_text("x")};
    status = (*export_)->row(cells);
  }
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::storage_failed) << status.error().message;
}

TEST_F(PluginExport, NoProcessAndNoFolderIsLeftOver) {
  {
    auto all = exporters();
    const Descriptor file(open_output());
    auto export_ = all.begin(begin(file.get()));
    ASSERT_TRUE(export_);
  }
  EXPECT_FALSE(std::filesystem::exists(folder_.path() / "scratch"));
  errno = 0;
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

}  // namespace
}  // namespace strongroom::plugin_host
