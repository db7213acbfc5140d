// Whatever is done with a store, its secrets are nowhere but where they were handed to: looked for in every form at
// once over memory, files, logs, reports, backups, exports, arguments and environments.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <map>

#include "tests/security/commands_house.h"
#include "tests/support/raw_socket.h"
#include "tests/support/text.h"

namespace strongroom::tests {
namespace {

enum class Ends : unsigned char { well, with_an_error };

class Everywhere : public CommandsHouse {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "only root can read the memory of a process that is not dumpable";
    CommandsHouse::SetUp();
    const std::string key_file = content(daemon_.state() / "vault.key");
    ASSERT_EQ(key_file.size(), 32U);
    needles_.add("the key file", key_file);
    needles_.add("what is hex", hex_);
    needles_.add("bytes", bytes_);
    Process keygen({"age-keygen", "-o", asked_for("identity")}, {});
    ASSERT_EQ(keygen.wait().exit_code, 0);
    const std::string identity = content(asked_for("identity"));
    needles_.add("an age identity", identity.substr(identity.find("AGE-SECRET-KEY-") + 15, 58));
    for (const char* name : {"text", "a newer version", "in JSON", "first line", "second line", "imported", "refused",
                             "a passphrase", "a wrong passphrase", "a backup's passphrase"})
      values_[name] = canary(name);
    values_["large"] = canary("large", 70'000);
  }

  // Nothing of a secret may be in what it prints.
  std::string quietly(const Words& words, std::string input = {}, Ends ends = Ends::well) {
    Outcome outcome = run(words, std::move(input));
    std::string line;
    for (const auto& word : words) line += word + " ";
    EXPECT_EQ(outcome.exit_code == 0, ends == Ends::well) << line << outcome.output << outcome.errors;
    expect_silent(outcome.output, "what this prints: " + line);
    expect_silent(outcome.errors, "errors of " + line);
    return std::move(outcome.output);
  }

  // Values in the forms in which values come: text, bytes, lines, JSON, hex, base64, UTF-16.
  void store_values() {
    const auto store = [&](const std::string& path, const std::string& value) {
      quietly({"secret", "set", path, "--raw"}, value);
      EXPECT_EQ(run({"read", path, "--no-newline"}).output, value);
    };
    store("app/text", values_.at("text"));
    store("app/text", values_.at("a newer version"));
    store("app/text", values_.at("text"));
    store("app/bytes", bytes_);
    store("app/json", R"({"password":")" + values_.at("in JSON") + "\"}");
    store("app/lines", values_.at("first line") + "\n" + values_.at("second line") + "\n");
    store("app/hex", to_hex(as_bytes(hex_)));
    store("app/large", values_.at("large"));
  }

  void use() {
    quietly({"secret", "list", "--recursive"});
    quietly({"secret", "search", "text"});
    quietly({"secret", "history", "app/text"});
    quietly({"secret", "label", "app/text", "--add", "env=prod"});
    quietly({"secret", "copy", "app/text", "app/copy"});
    quietly({"secret", "move", "app/copy", "app/moved"});
    quietly({"secret", "rollback", "app/text", "2"});
    quietly({"secret", "rollback", "app/text", "3"});
    quietly({"secret", "delete", "app/moved"});
    quietly({"import", given("env", "IMPORTED=" + values_.at("imported") + "\n"), "--to", "imported"});
    for (const char* kind : {"root", "namespace", "audit"}) quietly({"key", "rotate", kind});
    quietly({"key", "list"});
    quietly({"health", "--json"}, {}, health_ends());
    quietly({"status", "--json"});
  }

  // A machine that runs tests may have little disk.
  Ends health_ends() { return run({"health"}).exit_code == 0 ? Ends::well : Ends::with_an_error; }

