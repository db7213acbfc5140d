#include <algorithm>

#include <strongroom/protocol/catalogue.h>

#include "client/cli/command.h"

namespace strongroom::cli {

namespace {

// Conversations; everything else comes from the catalogue.
const std::vector<Command>& conversations() {
  static const std::vector<Command> list{
      {"init", "Makes the store, or the recovery code that it lacks.", "strongroom init", prepare_init},
      {"unlock", "Opens the store.", "strongroom unlock", prepare_unlock},
      {"slot add", "Adds an unlock slot: passphrase, key_file or recovery.", "strongroom slot add passphrase",
       prepare_slot_add},
      {"secret set", "Stores a value, from the terminal, a pipe or a file.",
       "printf %s \"$KEY\" | strongroom secret set openai/key", prepare_secret_set},
      {"secret get", "Shows the fields of a secret.", "strongroom secret get openai/key", prepare_secret_get},
      {"secret list", "Lists secrets and folders, without values.", "strongroom secret list --recursive",
       prepare_secret_list},
      {"read", "Prints one value and a newline, for scripts.", "strongroom read strongroom://openai/key", prepare_read},
      {"import", "Stores every variable of a .env file as a secret.", "strongroom import prod.env --to prod",
       prepare_import},
  };
  return list;
}

constexpr std::string_view k_order[] = {"status",          "init",        "unlock",         "lock",
                                        "slot list",       "slot add",    "slot remove",    "secret set",
                                        "secret get",      "secret list", "secret history", "secret delete",
                                        "secret undelete", "read",        "import"};

}  // namespace

const std::vector<Command>& commands() {
  static const std::vector<Command> list = [] {
    std::vector<Command> made = conversations();
    static std::vector<std::string> names;
    names.reserve(64);
    for (const auto* area : protocol::catalogue())
      for (const auto& method : area->methods) {
        if (method.info->cli.command.empty()) continue;
        names.push_back(std::string(area->name) + "." + std::string(method.info->name));
        made.push_back(
            {method.info->cli.command, method.info->documentation, method.info->cli.example, nullptr, names.back()});
      }
    const auto place = [](const Command& c) { return std::ranges::find(k_order, c.name) - std::begin(k_order); };
    std::ranges::sort(made, {}, [&](const Command& c) { return std::pair(place(c), c.name); });
    return made;
  }();
  return list;
}

}  // namespace strongroom::cli
