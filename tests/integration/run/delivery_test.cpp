// What a command gets, how it ends, and what strongroom says when it cannot begin.
#include "tests/integration/run/run_house.h"

namespace strongroom::tests {
namespace {

class RunDelivery : public RunHouse {
 protected:
  // The exact bytes of a variable, as the command sees them.
  std::string seen(const std::vector<std::string>& options, const std::string& name,
                   std::vector<std::string> more_environment = {}) const {
    std::vector<std::string> all = options;
    all.push_back("--no-masking");
    return run(all, {"sh", "-c", "printf %s \"$" + name + "\""}, std::move(more_environment)).output;
  }
};

TEST_F(RunDelivery, AVariableHoldsTheValue) {
  EXPECT_EQ(seen({"--env", "KEY=api/key"}, "KEY"), k_value);
  EXPECT_EQ(seen({"--env", "KEY=strongroom://api/key#value"}, "KEY"), k_value);
  keep("api/key", "the second value");
  EXPECT_EQ(seen({"--env", "KEY=strongroom://api/key?version=1"}, "KEY"), k_value);
}

TEST_F(RunDelivery, ReferencesInTheInheritedEnvironmentAreDelivered) {
  EXPECT_EQ(seen({}, "KEY", {"KEY=strongroom://api/key"}), k_value);
  EXPECT_EQ(seen({}, "KEY", {"KEY=api/key"}), "api/key");
  EXPECT_EQ(seen({}, "HOME"), daemon_.folder().string());
}

TEST_F(RunDelivery, AFileOfVariablesMixesReferencesAndPlainValues) {
  keep("other", "another value");
  const std::string file = (daemon_.folder() / "app.env").string();
  std::ofstream(file) << "PLAIN='as it is'\nKEY=strongroom://api/key\nWON=strongroom://api/key\n";
  EXPECT_EQ(seen({"--env-file", file}, "PLAIN"), "as it is");
  EXPECT_EQ(seen({"--env-file", file}, "KEY"), k_value);
  EXPECT_EQ(seen({"--env-file", file, "--env", "WON=other"}, "WON"), "another value");
  EXPECT_EQ(seen({"--env-file", file}, "PLAIN", {"PLAIN=inherited"}), "as it is");
}

TEST_F(RunDelivery, ManyOptionsOfAKind) {
  keep("other", "another value");
  EXPECT_EQ(
      run({"--env", "A=api/key", "--env", "B=other", "--no-masking"}, {"sh", "-c", "printf '%s %s' \"$A\" \"$B\""})
          .output,
      std::string(k_value) + " another value");
}

TEST_F(RunDelivery, OneMissingSecretAndNothingRuns) {
  const auto outcome =
      run({"--env", "KEY=api/key", "--env", "LOST=strongroom://api/none"}, {"touch", runtime_ + "/ran"});
  EXPECT_EQ(outcome.exit_code, 125);
  EXPECT_NE(outcome.errors.find("LOST"), std::string::npos) << outcome.errors;
  EXPECT_NE(outcome.errors.find("api/none"), std::string::npos) << outcome.errors;
  EXPECT_FALSE(std::filesystem::exists(runtime_ + "/ran"));
}

// NAME=VALUE is what fingers know from elsewhere.
TEST_F(RunDelivery, AValueInThePlaceOfAReferenceIsNotRepeated) {
  for (const char* option : {"--env", "--file", "--file-fd"})
    for (const char* word : {"KEY=hush-hush", "hush-hush"}) {
      const auto outcome = run({option, word, "--allow-disk"}, {"true"});
      EXPECT_EQ(outcome.exit_code, 125);
      EXPECT_EQ(outcome.errors.find("hush"), std::string::npos) << outcome.errors;
    }
}

TEST_F(RunDelivery, TheWatchersWordRemovesNoFolderOfSomebodys) {
  const std::string victim = runtime_ + "/run-folder";
  std::filesystem::create_directory(victim);
  Process process({STRONGROOM_PATH, "--remove-when-my-parent-ends", victim});
  EXPECT_NE(process.wait().exit_code, 0);
  EXPECT_TRUE(std::filesystem::exists(victim));
}

TEST_F(RunDelivery, OneMissingFieldAndNothingRuns) {
  const auto outcome = run({"--env", "LOST=strongroom://api/key#user"}, {"touch", runtime_ + "/ran"});
  EXPECT_EQ(outcome.exit_code, 125);
  EXPECT_NE(outcome.errors.find("LOST"), std::string::npos) << outcome.errors;
  EXPECT_FALSE(std::filesystem::exists(runtime_ + "/ran"));
}

TEST_F(RunDelivery, OwnFailuresHaveTheirOwnExitCodes) {
  EXPECT_EQ(run({}, {}).exit_code, 125);
  EXPECT_EQ(run({"--no-such-option"}, {"true"}).exit_code, 125);
  EXPECT_EQ(run({"--env", "NAME"}, {"true"}).exit_code, 125);
  EXPECT_EQ(run({"--env", "A=api/key", "--file-fd", "A=api/key"}, {"true"}).exit_code, 125);
  EXPECT_EQ(run({"--env-file", "/no/such/file"}, {"true"}).exit_code, 125);
  for (const std::vector<std::string>& options : {std::vector<std::string>{}, {"--no-masking"}}) {
    EXPECT_EQ(run(options, {"/etc/passwd"}).exit_code, 126);
    EXPECT_EQ(run(options, {"no-such-program"}).exit_code, 127);
    EXPECT_EQ(run(options, {"/no/such/program"}).exit_code, 127);
  }
  daemon_.kill();
  EXPECT_EQ(run({"--env", "KEY=api/key"}, {"true"}).exit_code, 125);
}

TEST_F(RunDelivery, TheCommandsExitCodeAndSignalAreKept) {
  for (const std::vector<std::string>& options :
       {std::vector<std::string>{}, {"--no-masking"}, {"--no-masking", "--file", "F=api/key"}}) {
    EXPECT_EQ(run(options, {"sh", "-c", "exit 0"}).exit_code, 0);
    EXPECT_EQ(run(options, {"sh", "-c", "exit 77"}).exit_code, 77);
    EXPECT_EQ(run(options, {"sh", "-c", "kill -TERM $$"}).exit_code, 128 + SIGTERM);
  }
}

TEST_F(RunDelivery, NoWordBehindTheDashesIsOurs) {
  EXPECT_EQ(run({}, {"printf", "%s|", "--json", "-q", "--", "[a,b]", "--socket"}).output,
            "--json|-q|--|[a,b]|--socket|");
}

TEST_F(RunDelivery, StandardInputIsTheCommands) {
  EXPECT_EQ(run({}, {"cat"}, {}, "what was piped in\n").output, "what was piped in\n");
}

TEST_F(RunDelivery, AValueThatNoVariableCanHoldIsRefusedWithAWayOut) {
  keep("binary", std::string("with\0nul", 8));
  keep("long", std::string(200'000, 'x'));
  for (const char* path : {"binary", "long"}) {
    const auto outcome = run({"--env", std::string("NAME=") + path}, {"true"});
    EXPECT_EQ(outcome.exit_code, 125);
    EXPECT_NE(outcome.errors.find("NAME"), std::string::npos) << outcome.errors;
    EXPECT_NE(outcome.errors.find("--file"), std::string::npos) << outcome.errors;
  }
  EXPECT_EQ(run({"--file-fd", "NAME=long"}, {"sh", "-c", "wc -c <$NAME"}).output, "200000\n");
}

TEST_F(RunDelivery, TheWrapperShowsNoValueInItsArgumentsOrEnvironment) {
  Process process(words({"--env", "KEY=api/key"}, {"sh", "-c", k_wait}),
                  {.environment = environment(), .input = {}, .capture = false, .folder = {}});
  ASSERT_TRUE(up());
  std::string seen;
  for (const char* file : {"/cmdline", "/environ"}) {
    std::ifstream in("/proc/" + std::to_string(process.pid()) + file);
    seen.append(std::istreambuf_iterator<char>(in), {});
  }
  EXPECT_NE(seen.find("api/key"), std::string::npos);
  EXPECT_EQ(seen.find(k_value), std::string::npos);
}

TEST_F(RunDelivery, ASignalForTheWrapperReachesTheCommand) {
  Process process(
      words({}, {"sh", "-c", "trap 'exit 42' USR1; touch \"$XDG_RUNTIME_DIR/up\"; while :; do sleep 0.01; done"}),
      {.environment = environment(), .input = {}, .folder = {}});
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(runtime_ + "/up"); }));
  process.kill(SIGUSR1);
  EXPECT_EQ(process.wait().exit_code, 42);
}

TEST_F(RunDelivery, PythonGetsItsKey) {
  const auto outcome = run({"--env", "KEY=api/key", "--no-masking"},
                           {"python3", "-c", "import os, sys; sys.stdout.write(os.environ['KEY'])"});
  EXPECT_EQ(outcome.output, k_value) << outcome.errors;
}

}  // namespace
}  // namespace strongroom::tests
