// A value that passes through a command is shown where it was asked for, and nowhere else: not in the arguments or the
// environment of a process, not in a file, a log, a shell's history, or an error.
#include "tests/security/commands_house.h"
#include "tests/support/at_terminal.h"

namespace strongroom::tests {
namespace {

enum class Shows { nothing, values };

struct Step {
  Words words;
  Shows shows = Shows::nothing;
  std::string input{};
  int exit_code = 0;
};

class CommandsCanary : public CommandsHouse {
 protected:
  void SetUp() override {
    CommandsHouse::SetUp();
    value_ = canary("a value");
    keep("app/key", value_);
    keep("app/key", value_);
    keep("app/other", canary("another value"));
  }

  static std::string line_of(const Words& words) {
    std::string line;
    for (const auto& word : words) line += word + " ";
    return line;
  }

  void take(const std::vector<Step>& steps) {
    ProcessWatch watch(needles_);
    for (const auto& step : steps) {
      const Outcome outcome = run(step.words, step.input);
      const std::string line = line_of(step.words);
      EXPECT_EQ(outcome.exit_code, step.exit_code) << line << outcome.errors;
      std::vector<std::string> shown;
      needles_.find_in(outcome.output, line, shown);
      EXPECT_EQ(shown.empty(), step.shows == Shows::nothing) << line;
      expect_silent(outcome.errors, "errors of " + line);
    }
    expect_nothing(watch.finish());
    expect_no_file();
  }

  // Once for people and once for programs, which both may end in a log.
  void take_refused(const std::vector<Step>& steps) {
    ProcessWatch watch(needles_);
    for (const auto& step : steps)
      for (const char* form : {"--quiet", "--json"}) {
        Words words = step.words;
        words.insert(words.begin(), form);
        const Outcome outcome = run(words, step.input);
        EXPECT_NE(outcome.exit_code, 0) << line_of(words);
        EXPECT_FALSE(outcome.errors.empty()) << line_of(words);
        expect_silent(outcome.output + outcome.errors, line_of(words));
      }
    expect_nothing(watch.finish());
    expect_no_file();
  }

  // Every way in and out.
  std::vector<Step> all_doors() {
    const std::string file = given("door.env", "KEY=" + value_ + "\n");
    return {{.words = {"secret", "set", "app/key"}, .input = value_},
            {.words = {"secret", "set", "app/key", "--from-file", given("value", value_)}},
            {.words = {"secret", "get", "app/key"}},
            {.words = {"read", "app/key"}},
            {.words = {"secret", "copy", "app/key", "app/copied"}},
            {.words = {"secret", "rollback", "app/key", "1"}},
            {.words = {"inject"}, .input = value_ + " {{ strongroom://app/key }}"},
            {.words = {"inject", "--out", asked_for("never")}, .input = "{{ strongroom://app/key }}"},
            {.words = {"import", file, "--to", "imported"}},
            {.words = {"import", file, "--dry-run"}},
            {.words = {"export-env", "app"}},
            {.words = {"run", "--env", "KEY=app/key", "--", "true"}},
            {.words = {"run", "--file", "KEY=app/key", "--", "true"}},
            {.words = {"run", "--file-fd", "KEY=app/key", "--no-masking", "--", "true"}}};
  }

