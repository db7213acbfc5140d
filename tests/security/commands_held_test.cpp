// While a command holds a value: stopped at a known point, it and everything around it is searched, then it is ended
// the hard way.
#include "tests/security/commands_house.h"
#include "tests/support/at_terminal.h"
#include "tests/support/ordinary_user.h"

namespace strongroom::tests {
namespace {

// What takes longest: a value that no pipe holds, so that whoever prints it waits for the test.
constexpr std::size_t k_larger_than_a_pipe = 200'000;

class HeldCanary : public CommandsHouse {
 protected:
  void SetUp() override {
    CommandsHouse::SetUp();
    value_ = canary("a value");
    keep("app/key", value_);
    gate_ = fifo("gate");
  }

  // The receiving command: says who it is and waits.
  Words waits(const std::string& first = {}) const {
    return {"sh", "-c", first + "echo $$ >\"$XDG_RUNTIME_DIR/pid\"; read x <\"$XDG_RUNTIME_DIR/gate\""};
  }

  pid_t receiver() const {
    pid_t pid = 0;
    EXPECT_TRUE(eventually([&] {
      std::string line;
      std::ifstream in(runtime_ + "/pid");
      if (std::getline(in, line) && !in.eof()) pid = std::stoi(line);
      return pid != 0;
    }));
    return pid;
  }

  void open_gate() const { std::ofstream(gate_) << "go\n"; }

  // Nobody but the receiver shows the value.
  void expect_shown_by(pid_t receiver, bool in_environment) {
    bool shown = false;
    for (const auto& sighting : find_in_processes(needles_))
      if (sighting.process == receiver && sighting.file == "environ")
        shown = true;
      else
        ADD_FAILURE() << sighting.what;
    EXPECT_EQ(shown, in_environment);
  }

  // Of a run that waits: the store, the logs and every folder but the one of its delivered files.
  void expect_delivered_files_alone() const {
    expect_nothing(find_in_files(daemon_.folder(), needles_));
    for (const auto& line : find_in_files(runtime_, needles_))
      EXPECT_NE(line.find("/strongroom/run-"), std::string::npos) << line;
  }

  Words run_words(const Words& options, const std::string& first = {}) const {
    Words words{"run"};
    words.insert(words.end(), options.begin(), options.end());
    words.push_back("--");
    const Words command = waits(first);
    words.insert(words.end(), command.begin(), command.end());
    return strongroom(words);
  }

  struct Way {
    Words options;
    bool in_environment;
    std::vector<std::string> inherited{};
  };

  std::vector<Way> ways() {
    return {{{"--env", "KEY=app/key"}, true},
            {{"--env-file", given("app.env", "KEY=strongroom://app/key\n")}, true},
            {{}, true, {"KEY=strongroom://app/key"}},
            {{"--file", "KEY=app/key"}, false},
            {{"--file-fd", "KEY=app/key"}, false}};
  }

  std::string value_;
  std::string gate_;
};

TEST_F(HeldCanary, OnlyTheReceiverShowsWhatRunDelivers) {
  for (const auto& way : ways())
    for (const bool masked : {true, false}) {
      Words options = way.options;
      if (!masked) options.push_back("--no-masking");
      std::filesystem::remove(runtime_ + "/pid");
      Process process(run_words(options),
                      {.environment = environment(way.inherited), .input = {}, .capture = true, .folder = {}});
      SCOPED_TRACE(::testing::PrintToString(options));
      expect_shown_by(receiver(), way.in_environment);
      expect_delivered_files_alone();
      open_gate();
      const Outcome outcome = process.wait();
      EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
      expect_silent(outcome.output + outcome.errors, "what run printed");
      expect_no_file();
    }
}

TEST_F(HeldCanary, OnlyTheReceiverShowsWhatRunDeliversAtATerminal) {
  for (const auto& way : ways())
    for (const bool masked : {true, false}) {
      Words options = way.options;
      if (!masked) options.push_back("--no-masking");
      std::filesystem::remove(runtime_ + "/pid");
      const char* prints = masked ? "echo \"$KEY\"; cat \"$KEY\" 2>/dev/null; " : "";
      AtTerminal terminal(run_words(options, prints), environment(way.inherited));
      SCOPED_TRACE(::testing::PrintToString(options));
      expect_shown_by(receiver(), way.in_environment);
      expect_delivered_files_alone();
      open_gate();
      EXPECT_EQ(terminal.finish(), 0) << terminal.shown();
      EXPECT_EQ(terminal.shown().find("********") != std::string::npos, masked) << terminal.shown();
      expect_silent(terminal.shown(), "the terminal");
      expect_no_file();
    }
}

// Starts commands in a folder of their own under no limit for core files.
class CrashedCanary : public HeldCanary {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "only root sees that a process which is not dumpable holds a value";
    HeldCanary::SetUp();
    large_ = canary("a large value", k_larger_than_a_pipe);
    keep("app/large", large_);
    cores_ = daemon_.folder() / "cores";
    std::filesystem::create_directory(cores_);
  }

  std::unique_ptr<Process> start(Words words, std::string input = {}) const {
    words.insert(words.begin(), {"prlimit", "--core=unlimited:unlimited"});
    return std::make_unique<Process>(
        std::move(words),
        Process::Options{.environment = environment(), .input = std::move(input), .folder = cores_.string()});
  }

  bool holds_a_value(pid_t process) const {
    return eventually([&] {
      try {
        return !find_in_memory(process, needles_).empty();
      } catch (const std::runtime_error&) {
        return false;  // its program does not run yet
      }
    });
  }

