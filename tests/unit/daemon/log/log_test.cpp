#include "daemon/log/log.h"

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <algorithm>
#include <fstream>

#include "tests/support/temporary_folder.h"

namespace strongroom::log {
namespace {

class LogFile : public testing::Test {
 protected:
  std::unique_ptr<Log> open(Target target, Level level = Level::info) {
    auto opened = Log::open({.target = target, .file = file(), .level = level, .live = &live_});
    EXPECT_TRUE(opened);
    return std::move(opened).value();
  }

  std::filesystem::path file() const { return folder_.path() / "log"; }

  std::string text() const {
    std::ifstream in(file());
    return {std::istreambuf_iterator<char>(in), {}};
  }

  tests::TemporaryFolder folder_;
  LiveValues live_;
};

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

TEST_F(LogFile, EveryLevelIsMaskedInFileAndMemory) {
  const auto log = open(Target::file, Level::debug);
  const std::string value = "plain words of no known form";
  LiveValues::Scope held(&live_);
  held.add(as_bytes(value));
  held.begin();
  for (const Level level : {Level::debug, Level::info, Level::warning, Level::error})
    log->write(level, "test", "a sk-ant-" + std::string(30, 'k') + " b " + value + " c");
  EXPECT_EQ(log->entries().find({}).size(), 4u);
  for (const auto& entry : log->entries().find({})) EXPECT_EQ(entry.message, "a sk-ant-***kkkk b *** c");
  EXPECT_TRUE(holds(text(), " debug a sk-ant-***kkkk b *** c\n")) << text();
  EXPECT_FALSE(holds(text(), "known form") || holds(text(), "kkkkk")) << text();
}

TEST_F(LogFile, IsForItsOwnerAlone) {
  const auto log = open(Target::file);
  struct stat found{};
  ASSERT_EQ(stat(file().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
}

TEST_F(LogFile, ALineIsOneLineOfBoundedLength) {
  const auto log = open(Target::file);
  log->info("first\ninjected \x1b[31m" + std::string(10'000, 'x'));
  const auto entry = log->entries().find({}).at(0);
  EXPECT_TRUE(entry.message.starts_with("first injected ?[31mx")) << entry.message.substr(0, 40);
  EXPECT_EQ(entry.message.size(), Log::k_longest);
  EXPECT_EQ(std::ranges::count(text(), '\n'), 1);
}

TEST_F(LogFile, TheDebugModeTakesAllIntoTheFileAndEnds) {
  const auto log = open(Target::standard_error);
  EXPECT_FALSE(log->takes(Level::debug));
  log->debug("before");
  ASSERT_TRUE(log->set_mode(Mode::debug));
  EXPECT_EQ(log->mode(), Mode::debug);
  EXPECT_TRUE(log->takes(Level::debug));
  log->debug("meanwhile");
  ASSERT_TRUE(log->set_mode(Mode::standard));
  log->debug("afterwards");
  log->info("told");
  EXPECT_FALSE(holds(text(), "before") || holds(text(), "afterwards") || holds(text(), "told")) << text();
  EXPECT_TRUE(holds(text(), "meanwhile")) << text();
  ASSERT_EQ(log->entries().find({}).size(), 2u);
}

TEST_F(LogFile, TheConfiguredLevelIsThatOfTheStandardMode) {
  const auto log = open(Target::file, Level::error);
  EXPECT_FALSE(log->takes(Level::warning));
  ASSERT_TRUE(log->set_mode(Mode::debug));
  log->set_level(Level::warning);
  EXPECT_TRUE(log->takes(Level::debug));
  ASSERT_TRUE(log->set_mode(Mode::standard));
  EXPECT_TRUE(log->takes(Level::warning));
  EXPECT_FALSE(log->takes(Level::info));
}

TEST_F(LogFile, AFileThatCannotBeOpenedIsAnError) {
  const std::filesystem::path nowhere = folder_.path() / "log" / "below";
  std::ofstream(file()) << "a file";
  EXPECT_EQ(Log::open({.target = Target::file, .file = nowhere}).error().code, ErrorCode::read_only);
  auto log = Log::open({.file = nowhere});
  ASSERT_TRUE(log);
  EXPECT_FALSE((*log)->set_mode(Mode::debug));
  EXPECT_TRUE((*log)->takes(Level::debug));
}

}  // namespace
}  // namespace strongroom::log
