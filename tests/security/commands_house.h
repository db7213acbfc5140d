// A daemon that logs all it can, every place where the command line might leave something, and values to look for.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "tests/security/canary.h"
#include "tests/security/process_watch.h"
#include "tests/support/eventually.h"
#include "tests/support/secrets.h"
#include "tests/support/test_daemon.h"

namespace strongroom::tests {

using Words = std::vector<std::string>;

class CommandsHouse : public testing::Test {
 protected:
  void SetUp() override {
    daemon_.start();
    std::string name =
        std::filesystem::exists("/dev/shm") ? "/dev/shm/strongroom commands XXXXXX" : "/tmp/strongroom commands XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    runtime_ = name;
    std::filesystem::create_directory(daemon_.folder() / "tmp");
  }

  void TearDown() override {
    std::error_code ignored;
    std::filesystem::remove_all(runtime_, ignored);
  }

  std::string canary(const std::string& kind, std::size_t size = 40) {
    std::string value = random_text(size);
    needles_.add(kind, value);
    return value;
  }

  void keep(const std::string& path, std::string_view value) {
    auto client = daemon_.client();
    ASSERT_TRUE(put(client, path, value));
  }

  // A file that the user made with values in it, or asked for: the one place where they may be.
  std::string given(const std::string& name, const std::string& content) {
    std::string path = (given_.path() / name).string();
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }

  std::string asked_for(const std::string& name) const { return (given_.path() / name).string(); }

  // Blocks whoever reads it until the test opens it too.
  std::string fifo(const std::string& name) const {
    std::string path = runtime_ + "/" + name;
    if (mkfifo(path.c_str(), 0600) != 0) throw std::runtime_error("no FIFO can be made");
    return path;
  }

  std::vector<std::string> environment(std::vector<std::string> more = {}) const {
    more.insert(more.end(),
                {"HOME=" + daemon_.folder().string(), "TMPDIR=" + (daemon_.folder() / "tmp").string(),
                 "PATH=/usr/local/bin:/usr/bin:/bin", "TERM=xterm", "TZ=UTC", "XDG_RUNTIME_DIR=" + runtime_});
    return more;
  }

  Words strongroom(const Words& words) const {
    Words all{STRONGROOM_PATH, "--no-start", "--socket", daemon_.socket()};
    all.insert(all.end(), words.begin(), words.end());
    return all;
  }

  Outcome run(const Words& words, std::string input = {}) const {
    Process process(strongroom(words), {.environment = environment(), .input = std::move(input), .folder = {}});
    return process.wait();
  }

  void expect_silent(std::string_view text, const std::string& place) const {
    std::vector<std::string> found;
    needles_.find_in(text, place, found);
    for (const auto& line : found) ADD_FAILURE() << line;
  }

  static void expect_nothing(const std::vector<std::string>& found) {
    for (const auto& line : found) ADD_FAILURE() << line;
  }

  // The home with the store, its logs and temporary files; the runtime folder; what appeared in places open to all.
  void expect_no_file() const {
    std::size_t logs = 0;
    for (const auto& entry : std::filesystem::directory_iterator(daemon_.state()))
      logs += entry.path().extension() == ".log" && entry.file_size() > 0 ? 1U : 0U;
    EXPECT_GT(logs, 0U) << "nothing was logged";
    expect_nothing(find_in_files(daemon_.folder(), needles_));
    expect_nothing(find_in_files(runtime_, needles_));
    for (const char* folder : {"/tmp", "/var/tmp", "/dev/shm"})
      expect_nothing(find_in_new_files(folder, since_, {given_.path()}, needles_));
  }

  std::filesystem::file_time_type since_ = std::filesystem::file_time_type::clock::now() - std::chrono::seconds(1);
  TestDaemon daemon_{{"--log-level", "debug", "--log-target", "file", "--kdf-memory-mib", "64"}};
  TemporaryFolder given_{"strongroom given XXXXXX"};
  std::string runtime_;
  Needles needles_;
};

}  // namespace strongroom::tests
