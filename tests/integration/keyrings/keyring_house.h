// A daemon, and `strongroom import` beside another keyring.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/support/cli.h"
#include "tests/support/secrets.h"
#include "tests/support/text.h"

namespace strongroom::tests {

class KeyringHouse : public testing::Test {
 protected:
  KeyringHouse() { daemon_.start(); }

  // In the environment of another keyring.
  Outcome import(std::vector<std::string> words, std::vector<std::string> environment = {},
                 std::string input = {}) const {
    words.insert(words.begin(), {STRONGROOM_PATH, "--no-start", "--socket", daemon_.socket(), "import"});
    if (environment.empty()) environment = {"HOME=" + daemon_.folder().string(), "PATH=/usr/bin:/bin"};
    Process process(std::move(words), {.environment = std::move(environment), .input = std::move(input), .folder = {}});
    return process.wait();
  }

  // "" when there is none.
  std::string read(const std::string& reference) const { return run_cli(daemon_, {"read", "-n", reference}).output; }

  std::string metadata(const std::string& path) const {
    return run_cli(daemon_, {"secret", "history", path, "--json"}).output;
  }

  std::string listing() const { return run_cli(daemon_, {"secret", "list", "--recursive"}).output; }

  std::string file(const std::string& name, const std::string& text) const {
    const auto path = daemon_.folder() / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }

  TestDaemon daemon_;
};

}  // namespace strongroom::tests
