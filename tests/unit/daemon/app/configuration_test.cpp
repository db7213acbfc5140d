#include "daemon/app/configuration.h"

#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/temporary_folder.h"

namespace strongroom::app {
namespace {

class Configured : public testing::Test {
 protected:
  Result<Invocation> configure_with(std::vector<std::string> arguments, std::vector<std::string> environment = {},
                                    const std::string& file = "") {
    environment.push_back("HOME=" + folder_.path().string());
    if (!file.empty()) {
      std::ofstream(path()) << file;
      arguments.insert(arguments.begin(), {"--config", path()});
    }
    std::vector<const char*> pointers;
    for (const auto& entry : environment) pointers.push_back(entry.c_str());
    pointers.push_back(nullptr);
    return configure(arguments, pointers.data());
  }

  std::string path() const { return (folder_.path() / "c.toml").string(); }

  tests::TemporaryFolder folder_;
};

TEST_F(Configured, DefaultsFollowTheHomeFolder) {
  const auto made = configure_with({});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->configuration.data, folder_.path() / ".local/share/strongroom");
  EXPECT_EQ(made->configuration.state, folder_.path() / ".local/state/strongroom");
  EXPECT_EQ(made->configuration.socket, folder_.path() / ".local/state/strongroom/run/io.strongroom");
  EXPECT_EQ(made->command, Command::serve);
}

TEST_F(Configured, XdgVariablesWin) {
  const auto made = configure_with({}, {"XDG_DATA_HOME=/d", "XDG_STATE_HOME=/s", "XDG_RUNTIME_DIR=/r"});
  ASSERT_TRUE(made);
  EXPECT_EQ(made->configuration.data, "/d/strongroom");
  EXPECT_EQ(made->configuration.socket, "/r/strongroom/io.strongroom");
}

TEST_F(Configured, TheMachinesDaemonHasPlacesThatNoVariableOfAUserMoves) {
  const auto made = configure_with({"--system"}, {"XDG_DATA_HOME=/d", "XDG_STATE_HOME=/s", "XDG_RUNTIME_DIR=/r",
                                                  "XDG_CONFIG_HOME=" + folder_.path().string()});
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(made->configuration.scope, Scope::system);
  EXPECT_EQ(made->configuration.data, "/var/lib/strongroom/data");
  EXPECT_EQ(made->configuration.state, "/var/lib/strongroom/state");
  EXPECT_EQ(made->configuration.socket, "/run/strongroom/io.strongroom");
  EXPECT_EQ(made->usual_file, "/etc/strongroom/config.toml");
  EXPECT_EQ(configure_with({"--system", "--data", "/elsewhere"})->configuration.data, "/elsewhere");
  EXPECT_EQ(configure_with({})->configuration.scope, Scope::user);
}

TEST_F(Configured, TheMachinesDaemonReadsNoFileThatOthersCouldHaveWritten) {
  const std::string file = "[daemon]\nthreads = 3\n";
  const auto system = configure_with({"--system"}, {}, file);
  ASSERT_TRUE(system) << system.error().message;
  EXPECT_EQ(system->configuration.threads, 3);
  std::filesystem::permissions(path(), std::filesystem::perms::others_write, std::filesystem::perm_options::add);
  const auto open_to_all = configure_with({"--system", "--config", path()});
  ASSERT_FALSE(open_to_all);
  EXPECT_EQ(open_to_all.error().code, ErrorCode::untrusted);
  EXPECT_EQ(open_to_all.error().subject, path());
}

// Whoever has set something shall not get the defaults without a word.
TEST_F(Configured, AUsualFileThatCannotBeLookedAtIsNotNone) {
  const auto folder = folder_.path() / ".config/strongroom";
  ASSERT_TRUE(configure_with({})) << "neither file nor folder is needed";
  std::filesystem::create_directories(folder);
  std::filesystem::create_symlink("config.toml", folder / "config.toml");
  const auto refused = configure_with({});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::configuration);
  EXPECT_EQ(refused.error().subject, folder / "config.toml");
  EXPECT_TRUE(configure_with({}, {}, "[daemon]\nthreads = 3\n")) << "another one was named";
  EXPECT_TRUE(configure_with({"--config-path"})) << "where it would be can be told";
}

TEST_F(Configured, LaterWinsDefaultFileEnvironmentFlag) {
  const std::string file = "[daemon]\nthreads = 3\n";
  EXPECT_EQ(configure_with({})->configuration.threads, 2);
  EXPECT_EQ(configure_with({}, {}, file)->configuration.threads, 3);
  EXPECT_EQ(configure_with({}, {"STRONGROOM_THREADS=4"}, file)->configuration.threads, 4);
  EXPECT_EQ(configure_with({"--threads=5"}, {"STRONGROOM_THREADS=4"}, file)->configuration.threads, 5);
}

TEST_F(Configured, AMistakeInTheFileIsNamedWithItsLine) {
  const auto place = [&](const std::string& file) {
    const auto made = configure_with({}, {}, file);
    EXPECT_FALSE(made);
    return made ? std::string() : made.error().subject;
  };
  EXPECT_EQ(place("[daemon]\n\nthread = 3\n"), path() + ":3");
  EXPECT_EQ(place("[demon]\nthreads = 3\n"), path() + ":1");
  EXPECT_EQ(place("threads = 3\n"), path() + ":1");
  EXPECT_EQ(place("[daemon]\nthreads = 100\n"), path() + ":2");
  EXPECT_EQ(place("[daemon]\nthreads = \"x\"\n"), path() + ":2");
  EXPECT_EQ(place("[daemon]\nthreads = [1]\n"), path() + ":2");
  EXPECT_EQ(place("[daemon]\nthreads =\n").substr(0, path().size()), path());
}

TEST_F(Configured, MistakesOfEnvironmentAndFlagsAreNamed) {
  EXPECT_EQ(configure_with({}, {"STRONGROOM_CREATE=maybe"}).error().subject, "STRONGROOM_CREATE");
  EXPECT_EQ(configure_with({"--threads", "0"}).error().subject, "--threads");
  EXPECT_EQ(configure_with({"--nothing"}).error().subject, "--nothing");
  EXPECT_EQ(configure_with({"--threads"}).error().subject, "--threads");
  EXPECT_EQ(configure_with({"--data", "relative"}).error().subject, "--data");
  EXPECT_EQ(configure_with({"--config", "/no/such/file"}).error().code, ErrorCode::configuration);
}

TEST_F(Configured, EverySettingIsDocumentedAndItsFlagTakesItsDefaultsForm) {
  for (const auto& setting : settings()) {
    EXPECT_NE(help_text().find(setting.flag), std::string::npos);
    EXPECT_TRUE(setting.documentation.ends_with('.')) << setting.key;
    Configuration configuration;
    EXPECT_FALSE(setting.set(configuration, "\x01")) << setting.key;
  }
}

}  // namespace
}  // namespace strongroom::app
