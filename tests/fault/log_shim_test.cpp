// The shim that breaks files for the tests of the audit log does what it says, and nothing else.
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

#include "tests/fault/shim_link.h"
#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/text.h"

namespace strongroom::tests {
namespace {

namespace fs = std::filesystem;
using Lines = std::vector<std::string>;

constexpr int k_killed = 128 + SIGKILL;

// What the probe calls, in its order, and how the shim counts it.
const Lines k_calls = {"write",     "pwrite",          "writev",    "pwritev", "fdatasync", "fsync",
                       "ftruncate", "posix_fallocate", "fallocate", "rename",  "renameat",  "unlinkat"};
const Lines k_counted = {"a\twrite\t10",       "a\twrite\t20", "a\twrite\t12",      "a\twrite\t12",
                         "a\tsync\t0",         "a\tsync\t0",   "a\ttruncate\t4096", "a\tallocate\t8192",
                         "a\tallocate\t16384", "b\trename\t0", "c\trename\t0",      "c\tunlink\t0"};

Lines lines_of(const std::string& text) {
  Lines lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

class LogShim : public testing::Test {
 protected:
  LogShim() { fs::create_directory(folder()); }

  fs::path folder() const { return temporary_.path() / "watched"; }

  fs::path count_file() const { return temporary_.path() / "count"; }

  Lines counted() const { return lines_of(content(count_file())); }

  // Each run begins with an empty folder.
  Outcome run(Lines settings, std::string request = "0", std::string folder_name = "watched") {
    for (const auto& name : {"watched/a", "watched/b", "watched/c", "count", "free"})
      fs::remove(temporary_.path() / name);
    settings.insert(settings.begin(), {shim_.setting(), "LOG_SHIM_COUNT=" + count_file().string()});
    Process process({LOG_SHIM_PROBE_PATH, std::move(folder_name), std::move(request)},
                    {.environment = settings, .input = {}, .folder = temporary_.path()});
    return process.wait();
  }

  Outcome run_watched(Lines settings, std::string request = "0") {
    settings.push_back("LOG_SHIM_FOLDER=" + folder().string());
    return run(std::move(settings), std::move(request));
  }

  Outcome run_with(const std::string& what, std::size_t at, Lines more = {}, std::string request = "0") {
    more.push_back("LOG_SHIM_DO=" + what);
    more.push_back("LOG_SHIM_AT=" + std::to_string(at));
    return run_watched(std::move(more), std::move(request));
  }

  TemporaryFolder temporary_;
  ShimLink shim_;
};

// The names of the calls that failed with this error.
Lines failed(const Outcome& outcome, int error) {
  Lines names;
  for (const auto& line : lines_of(outcome.output))
    if (line.ends_with(" -1 " + std::to_string(error))) names.push_back(line.substr(0, line.find(' ')));
  return names;
}

TEST_F(LogShim, CountsEachCallOfTheFolderAndNoOther) {
  const auto outcome = run_watched({});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_EQ(counted(), k_counted);
  EXPECT_EQ(failed(outcome, 0).size() + lines_of(outcome.output).size(), k_calls.size());
  EXPECT_EQ(outcome.output.find("-1"), std::string::npos) << outcome.output;
}

TEST_F(LogShim, CountsUnderALinkAndUnderAFolderThatIsALink) {
  fs::create_directory_symlink(folder(), temporary_.path() / "link");
  EXPECT_EQ(run({"LOG_SHIM_FOLDER=" + folder().string()}, "0", "link").exit_code, 0);
  EXPECT_EQ(counted(), k_counted);
  EXPECT_EQ(run({"LOG_SHIM_FOLDER=link"}).exit_code, 0);
  EXPECT_EQ(counted(), k_counted);
}

TEST_F(LogShim, DoesNothingWithoutAFolderOrInAnotherOne) {
  EXPECT_EQ(run({"LOG_SHIM_DO=kill", "LOG_SHIM_AT=1"}).exit_code, 0);
  EXPECT_FALSE(fs::exists(count_file()));
  fs::create_directory(temporary_.path() / "watch");
  EXPECT_EQ(run({"LOG_SHIM_DO=kill", "LOG_SHIM_AT=1", "LOG_SHIM_FOLDER=watch"}).exit_code, 0);
  EXPECT_FALSE(fs::exists(count_file()));
}

TEST_F(LogShim, KillsBeforeEachCall) {
  for (std::size_t at = 1; at <= k_calls.size(); ++at) {
    const auto outcome = run_with("kill", at);
    EXPECT_EQ(outcome.exit_code, k_killed) << k_calls[at - 1];
    EXPECT_EQ(lines_of(outcome.output).size(), at - 1);
    EXPECT_EQ(counted().size(), at);
  }
  EXPECT_TRUE(fs::exists(folder() / "c")) << "it was killed before it removed the file";
  (void)run_with("kill", 1);
  EXPECT_EQ(content(folder() / "a"), "");
  EXPECT_EQ(run_with("kill", k_calls.size() + 1).exit_code, 0);
}

TEST_F(LogShim, KillsBehindEachCall) {
  for (std::size_t at = 1; at <= k_calls.size(); ++at) {
    const auto outcome = run_with("kill_after", at);
    EXPECT_EQ(outcome.exit_code, k_killed) << k_calls[at - 1];
    EXPECT_EQ(lines_of(outcome.output).size(), at - 1);
  }
  EXPECT_FALSE(fs::exists(folder() / "c"));
  (void)run_with("kill_after", 1);
  EXPECT_EQ(content(folder() / "a"), "0123456789");
  (void)run_with("kill_after", 7);
  EXPECT_EQ(fs::file_size(folder() / "a"), 4096U);
}

TEST_F(LogShim, TearsWritesInTheMiddle) {
  EXPECT_EQ(run_with("torn", 1).exit_code, k_killed);
  EXPECT_EQ(content(folder() / "a"), "01234");
  EXPECT_EQ(run_with("torn", 2).exit_code, k_killed);
  EXPECT_EQ(content(folder() / "a").substr(100), "ABCDEFGHIJ");
  EXPECT_EQ(run_with("torn", 3).exit_code, k_killed);
  EXPECT_EQ(content(folder() / "a").substr(0, 16), "0123456789abcdef");
  EXPECT_EQ(run_with("torn", 4).exit_code, k_killed);
  EXPECT_EQ(content(folder() / "a").substr(200), "abcdef");
  EXPECT_EQ(run_with("torn", 7).exit_code, k_killed);
  EXPECT_NE(fs::file_size(folder() / "a"), 4096U) << "other kinds are killed before";
}

TEST_F(LogShim, FailsEachCallOnceWithTheErrorAndWithoutItsEffect) {
  for (const auto& [what, error] : {std::pair<std::string, int>{"enospc", ENOSPC}, {"eio", EIO}}) {
    // A failed rename makes those behind it fail truly, with ENOENT.
    for (std::size_t at = 1; at <= k_calls.size(); ++at) {
      const auto outcome = run_with(what, at);
      EXPECT_EQ(outcome.exit_code, 0);
      EXPECT_EQ(failed(outcome, error), Lines{k_calls[at - 1]});
    }
    EXPECT_TRUE(fs::exists(folder() / "c"));
    (void)run_with(what, 10);
    EXPECT_TRUE(fs::exists(folder() / "a"));
    EXPECT_EQ(content(folder() / "a").substr(0, 22), "0123456789abcdefghijkl");
  }
}

TEST_F(LogShim, WritesHalfAndThenFindsNoSpace) {
  const auto outcome = run_with("short", 1);
  const auto lines = lines_of(outcome.output);
  ASSERT_EQ(lines.size(), k_calls.size());
  EXPECT_EQ(lines[0], "write 5 0");
  EXPECT_EQ(lines[1], "pwrite -1 " + std::to_string(ENOSPC));
  EXPECT_EQ(lines[2], "writev 12 0");
  EXPECT_EQ(failed(outcome, ENOSPC), Lines{"pwrite"});
}

TEST_F(LogShim, GoesOnUntilSpaceReturns) {
  const Lines until = {"LOG_SHIM_UNTIL=free"};
  auto outcome = run_with("enospc", 2, until, "4");
  EXPECT_EQ(failed(outcome, ENOSPC), (Lines{"pwrite", "writev", "pwritev"}));
  outcome = run_with("short", 1, until, "3");
  EXPECT_EQ(lines_of(outcome.output)[0], "write 5 0");
  EXPECT_EQ(failed(outcome, ENOSPC), (Lines{"pwrite", "writev"}));
  outcome = run_with("eio", 1, until);
  EXPECT_EQ(failed(outcome, EIO), k_calls);
}

TEST_F(LogShim, WatchesWhileTheFileExists) {
  const Lines since = {"LOG_SHIM_SINCE=" + (temporary_.path() / "armed").string()};
  EXPECT_EQ(run_with("kill", 1, since).exit_code, 0);
  EXPECT_FALSE(fs::exists(count_file()));
  std::ofstream(temporary_.path() / "armed").put('x');
  EXPECT_EQ(run_with("kill", 1, since).exit_code, k_killed);
  EXPECT_EQ(counted().size(), 1U);
}

TEST_F(LogShim, WatchesOnlyTheKindsThatAreAskedFor) {
  EXPECT_EQ(failed(run_with("eio", 2, {"LOG_SHIM_ONLY=sync"}), EIO), Lines{"fsync"});
  EXPECT_EQ(counted(), (Lines{"a\tsync\t0", "a\tsync\t0"}));
  EXPECT_EQ(failed(run_with("enospc", 1, {"LOG_SHIM_ONLY=write,allocate", "LOG_SHIM_UNTIL=free"}), ENOSPC),
            (Lines{"write", "pwrite", "writev", "pwritev", "posix_fallocate", "fallocate"}));
}

TEST_F(LogShim, CountsCallsOfManyThreadsAndFailsOneOfThem) {
  const auto outcome = run_with("eio", 500, {}, "threads");
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_EQ(failed(outcome, EIO), Lines{"pwrite"});
  const auto lines = counted();
  EXPECT_EQ(lines.size(), 1000U);
  EXPECT_EQ(std::set<std::string>(lines.begin(), lines.end()), std::set<std::string>{"many\twrite\t10"});
}

TEST_F(LogShim, RefusesSettingsThatItDoesNotKnow) {
  for (const auto& settings : {Lines{"LOG_SHIM_DO=explode", "LOG_SHIM_AT=1"},
                               {"LOG_SHIM_DO=kill"},
                               {"LOG_SHIM_AT=1"},
                               {"LOG_SHIM_DO=kill", "LOG_SHIM_AT=soon"},
                               {"LOG_SHIM_ONLY=write,read"}})
    EXPECT_EQ(run_watched(settings).exit_code, 128 + SIGABRT) << settings[0];
  EXPECT_EQ(run({"LOG_SHIM_FOLDER=nowhere"}).exit_code, 128 + SIGABRT);
}

}  // namespace
}  // namespace strongroom::tests
