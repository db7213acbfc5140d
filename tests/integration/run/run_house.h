// A daemon with secrets, a runtime folder in memory, and `strongroom run` between pipes.
#pragma once

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/cli.h"
#include "tests/support/eventually.h"
#include "tests/support/secrets.h"

namespace strongroom::tests {

inline constexpr std::string_view k_mask = "********";
inline constexpr std::string_view k_value = "sk-Zr8w/Kp+Qx5Tn2Lm";

class RunHouse : public testing::Test {
 protected:
  void SetUp() override {
    daemon_.start();
    keep("api/key", k_value);
    std::string name =
        std::filesystem::exists("/dev/shm") ? "/dev/shm/strongroom run XXXXXX" : "/tmp/strongroom run XXXXXX";
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    runtime_ = name;
  }

  void TearDown() override {
    std::error_code ignored;
    std::filesystem::remove_all(runtime_, ignored);
  }

  void keep(const std::string& path, std::string_view value) {
    auto client = daemon_.client();
    ASSERT_TRUE(put(client, path, value));
  }

  std::vector<std::string> words(const std::vector<std::string>& options,
                                 const std::vector<std::string>& command) const {
    std::vector<std::string> all{STRONGROOM_PATH, "run", "--no-start", "--socket", daemon_.socket()};
    all.insert(all.end(), options.begin(), options.end());
    all.push_back("--");
    all.insert(all.end(), command.begin(), command.end());
    return all;
  }

  std::vector<std::string> environment(std::vector<std::string> more = {}) const {
    more.insert(more.end(), {"HOME=" + daemon_.folder().string(), "PATH=/usr/local/bin:/usr/bin:/bin", "TERM=xterm",
                             "XDG_RUNTIME_DIR=" + runtime_});
    return more;
  }

  Outcome run(const std::vector<std::string>& options, const std::vector<std::string>& command,
              std::vector<std::string> more_environment = {}, std::string input = {}) const {
    Process process(words(options, command),
                    {.environment = environment(std::move(more_environment)), .input = std::move(input), .folder = {}});
    return process.wait();
  }

  // With the key in $KEY.
  Outcome run_shell(const std::string& script, const std::vector<std::string>& more_options = {}) const {
    std::vector<std::string> options{"--env", "KEY=api/key"};
    options.insert(options.end(), more_options.begin(), more_options.end());
    return run(options, {"sh", "-c", script});
  }

  // A command that says that it runs and ends with the test at the latest.
  static constexpr const char* k_wait =
      "touch \"$XDG_RUNTIME_DIR/up\"; while test -e \"$XDG_RUNTIME_DIR/up\"; do sleep 0.01; done";

  bool up() const {
    return eventually([&] { return std::filesystem::exists(runtime_ + "/up"); });
  }

  // What lies in the folder for delivered files.
  std::vector<std::string> delivered() const {
    std::vector<std::string> names;
    std::error_code ignored;
    for (const auto& entry : std::filesystem::directory_iterator(runtime_ + "/strongroom", ignored))
      names.push_back(entry.path().filename());
    return names;
  }

  TestDaemon daemon_{{"--storage", "memory"}};
  std::string runtime_;
};

}  // namespace strongroom::tests
