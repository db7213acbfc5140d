// A store with something in its audit log, and a person who looks at it.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <strongroom/protocol/json.h>

#include "tests/support/cli.h"
#include "tests/support/eventually.h"

namespace strongroom::tests {

class AuditCommands : public testing::Test {
 protected:
  AuditCommands() : daemon_({"--audit-segment-mib", "1"}) {}

  void SetUp() override {
    daemon_.start();
    ASSERT_EQ(cli({"secret", "set", "prod/db", "--reason", "rotation 7"}, "the-value-itself").exit_code, 0);
    ASSERT_EQ(cli({"secret", "set", "prod/other"}, "another-value").exit_code, 0);
    ASSERT_EQ(cli({"read", "prod/db"}).exit_code, 0);
    ASSERT_EQ(cli({"read", "prod/missing"}).exit_code, 3);
  }

  Outcome cli(std::vector<std::string> words, std::string input = {}) {
    return run_cli(daemon_, std::move(words), std::move(input));
  }

  // With more variables in its environment.
  Outcome cli_with(const std::string& variable, std::vector<std::string> words) {
    words.insert(words.begin(), STRONGROOM_PATH);
    words.insert(words.end(), {"--no-start", "--socket", daemon_.socket()});
    Process process(std::move(words),
                    {.environment = {"HOME=" + daemon_.folder().string(), "PATH=/usr/bin:/bin", "TZ=UTC", variable},
                     .input = {},
                     .folder = {}});
    return process.wait();
  }

  // Without a daemon anywhere.
  static Outcome offline(std::vector<std::string> words) {
    words.insert(words.begin(), STRONGROOM_PATH);
    Process process(std::move(words),
                    {.environment = {"HOME=/nonexistent", "PATH=/usr/bin:/bin", "TZ=UTC"}, .input = {}, .folder = {}});
    return process.wait();
  }

  // The number of the newest event of that action about that path.
  std::string newest(const std::string& action, const std::string& path = {}) {
    std::vector<std::string> words{"audit", "list", "--action", action, "--limit", "1", "--json"};
    if (!path.empty()) words.insert(words.end(), {"--path", path});
    const auto listed = cli(words);
    protocol::JsonDocument document;
    EXPECT_TRUE(document.parse(listed.output)) << listed.output << listed.errors;
    const auto* events = document.root().find("events");
    if (!events || events->array().size() != 1) {
      ADD_FAILURE() << "no event " << action << ": " << listed.output;
      return "0";
    }
    return std::to_string(events->array().front().find("seq")->integer());
  }

  std::string path(const std::string& name) const { return (daemon_.folder() / name).string(); }

  // Writes the log's key to a file and returns how a command is told of it.
  std::string key() {
    write("log.key", cli({"audit", "key"}).output);
    return "@" + path("log.key");
  }

  void write(const std::string& name, std::string_view text) const {
    std::ofstream(path(name), std::ios::binary) << text;
  }

  std::string read(const std::string& name) const {
    std::ifstream in(path(name), std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }

  static void expect_json(const Outcome& outcome) {
    protocol::JsonDocument document;
    EXPECT_TRUE(document.parse(outcome.output)) << outcome.output << outcome.errors;
  }

  std::string log_folder() const { return (daemon_.state() / "audit").string(); }

  TestDaemon daemon_;
};

}  // namespace strongroom::tests
