// An export through a plugin in a process of its own, with the real runner and the example exporter.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include <strongroom/abi/exporter.h>

#include "tests/contract/plugin_files.h"
#include "tests/plugin_runner/plugin_house.h"

namespace strongroom::plugin_host {
namespace {

using exports::Cell;
using exports::CellType;

class PluginExport : public ::testing::Test {
 protected:
  PluginExport() {
    const auto installed = house_.install(HELLO_EXPORTER);
    EXPECT_TRUE(installed) << installed.error().message;
  }

  int open_output() const {
    return ::open((house_.folder() / "out").c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0600);
  }

  exports::Begin begin(int output) const {
    return {.format = "markdown", .settings = {}, .document = {"Title", "", "", 0}, .output = output, .stopped = {}};
  }

  std::string output() const { return tests::content_of(house_.folder() / "out"); }

  tests::PluginHouse house_;
  const exports::Sheet sheet_{
      "numbers", "Numbers", {{"n", "N", CellType::integer, 10}, {"t", "Text", CellType::text, 10}}};
};

TEST_F(PluginExport, WritesEveryRowOnceAndInOrder) {
  auto& all = house_.exporters();
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
  auto& all = house_.exporters();
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

TEST_F(PluginExport, ALibraryThatWasChangedIsRefusedWithBothDigests) {
  const auto sha256 = house_.plugins().get("com.example.exporter.hello")->plugin.sha256;
  const auto library = house_.folder() / "plugins" / "com.example.exporter.hello" / (sha256 + ".so");
  ASSERT_TRUE(std::filesystem::exists(library));
  tests::write_file(library, tests::content_of(library) + "x");
  const Descriptor file(open_output());
  const auto refused = house_.exporters().begin(begin(file.get()));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::untrusted);
  EXPECT_NE(refused.error().message.find(sha256), std::string::npos) << refused.error().message;
  const auto shown = house_.plugins().get("com.example.exporter.hello");
  EXPECT_EQ(shown->plugin.state, "failing");
  EXPECT_TRUE(shown->plugin.next_try_ms);
}

TEST_F(PluginExport, AFormatThatIsNotThereNamesThoseThatAre) {
  auto& all = house_.exporters();
  auto wanted = begin(-1);
  wanted.format = "pdf";
  std::string formats;
  const auto listed = all.formats();
  ASSERT_TRUE(listed);
  for (const auto& format : *listed) formats += (formats.empty() ? "" : ", ") + format.name;
  EXPECT_NE(formats.find("markdown"), std::string::npos);
  const auto refused = all.begin(wanted);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "names no format; there are: " + formats);
}

// What both know is used; what only one knows is left alone.
TEST_F(PluginExport, ANewerMinorWorksAndAnotherMajorIsRefusedWithASentence) {
  const auto manifest = [](const std::string& abi) {
    return R"({"id": "com.example.exporter.newer", "type": "exporter", "abi": ")" + abi +
           R"(", "file": "newer_minor.so", "sha256": ")" + to_hex(strongroom::testing::digest_of(NEWER_MINOR)) +
           R"(", "rights": [], "format": "newer", "extension": "new", "media_type": "text/plain"})";
  };
  const Descriptor library(::open(NEWER_MINOR, O_RDONLY | O_CLOEXEC));
  const auto refused = house_.plugins().install(manifest("2.0"), library);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::unsupported);
  EXPECT_EQ(refused.error().message, "the plugin was built for interface 2, this daemon speaks interface 1");
  const auto installed = house_.plugins().install(manifest("1.7"), library);
  ASSERT_TRUE(installed) << installed.error().message;
  const Descriptor file(open_output());
  auto wanted = begin(file.get());
  wanted.format = "newer";
  auto export_ = house_.exporters().begin(wanted);
  ASSERT_TRUE(export_) << export_.error().message;
  ASSERT_TRUE((*export_)->sheet(sheet_));
  ASSERT_TRUE((*export_)->end());
  EXPECT_EQ(output(), "a sheet\nthe end\n");
}

TEST_F(PluginExport, ATextThatNoCellHoldsIsNamedAndIsNoFailureOfThePlugin) {
  const Descriptor file(open_output());
  auto export_ = house_.exporters().begin(begin(file.get()));
  ASSERT_TRUE(export_) << export_.error().message;
  const exports::Sheet words{"words", "Words", {{"word", "Word", exports::CellType::text, 10}}};
  ASSERT_TRUE((*export_)->sheet(words));
  const std::string longest(SR_EXPORT_MAX_TEXT, 'x');
  const exports::Cell fits[] = {exports::Cell::of_text(longest)};
  EXPECT_TRUE((*export_)->row(fits));
  const std::string longer = longest + "x";
  const exports::Cell cells[] = {exports::Cell::of_text(longer)};
  const Status refused = (*export_)->row(cells);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::too_large);
  EXPECT_NE(refused.error().message.find("'word'"), std::string::npos) << refused.error().message;
  EXPECT_TRUE(house_.plugins().problems().empty());
}

TEST_F(PluginExport, AFullDiskIsSaidAsSuch) {
  auto& all = house_.exporters();
  const Descriptor full(::open("/dev/full", O_WRONLY | O_CLOEXEC));
  ASSERT_TRUE(full);
  const auto refused = all.begin(begin(full.get()));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::storage_full) << refused.error().message;
}

TEST_F(PluginExport, AReaderThatGoesAwayEndsIt) {
  auto& all = house_.exporters();
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
    auto& all = house_.exporters();
    const Descriptor file(open_output());
    auto export_ = all.begin(begin(file.get()));
    ASSERT_TRUE(export_);
  }
  EXPECT_FALSE(std::filesystem::exists(house_.folder() / "scratch"));
  errno = 0;
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

}  // namespace
}  // namespace strongroom::plugin_host
