#include <signal.h>

#include <algorithm>

#include <strongroom/base/edit_distance.h>
#include <CLI/CLI.hpp>

#include "client/cli/command.h"
#include "client/cli/complete.h"
#include "client/cli/help.h"
#include "client/cli/private_process.h"
#include "client/cli/run/session_leader.h"
#include "client/cli/run/watcher.h"
#include "client/cli/terminal.h"
#include "client/cli/version.h"

namespace strongroom::cli {

namespace {

constexpr int k_usage = static_cast<int>(ExitCode::usage);

// The option that an unknown one may have meant: "; did you mean --recursive?".
std::string suggestion(const CLI::App& app, const std::string& unknown) {
  constexpr std::size_t k_near = 3;
  std::string nearest;
  std::size_t least = k_near + 1;
  for (const auto* option : app.get_options())
    for (const auto& name : option->get_lnames())
      if (const auto far = edit_distance(unknown, "--" + name); far < least) {
        least = far;
        nearest = name;
      }
  return nearest.empty() ? "" : "; did you mean --" + nearest + "?";
}

// What stands on a command line by mistake may be a secret, and what is said about it may land in a log: of words, only
// what looks like the name of an option is repeated, and of a flag's value nothing.
std::string complaint(const CLI::App& app, const CLI::ParseError& problem) {
  const std::string text = neutralised(problem.what());
  const auto kind = static_cast<CLI::ExitCodes>(problem.get_exit_code());
  if (kind == CLI::ExitCodes::ConversionError) return text.substr(0, text.find(" = "));
  if (kind != CLI::ExitCodes::ExtrasError) return text;
  for (const auto& word : app.remaining()) {
    const std::string name = word.substr(0, word.find('='));
    if (name.size() > 2 && name.starts_with("--") &&
        name.find_first_not_of("abcdefghijklmnopqrstuvwxyz-") == std::string::npos)
      return "there is no option " + name + suggestion(app, name);
  }
  return "there is an argument too many, which is not repeated here because it may be a secret";
}

int run_command(const Command& command, std::vector<std::string> arguments) {
  GlobalOptions options;
  // No word of a program's may be taken for ours.
  if (const auto mark = std::ranges::find(arguments, "--"); command.runs_program && mark != arguments.end()) {
    options.program.assign(mark + 1, arguments.end());
    arguments.erase(mark, arguments.end());
  }
  CLI::App app(std::string(command.summary), "strongroom " + std::string(command.name));
  app.footer("Example: " + std::string(command.example) + "\n");
  const auto act = command.prepare ? command.prepare(app) : prepare_generic(app, command.method);
  add_global_options(app, options);
  try {
    std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    print(app.help());
    return 0;
  } catch (const CLI::ParseError& problem) {
    print_error("strongroom: " + complaint(app, problem) + "\nTry 'strongroom " + std::string(command.name) +
                " --help'.\n");
    return command.runs_program ? k_run_failed : k_usage;
  }
  std::vector<std::string> option_names;
  for (const auto* option : app.get_options())
    option_names.insert(option_names.end(), option->get_lnames().begin(), option->get_lnames().end());
  Session session(std::move(options), std::move(option_names));
  const int code = act(session);
  if (!output_failed()) return code;
  print_error("strongroom: the output could not be written\n");
  return code != 0 ? code : static_cast<int>(ExitCode::failed);
}

}  // namespace

void add_global_options(CLI::App& app, GlobalOptions& options) {
  app.add_flag("--json", options.json, "Print one JSON document.")->group("Global options");
  app.add_flag("-q,--quiet", options.quiet, "Print nothing but what was asked for.")->group("Global options");
  app.add_flag("--no-start", options.no_start, "Do not start the daemon when none runs.")->group("Global options");
  auto* const socket = app.add_option("--socket", options.socket, "Socket of the daemon.")->group("Global options");
  app.add_flag("--system", options.system, "Ask the daemon of the machine, which serves root.")
      ->excludes(socket)
      ->group("Global options");
  app.add_option("--timeout", options.timeout_s, "Seconds to wait for an answer. Default: 30.")
      ->check(CLI::Range(1, 3600))
      ->group("Global options");
  app.add_option("--reason", options.reason, "What this is for; it stands in the audit log.")
      ->check([](const std::string& text) { return text.empty() ? std::string("must say something") : std::string(); })
      ->group("Global options");
}

int run_command_line(int argc, char** argv) {
  keep_process_private();
  if (argc == 3 && std::string_view(argv[1]) == run::k_watch_word) return run::watch(argv[2]);
  if (argc > 4 && std::string_view(argv[1]) == run::k_lead_word) return run::lead(argv + 2);
  signal(SIGPIPE, SIG_IGN);
  std::vector<std::string> words(argv + 1, argv + argc);
  // Options that stand before the command belong to it too.
  const auto first = words.begin() + static_cast<std::ptrdiff_t>(leading_options(words));
  if (first == words.end()) return run_without_command(words);
  if (*first == "help") return run_help({first + 1, words.end()});
  if (*first == "__complete") return run_complete({first + 1, words.end()});
  std::vector<std::string> named(first, words.end());
  std::size_t used = 0;
  const Command* command = find_command(named, used);
  if (!command) return say_unknown_command(named);
  std::vector<std::string> arguments(words.begin(), first);
  arguments.insert(arguments.end(), named.begin() + static_cast<std::ptrdiff_t>(used), named.end());
  return run_command(*command, arguments);
}

}  // namespace strongroom::cli
