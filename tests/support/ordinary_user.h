// Promises about an ordinary user, also when the tests run as root.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

namespace strongroom::tests {

inline constexpr uid_t k_nobody = 65534;

// The first folder on the way to a file that others may not pass; empty when there is none.
inline std::filesystem::path closed_folder_above(const std::filesystem::path& file) {
  std::filesystem::path folder;
  for (const auto& part : file.parent_path()) {
    folder /= part;
    if ((std::filesystem::status(folder).permissions() & std::filesystem::perms::others_exec) ==
        std::filesystem::perms::none)
      return folder;
  }
  return {};
}

// As root: runs the test that calls it once more, alone, as nobody, and takes over its result; the caller then returns.
// As anybody else: false, and the test goes on.
inline bool passed_on_to_ordinary_user() {
  if (geteuid() != 0) return false;
  const auto* test = testing::UnitTest::GetInstance()->current_test_info();
  const TemporaryFolder home;
  if (chown(home.path().c_str(), k_nobody, k_nobody) != 0) throw std::runtime_error("a folder cannot be given away");
  const std::string self = std::filesystem::read_symlink("/proc/self/exe").string();
  if (const auto closed = closed_folder_above(self); !closed.empty()) {
    [&] { GTEST_SKIP() << closed << " is closed to ordinary users, so none can be tried"; }();
    return true;
  }
  const std::string id = std::to_string(k_nobody);
  Process process({"setpriv", "--reuid=" + id, "--regid=" + id, "--clear-groups", self,
                   std::string("--gtest_filter=") + test->test_suite_name() + "." + test->name()},
                  {.environment = {"HOME=" + home.path().string(), "TMPDIR=" + home.path().string(),
                                   "PATH=/usr/sbin:/usr/bin:/sbin:/bin"},
                   .input = {},
                   .folder = "/"});
  const Outcome outcome = process.wait(std::chrono::seconds(280));
  const auto at = outcome.output.find("[  SKIPPED ]");
  if (outcome.exit_code == 126 || outcome.exit_code == 127 || at != std::string::npos)
    [&] {
      GTEST_SKIP() << "as an ordinary user: " << outcome.errors
                   << outcome.output.substr(std::min(at, outcome.output.size()));
    }();
  else
    EXPECT_EQ(outcome.exit_code, 0) << "as an ordinary user:\n" << outcome.output << outcome.errors;
  return true;
}

}  // namespace strongroom::tests