  std::string value_;
};

// A process with the value in its arguments and one with it in its environment, in each form, and a file.
TEST_F(CommandsCanary, WhatStandsOpenlyIsFound) {
  const std::string gate = fifo("gate");
  const Words waits{"sh", "-c", "read x <\"$0\"", gate};
  const std::string base64 = [&] {
    std::string text(base64_size(value_.size()), '\0');
    base64_encode(as_bytes(value_), text.data());
    return text;
  }();
  for (const std::string& form : {value_, to_hex(as_bytes(value_)), base64}) {
    Words with = waits;
    with.push_back("--key=" + form);
    ProcessWatch watch(needles_);
    Process said(with, {.environment = environment(), .input = {}, .folder = {}});
    Process held(waits, {.environment = environment({"KEY=" + form}), .input = {}, .folder = {}});
    bool in_arguments = false;
    bool in_environment = false;
    EXPECT_TRUE(eventually([&] {
      for (const auto& sighting : find_in_processes(needles_)) {
        in_arguments |= sighting.process == said.pid() && sighting.file == "cmdline";
        in_environment |= sighting.process == held.pid() && sighting.file == "environ";
      }
      return in_arguments && in_environment;
    }));
    const auto rounds = watch.rounds();
    EXPECT_TRUE(eventually([&] { return watch.rounds() >= rounds + 2; }));
    EXPECT_GE(watch.finish().size(), 2U);
  }
  EXPECT_TRUE(find_in_new_files("/tmp", since_, {}, needles_).empty());
  std::ofstream(daemon_.folder() / "tmp" / "left") << value_;
  EXPECT_FALSE(find_in_new_files(std::filesystem::temp_directory_path(), since_, {}, needles_).empty());
  EXPECT_FALSE(find_in_files(daemon_.folder(), needles_).empty());
}

TEST_F(CommandsCanary, TheLifeOfASecret) {
  const std::string next = canary("a piped value");
  take({{.words = {"secret", "set", "app/key"}, .input = next},
        {.words = {"secret", "set", "app/key", "--field", "user", "--json"}, .input = canary("a field")},
        {.words = {"secret", "set", "app/file", "--from-file", given("value", canary("a file's value"))}},
        {.words = {"secret", "get", "app/key"}, .shows = Shows::values},
        {.words = {"secret", "get", "app/key", "--json"}, .shows = Shows::values},
        {.words = {"read", "strongroom://app/key?version=1"}, .shows = Shows::values},
        {.words = {"secret", "list", "--recursive"}},
        {.words = {"secret", "history", "app/key", "--json"}},
        {.words = {"secret", "search", "key"}},
        {.words = {"secret", "stale", "--days", "0", "--json"}},
        {.words = {"secret", "label", "app/key", "--add", "team:a"}},
        {.words = {"secret", "metadata", "app/key", "--set", "owner=me"}},
        {.words = {"secret", "expire", "app/key", "--in", "30d"}},
        {.words = {"secret", "expire", "app/key", "--never"}},
        {.words = {"secret", "policy", "app/key", "--versions-kept", "5"}},
        {.words = {"secret", "rollback", "app/key", "1"}},
        {.words = {"secret", "copy", "app/key", "app/copy"}},
        {.words = {"secret", "move", "app/copy", "moved/copy"}},
        {.words = {"secret", "delete", "app/key"}},
        {.words = {"secret", "undelete", "app/key"}},
        {.words = {"secret", "destroy", "app/key", "--version", "1", "--yes"}},
        {.words = {"secret", "purge", "moved/copy", "--yes"}},
        {.words = {"__complete", "--", "secret", "get", "app/"}},
        {.words = {"__complete", "--", "run", "--env", "KEY=app/"}},
        {.words = {"completion", "bash"}},
        {.words = {"status", "--json"}},
        {.words = {"slot", "list"}},
        {.words = {"lock"}},
        {.words = {"unlock"}},
        {.words = {"read", "app/key"}, .shows = Shows::values}});
}

TEST_F(CommandsCanary, AGeneratedValue) {
  ASSERT_EQ(run({"secret", "set", "app/made", "--generate", "64"}).exit_code, 0);
  std::string made = run({"read", "app/made", "--no-newline"}).output;
  ASSERT_EQ(made.size(), 64U);
  needles_.add("a generated value", made);
  expect_no_file();
}

TEST_F(CommandsCanary, TemplatesAndFiles) {
  const std::string text = canary("a template's own text") + " {{ strongroom://app/key }}\n";
  const std::string dotenv = given("a.env", "A=" + canary("a .env value") + "\nB='" + canary("a .env value") + "'\n");
  const std::string json = given("a.json", R"({"a":{"b":")" + canary("a JSON value") + "\"}}");
  take({{.words = {"inject"}, .shows = Shows::values, .input = text},
        {.words = {"inject", "--in", given("template", text), "--out", asked_for("filled")}},
        {.words = {"import", dotenv, "--dry-run"}},
        {.words = {"import", dotenv, "--to", "one"}},
        {.words = {"import", dotenv, "--to", "two", "--format", "docker", "--json"}},
        {.words = {"import", json, "--dry-run", "--json"}},
        {.words = {"import", json}},
        {.words = {"export-env", "app"}, .shows = Shows::values},
        {.words = {"export-env", "app", "--format", "json", "--out", asked_for("exported")}}});
}

TEST_F(CommandsCanary, WhatIsRefusedIsNotRepeated) {
  const std::string open_quote = given("open.env", "A=1\nB=\"" + value_ + "\n");
  const std::string no_name = given("name.env", "A=1\n" + value_ + "/" + value_ + "\n");
  const std::string broken = given("broken.json", R"({"a":")" + value_);
  const std::string list = given("list.json", R"({"a":[")" + value_ + "\"]}");
  take_refused({{.words = {"secret", "set", "app//key"}, .input = value_},
                {.words = {"secret", "set", "app/key", "--check-version", "9"}, .input = value_},
                {.words = {"secret", "set", "app/key", "--expires-in", "soon"}, .input = value_},
                {.words = {"secret", "get", "app/none"}},
                {.words = {"read", "strongroom://app/key#none"}},
                {.words = {"read", "strongroom://app/key?version=99"}},
                {.words = {"secret", "copy", "app/key", "app/other"}},
                {.words = {"secret", "rollback", "app/key", "99"}},
                {.words = {"secret", "destroy", "app/key"}},
                {.words = {"inject"}, .input = value_ + " {{ strongroom://app/none }}"},
                {.words = {"inject"}, .input = value_ + " {{ strongroom://app/key#" + "\n" + value_},
                {.words = {"inject", "--out", open_quote}, .input = "{{ strongroom://app/key }}"},
                {.words = {"import", open_quote}},
                {.words = {"import", no_name}},
                {.words = {"import", broken}},
                {.words = {"import", list}},
                {.words = {"import", broken, "--format", "docker"}},
                {.words = {"export-env", "app", "--out", open_quote}},
                {.words = {"run", "--env-file", open_quote, "--", "true"}},
                {.words = {"run", "--env", "KEY=app/key", "--env", "LOST=app/none", "--", "true"}},
                {.words = {"run", "--env", "KEY=app/key", "--", "no-such-program"}},
                {.words = {"run", "--file", "KEY=app/key", "--", "/etc/passwd"}},
                {.words = {"unlock", "--passphrase"}, .input = value_},
                {.words = {"unlock", "--recovery"}, .input = value_}});
}

