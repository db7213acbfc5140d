// completion: the script that a shell loads.
#include <memory>

#include <CLI/CLI.hpp>

#include "client/cli/command.h"
#include "client/cli/complete.h"
#include "client/cli/terminal.h"

namespace strongroom::cli {

std::function<int(Session&)> prepare_completion(CLI::App& app) {
  auto shell = std::make_shared<std::string>();
  app.add_option("shell", *shell, "bash, zsh or fish.")->required()->check(CLI::IsMember({"bash", "zsh", "fish"}));
  return [shell](Session&) {
    print(completion_script(*shell));
    return 0;
  };
}

}  // namespace strongroom::cli
