#include <algorithm>

#include <strongroom/protocol/catalogue.h>

#include "client/cli/command.h"

namespace strongroom::cli {

namespace {

// Conversations; everything else comes from the catalogue.
const std::vector<Command>& conversations() {
  static const std::vector<Command> list{
      {"status", "Tells the state of the store and the health of the daemon.", "strongroom status --watch",
       prepare_status},
      {"init", "Makes the store, or the recovery code that it lacks.", "strongroom init", prepare_init},
      {"unlock", "Opens the store.", "strongroom unlock", prepare_unlock},
      {"slot add", "Adds an unlock slot: passphrase, key_file or recovery.", "strongroom slot add passphrase",
       prepare_slot_add},
      {"secret set", "Stores a value, from the terminal, a pipe or a file.",
       "printf %s \"$KEY\" | strongroom secret set openai/key", prepare_secret_set},
      {"secret get", "Shows the fields of a secret.", "strongroom secret get openai/key", prepare_secret_get},
      {"secret list", "Lists secrets and folders, without values.", "strongroom secret list --recursive",
       prepare_secret_list},
      {"secret search", "Finds secrets by path, label and expiry.", "strongroom secret search stripe --in prod",
       prepare_secret_search},
      {"secret stale", "Lists what nobody has read or written for some time.", "strongroom secret stale --days 180",
       prepare_secret_stale},
      {"secret watch", "Prints changes of secrets as they happen, without values.", "strongroom secret watch prod",
       prepare_secret_watch},
      {"secret edit", "Opens a value in your editor, in a file that lies in memory.", "strongroom secret edit prod/db",
       prepare_secret_edit},
      {"secret delete", "Hides the current version; undelete takes that back.", "strongroom secret delete openai/key",
       prepare_secret_delete},
      {"secret undelete", "Takes back the deletion of the current version.", "strongroom secret undelete openai/key",
       prepare_secret_undelete},
      {"secret rollback", "Makes the values of an earlier version current again.",
       "strongroom secret rollback openai/key 3", prepare_secret_rollback},
      {"secret move", "Gives a secret, or a folder, another path.", "strongroom secret move --recursive dev staging",
       prepare_secret_move},
      {"secret copy", "Makes a new secret of the current version of another.",
       "strongroom secret copy prod/db staging/db", prepare_secret_copy},
      {"secret destroy", "Erases the values of versions for good; the history stays.",
       "strongroom secret destroy openai/key --version 3", prepare_secret_destroy},
      {"secret purge", "Erases a secret, or a folder, with its history for good.",
       "strongroom secret purge old --recursive", prepare_secret_purge},
      {"secret label", "Adds and removes labels, which search finds.",
       "strongroom secret label prod/db --add team:payments", prepare_secret_label},
      {"secret metadata", "Keeps words about a secret beside it.", "strongroom secret metadata prod/db --set owner=dba",
       prepare_secret_metadata},
      {"secret expire", "Says when the current version stops being readable.",
       "strongroom secret expire openai/key --in 30d", prepare_secret_expire},
      {"secret policy", "Says how many versions are kept and whether writes must be checked.",
       "strongroom secret policy prod/db --versions-kept 50", prepare_secret_policy},
      {"read", "Prints one value and a newline, for scripts.", "strongroom read strongroom://openai/key", prepare_read},
      {"inject", "Fills the references of a template with values.",
       "echo 'key: {{ strongroom://openai/key }}' | strongroom inject", prepare_inject},
      {"import", "Stores every value of a .env or JSON file as a secret.", "strongroom import prod.env --to prod",
       prepare_import},
      {.name = "run",
       .summary = "Runs a command with secrets in its environment, in files or in descriptors, and masks its output.",
       .example = "strongroom run --env OPENAI_API_KEY=strongroom://openai/key -- python3 ask.py",
       .prepare = prepare_run,
       .runs_program = true},
      {"export-env", "Prints secrets as environment variables.", "eval \"$(strongroom export-env prod)\"",
       prepare_export_env},
      {"config show", "Prints every setting of the daemon and where it comes from.", "strongroom config show",
       prepare_config_show},
      {"config path", "Prints where the daemon's configuration file lies.", "$EDITOR \"$(strongroom config path)\"",
       prepare_config_path},
      {"config check", "Checks the daemon's configuration and says where it is wrong.",
       "strongroom config check ~/.config/strongroom/config.toml", prepare_config_check},
      {"completion", "Prints the completion script of a shell.", "source <(strongroom completion bash)",
       prepare_completion},
  };
  return list;
}

constexpr std::string_view k_order[] = {"status",          "init",          "unlock",        "lock",
                                        "slot list",       "slot add",      "slot remove",   "secret set",
                                        "secret get",      "secret list",   "secret search", "secret stale",
                                        "secret history",  "secret edit",   "secret delete", "secret undelete",
                                        "secret rollback", "secret move",   "secret copy",   "secret label",
                                        "secret metadata", "secret expire", "secret policy", "secret destroy",
                                        "secret purge",    "secret watch",  "read",          "run",
                                        "inject",          "import",        "export-env",    "info",
                                        "config show",     "config path",   "config check",  "completion"};

// What fingers know from the shell.
std::string_view unaliased(std::string_view word) {
  constexpr std::pair<std::string_view, std::string_view> k_aliases[] = {
      {"ls", "list"}, {"rm", "delete"}, {"mv", "move"}, {"cp", "copy"}};
  for (const auto& [alias, name] : k_aliases)
    if (word == alias) return name;
  return word;
}

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

const Command* find_command(const std::vector<std::string>& words, std::size_t& used) {
  for (used = std::min<std::size_t>(words.size(), 2); used > 0; --used) {
    std::string name = words[0];
    if (used == 2) name += " " + std::string(unaliased(words[1]));
    const auto found = std::ranges::find(commands(), std::string_view(name), &Command::name);
    if (found != commands().end()) return &*found;
  }
  return nullptr;
}

std::size_t leading_options(const std::vector<std::string>& words) {
  std::size_t count = 0;
  while (count < words.size() && words[count].starts_with('-')) {
    const bool takes_value = words[count] == "--socket" || words[count] == "--timeout";
    count = std::min(count + (takes_value ? 2 : 1), words.size());
  }
  return count;
}

}  // namespace strongroom::cli