TEST_F(CommandsCanary, ALockedStoreRefusesInSilence) {
  ASSERT_EQ(run({"lock"}).exit_code, 0);
  take_refused(all_doors());
}

TEST_F(CommandsCanary, WithoutADaemonAllFailInSilence) {
  daemon_.kill();
  take_refused(all_doors());
}

TEST_F(CommandsCanary, WhoFollowsSeesNoValue) {
  Process changes(strongroom({"secret", "watch", "--json"}), {.environment = environment(), .input = {}, .folder = {}});
  Process state(strongroom({"status", "--watch"}), {.environment = environment(), .input = {}, .folder = {}});
  std::vector<Step> steps;
  for (int i = 0; i < 20; ++i) steps.push_back({.words = {"secret", "set", "app/key"}, .input = value_});
  steps.push_back({.words = {"secret", "label", "app/key", "--add", "seen"}});
  steps.push_back({.words = {"lock"}});
  steps.push_back({.words = {"unlock"}});
  take(steps);
  for (Process* process : {&changes, &state}) {
    process->kill(SIGINT);
    const Outcome outcome = process->wait();
    EXPECT_FALSE(outcome.output.empty());
    expect_silent(outcome.output + outcome.errors, "what a follower printed");
  }
}

TEST_F(CommandsCanary, AShellsHistoryHoldsTheCommandsAlone) {
  const std::string history = (daemon_.folder() / "history").string();
  std::filesystem::create_directory(daemon_.folder() / "bin");
  std::ofstream(daemon_.folder() / "bin" / "sr")
      << "#!/bin/sh\nexec '" STRONGROOM_PATH "' --no-start --socket '" << daemon_.socket() << "' \"$@\"\n";
  std::filesystem::permissions(daemon_.folder() / "bin" / "sr", std::filesystem::perms::owner_all);
  auto variables = environment({"HISTFILE=" + history, "PS1=ready> "});
  for (auto& entry : variables)
    if (entry.starts_with("PATH=")) entry = "PATH=" + (daemon_.folder() / "bin").string() + ":/usr/bin:/bin";
  const std::string file = given("piped", value_);
  const std::string typed = canary("a typed value");
  ProcessWatch watch(needles_);
  AtTerminal shell({"bash", "--norc", "--noprofile", "--noediting", "-i"}, variables);
  const auto type = [&](const std::string& line, const std::string& answer) {
    ASSERT_TRUE(shell.wait_for("ready> ")) << shell.shown();
    shell.type(line + "\n");
    ASSERT_TRUE(shell.wait_for(answer)) << shell.shown();
  };
  type("sr secret set shell/asked", "Value of");
  EXPECT_FALSE(shell.echoes()) << "what answers the prompt would be shown";
  shell.type(typed + "\n");
  ASSERT_TRUE(shell.wait_for("Stored version")) << shell.shown();
  type("sr secret set shell/piped <'" + file + "'", "Stored version");
  // Not --env here: the command that receives the value lawfully shows it in its own environment.
  type("sr run --file-fd F=app/key -- sh -c 'cat \"$F\"; echo got'", "********got");
  type("sr run --file F=app/key -- sh -c 'cat \"$F\"; echo .'", "********.");
  type("COPY=$(sr read app/key) && echo si''lent", "silent");
  type("eval \"$(sr export-env app)\" && echo al''so", "also");
  ASSERT_TRUE(shell.wait_for("ready> "));
  shell.type("exit\n");
  EXPECT_EQ(shell.finish(), 0);
  expect_silent(shell.shown(), "the terminal");
  std::ifstream in(history);
  const std::string kept(std::istreambuf_iterator<char>(in), {});
  EXPECT_NE(kept.find("sr secret set shell/asked"), std::string::npos) << kept;
  expect_silent(kept, "the history");
  expect_nothing(watch.finish());
  expect_no_file();
}

}  // namespace
}  // namespace strongroom::tests