  void expect_crash_without_core(Process& process, int signal) {
    process.kill(signal);
    const Outcome outcome = process.wait();
    EXPECT_EQ(outcome.exit_code, 128 + signal);
    EXPECT_FALSE(outcome.dumped_core);
    EXPECT_TRUE(std::filesystem::is_empty(cores_));
  }

  std::string large_;
  std::filesystem::path cores_;
};

TEST_F(CrashedCanary, ACoreFileWouldBeNoticed) {
  const auto process = start({"sh", "-c", "read x <\"$0\"", gate_});
  ASSERT_TRUE(eventually([&] {
    std::ifstream name("/proc/" + std::to_string(process->pid()) + "/comm");
    std::string text;
    return std::getline(name, text) && text == "sh";
  }));
  process->kill(SIGSEGV);
  if (!process->wait().dumped_core) GTEST_SKIP() << "this machine writes no core files at all";
}

TEST_F(CrashedCanary, ACommandThatWaitsWithAValueShowsAndLeavesNothing) {
  const std::string file = given("template", "{{ strongroom://app/large }}");
  for (const Words& words : {Words{"read", "app/large"},
                             {"secret", "get", "app/large", "--json"},
                             {"inject", "--in", file},
                             {"export-env", "app"}})
    for (const int signal : {SIGSEGV, SIGABRT}) {
      SCOPED_TRACE(words[0]);
      const auto process = start(strongroom(words));
      ASSERT_TRUE(holds_a_value(process->pid()));
      EXPECT_TRUE(find_in_processes(needles_).empty());
      expect_crash_without_core(*process, signal);
    }
  expect_no_file();
}

TEST_F(CrashedCanary, ACommandThatIsStillBeingGivenAValueShowsAndLeavesNothing) {
  const std::string half = canary("half a value", 60'000);
  for (const std::string& line :
       {std::string("secret set app/new"), std::string("inject"), std::string("import --to new \"$3\"")}) {
    SCOPED_TRACE(line);
    const auto process = start({"sh", "-c", "exec \"$0\" --no-start --socket \"$1\" " + line + " <\"$2\"",
                                STRONGROOM_PATH, daemon_.socket(), gate_, "/dev/stdin"});
    std::ofstream into(gate_);
    into << "A=" << half << std::flush;
    ASSERT_TRUE(holds_a_value(process->pid()));
    EXPECT_TRUE(find_in_processes(needles_).empty());
    expect_crash_without_core(*process, SIGSEGV);
  }
  expect_no_file();
}

TEST_F(CrashedCanary, TheWrapperOfRunLeavesNothing) {
  for (const auto& way : ways())
    for (const int signal : {SIGSEGV, SIGABRT}) {
      SCOPED_TRACE(::testing::PrintToString(way.options));
      std::filesystem::remove(runtime_ + "/pid");
      Words words = run_words(way.options);
      words.insert(words.begin(), "env");
      words.insert(words.begin() + 1, way.inherited.begin(), way.inherited.end());
      const auto process = start(words);
      (void)receiver();
      ASSERT_TRUE(holds_a_value(process->pid())) << "what it masks";
      process->kill(signal);
      open_gate();
      const Outcome outcome = process->wait();
      EXPECT_EQ(outcome.exit_code, 128 + signal);
      EXPECT_FALSE(outcome.dumped_core);
      EXPECT_TRUE(std::filesystem::is_empty(cores_));
      // The watcher removes what was delivered.
      EXPECT_TRUE(eventually([&] { return find_in_files(runtime_, needles_).empty(); }));
    }
  expect_no_file();
}

TEST_F(CrashedCanary, TheDaemonLeavesNothing) {
  for (const int signal : {SIGSEGV, SIGABRT}) {
    TestDaemon daemon({"--storage", "memory"});
    daemon.run_under({"prlimit", "--core=unlimited:unlimited", "env", "-C", cores_.string()});
    daemon.start();
    auto client = daemon.client();
    ASSERT_TRUE(put(client, "app/key", value_));
    ::kill(daemon.pid(), signal);
    const Outcome outcome = daemon.wait();
    EXPECT_EQ(outcome.exit_code, 128 + signal);
    EXPECT_FALSE(outcome.dumped_core);
    EXPECT_TRUE(std::filesystem::is_empty(cores_));
  }
}

// Where core files go to a program, or where the machine writes none, this is what decides.
TEST_F(HeldCanary, ACommandIsClosedToItsOwnUser) {
  if (passed_on_to_ordinary_user()) return;
  keep("app/large", canary("a large value", k_larger_than_a_pipe));
  const auto closed = [](pid_t process) {
    return eventually([&] { return access(("/proc/" + std::to_string(process) + "/mem").c_str(), R_OK) != 0; });
  };
  Process prints(strongroom({"read", "app/large"}), {.environment = environment(), .input = {}, .folder = {}});
  EXPECT_TRUE(closed(prints.pid()));
  Process wraps(run_words({"--env", "KEY=app/key"}), {.environment = environment(), .input = {}, .folder = {}});
  const pid_t command = receiver();
  EXPECT_TRUE(closed(wraps.pid()));
  EXPECT_EQ(access(("/proc/" + std::to_string(command) + "/mem").c_str(), R_OK), 0) << "a command is its user's own";
  open_gate();
  EXPECT_EQ(wraps.wait().exit_code, 0);
  EXPECT_EQ(prints.wait().exit_code, 0);
}

}  // namespace
}  // namespace strongroom::tests
