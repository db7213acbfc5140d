#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include "daemon/app/daemon.h"
#include "daemon/app/last_words.h"
#include "daemon/app/restore_command.h"
#include "daemon/app/self_test.h"
#include "daemon/app/system_user.h"
#include "daemon/app/version.h"

namespace strongroom::app {

namespace {

constexpr int k_gave_way = 75;  // EX_TEMPFAIL of sysexits.h

int say(const Error& error) {
  const std::string about = error.subject.empty() ? "" : error.subject + ": ";
  std::fprintf(stderr, "strongroomd: %s%s\n", about.c_str(), error.message.c_str());
  // Another daemon holds the place: for whoever starts daemons that is no failure but a reason to look again.
  if (error.code == ErrorCode::busy) return k_gave_way;
  return static_cast<int>(error_info(error.code).exit_code);
}

int serve(const Configuration& configuration, const std::vector<std::string>& arguments,
          const char* const* environment) {
  if (const Status user = check_system_user(configuration); !user) return say(user.error());
  auto daemon = Daemon::start(configuration);
  if (!daemon) return say(daemon.error());
  if (configuration.scope == Scope::system && geteuid() == 0)
    (*daemon)->warn("the daemon of the machine runs as root; a user of its own keeps more from it");
  for (const auto& sentence : unknown_variables(environment)) (*daemon)->warn(sentence);
  (*daemon)->run([&]() -> Result<Configuration> {
    STRONGROOM_ASSIGN(auto invocation, configure(arguments, environment));
    return std::move(invocation.configuration);
  });
  return 0;
}

}  // namespace

int run_command(int argc, char** argv, char** environment) {
  install_last_words();
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const auto invocation = configure(arguments, environment);
  if (!invocation) return say(invocation.error());
  switch (invocation->command) {
    case Command::help:
      std::fputs(help_text().c_str(), stdout);
      return 0;
    case Command::version:
      std::printf("strongroomd %s\n", std::string(k_version).c_str());
      return 0;
    case Command::check_config:
      std::printf("%s: the configuration is valid\n",
                  invocation->file ? invocation->file->c_str() : "no configuration file, defaults");
      return 0;
    case Command::show_config:
      std::fputs(shown_configuration(*invocation).c_str(), stdout);
      return 0;
    case Command::config_path:
      std::printf("%s\n", invocation->file.value_or(invocation->usual_file).c_str());
      return 0;
    case Command::self_test:
      return self_test(invocation->configuration);
    case Command::restore:
      if (const Status user = check_system_user(invocation->configuration); !user) return say(user.error());
      return restore(*invocation);
    case Command::serve:
      break;
  }
  return serve(invocation->configuration, arguments, environment);
}

}  // namespace strongroom::app