  void write_copies() {
    const std::string& passphrase = values_.at("a backup's passphrase");
    const std::string key = asked_for("identity");
    const std::string identity = content(key);
    const std::string recipient = identity.substr(identity.find("age1"), 62);
    const auto out = [&](const char* name) { return (daemon_.folder() / name).string(); };
    quietly({"backup", "create", "--passphrase", "--output", out("store.age")}, passphrase);
    quietly({"backup", "verify", out("store.age")}, passphrase);
    quietly({"backup", "create", "--recipient", recipient, "--output", out("other.age")});
    quietly({"backup", "verify", out("other.age"), "--identity", key});
    for (const char* format : {"csv", "json", "xlsx", "html"})
      quietly({"export", "secrets", "-f", format, "-o", out(format)});
    quietly({"export", "secrets", "--reveal", "--recipient", recipient, "-f", "json", "-o", out("revealed.age")});
    quietly({"export", "audit", "-f", "jsonl", "-o", out("audit.jsonl")});
    quietly({"audit", "list", "--json"});
    quietly({"audit", "export", "--output", out("evidence")});
  }

  // With what was said about all that went wrong.
  void write_reports() {
    const auto out = [&](const char* name) { return (daemon_.folder() / name).string(); };
    quietly({"log", "export", "--output", out("log.txt")});
    quietly({"bugreport", "--output", out("report.txt")});
    EXPECT_TRUE(holds(content(out("log.txt")), "invalid")) << "no failure was logged";
    EXPECT_GT(content(out("report.txt")).size(), 1000U);
  }

  void fail_in_every_way() {
    const std::string value = values_.at("refused");
    quietly({"secret", "set", "a//b"}, value, Ends::with_an_error);
    quietly({"import", given("broken", "{\"a\": \"" + value)}, {}, Ends::with_an_error);
    quietly({"unlock", "--passphrase"}, values_.at("a wrong passphrase"), Ends::with_an_error);
    quietly({"backup", "verify", (daemon_.folder() / "store.age").string()}, values_.at("a wrong passphrase"),
            Ends::with_an_error);
    const std::string begin = R"({"method":"io.strongroom.Secret.Put","parameters":{"path":"a","fields":{"value":)";
    for (const auto& rest : {"\"" + value + R"("},"nothing":1}})", "[\"" + value + "\"]}}}",
                             "\"*" + value + R"("},"base64":["value"]}})", "\"" + value + "\"}"}) {
      RawSocket socket(daemon_.socket());
      ASSERT_TRUE(socket.send_message(begin + rest));
      const auto answer = socket.receive();
      ASSERT_TRUE(answer && holds(*answer, "\"error\"")) << rest;
      expect_silent(*answer, "an answer");
    }
  }

  // While a command has its secrets, only that command has them.
  pid_t run_a_job() {
    const std::string number = asked_for("number");
    const std::string gate = fifo("gate");
    Process job(strongroom({"run", "--env", "KEY=app/text", "--file", "FILE=app/bytes", "--", "/bin/sh", "-c",
                            "echo $$ >\"$0\"; read x <\"$1\"; echo \"$KEY\"", number, gate}),
                {.environment = environment(), .input = {}, .folder = {}});
    EXPECT_TRUE(eventually([&] { return content(number).ends_with('\n'); }));
    const pid_t given_to = std::stoi(content(number));
    std::size_t there = 0;
    for (const auto& sighting : find_in_processes(needles_)) {
      if (sighting.process != given_to || sighting.file != "environ") ADD_FAILURE() << sighting.what;
      ++there;
    }
    EXPECT_GT(there, 0U) << "the command has no secret";
    std::ofstream(gate) << "\n";
    const Outcome outcome = job.wait();
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
    expect_silent(outcome.output + outcome.errors, "masked output");
    return given_to;
  }

  static bool seen(const Needles& needles, const Process& in, const std::string& file) {
    return std::ranges::any_of(find_in_processes(needles), [&](const Sighting& sighting) {
      return sighting.process == in.pid() && sighting.file == file;
    });
  }

  std::map<std::string, std::string> values_;
  std::string hex_ = random_bytes(24);
  std::string bytes_ = random_bytes(253) + '\0';
};

TEST_F(Everywhere, TheSearchFindsEveryFormInEveryPlace) {
  const std::string value = random_text(45);
  Needles of_value;
  of_value.add("it", value);
  std::vector<std::string> forms{value, to_hex(as_bytes(value)), {}};
  for (const char c : value) forms.back().append(1, c).append(1, '\0');
  std::string upper = forms[1];
  std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  forms.push_back(upper);
  for (const char* before : {"", "-", "--"}) {
    const std::string shifted = before + value;
    std::string encoded(base64_size(shifted.size()), '\0');
    base64_encode(as_bytes(shifted), encoded.data());
    forms.push_back(encoded);
  }
  const TemporaryFolder folder;
  int number = 0;
  for (const auto& form : forms) {
    // A remnant without its ends, behind bytes of any number.
    const std::string planted = "xyz" + form.substr(5, form.size() - 9);
    std::vector<std::string> found;
    of_value.find_in(planted, "a text", found);
    EXPECT_FALSE(found.empty()) << form;
    std::ofstream(folder.path() / "file", std::ios::binary) << planted;
    EXPECT_FALSE(find_in_files(folder.path(), of_value).empty()) << form;
    // No argument and no variable holds a zero byte.
    if (form.find('\0') != std::string::npos) continue;
    const std::string held = fifo("held " + std::to_string(number++));
    const Process in_words({"/bin/sh", "-c", "read x <\"$1\"", planted, held});
    const Process in_variables({"/bin/sh", "-c", "read x <\"$1\"", "sh", held},
                               {.environment = {"A=" + planted}, .input = {}, .folder = {}});
    EXPECT_TRUE(eventually([&] { return seen(of_value, in_words, "cmdline"); })) << form;
    EXPECT_TRUE(eventually([&] { return seen(of_value, in_variables, "environ"); })) << form;
    // The kernel keeps a variable on the new process's stack. Before its libraries are there it has too little memory
    // for the search to be trusted, which then throws.
    EXPECT_TRUE(eventually([&] {
      try {
        return !find_in_memory(in_variables.pid(), of_value).empty();
      } catch (const std::runtime_error&) {
        return false;
      }
    })) << form;
    EXPECT_FALSE(find_in_open_memory(in_variables.pid(), of_value).empty()) << form;
  }
}

TEST_F(Everywhere, NothingIsLeftAnywhere) {
  ProcessWatch watch(needles_);
  store_values();
  use();
  const std::string given_to = "/proc/" + std::to_string(run_a_job()) + "/environ";
  write_copies();
  fail_in_every_way();
  quietly({"slot", "add", "passphrase"}, values_.at("a passphrase"));
  quietly({"lock"});
  expect_gone_from_memory(daemon_.pid(), needles_);
  quietly({"unlock", "--passphrase"}, values_.at("a passphrase"));
  EXPECT_EQ(run({"read", "app/text", "--no-newline"}).output, values_.at("text"));
  quietly({"lock"});
  expect_gone_from_memory(daemon_.pid(), needles_);
  auto seen = watch.finish();
  std::erase_if(seen, [&](const std::string& line) { return holds(line, given_to); });
  expect_nothing(seen);
  // A person's slip is in that process's arguments, and goes no further.
  quietly({"secret", "set", "app/text", values_.at("refused")}, {}, Ends::with_an_error);
  write_reports();
  std::filesystem::remove(daemon_.state() / "vault.key");  // the key file is its own value
  expect_no_file();
}

// What is under way must be somewhere: in memory that reaches neither swap space nor a core file.
TEST_F(Everywhere, WhatIsInMemoryIsLockedAndLeftOutOfCoreFiles) {
  const std::string value = canary("unfinished", 3000);
  RawSocket socket(daemon_.socket());
  ASSERT_TRUE(
      socket.send(R"({"method":"io.strongroom.Secret.Put","parameters":{"path":"a","fields":{"value":")" + value));
  ASSERT_TRUE(eventually([&] { return !find_in_memory(daemon_.pid(), needles_).empty(); }));
  expect_nothing(find_in_open_memory(daemon_.pid(), needles_));
  std::ifstream status("/proc/" + std::to_string(daemon_.pid()) + "/status");
  std::string line;
  while (std::getline(status, line) && !line.starts_with("VmLck:")) continue;
  EXPECT_GE(std::stol(line.substr(6)), 64) << line;
}

}  // namespace
}  // namespace strongroom::tests
