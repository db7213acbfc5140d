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
      {"slot add", "Adds an unlock slot: passphrase, key_file, recovery, keychain, credential or shares.",
       "strongroom slot add shares --shares 5 --needed 3", prepare_slot_add},
      {"slot test", "Tells whether one unlock slot opens; nothing is opened or changed.",
       "strongroom slot test 0123456789abcdef", prepare_slot_test},
      {"slot rotate", "Puts a new key, code or passphrase in the place of a slot.",
       "strongroom slot rotate 0123456789abcdef", prepare_slot_rotate},
      {"key list", "Lists the keys of the store with their versions and ages.", "strongroom key list",
       prepare_key_list},
      {"key rotate", "Makes a new root key, or a new key of a name space, while everything goes on.",
       "strongroom key rotate namespace default", prepare_key_rotate},
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
      {"secret promote", "Brings values to where the configuration places them, as out of a fallback.",
       "strongroom secret promote", prepare_secret_promote},
      {"secret clear", "Wipes keys and session values from the daemon's memory.", "strongroom secret clear --memory",
       prepare_secret_clear},
      {"read", "Prints one value and a newline, for scripts.", "strongroom read strongroom://openai/key", prepare_read},
      {"inject", "Fills the references of a template with values.",
       "echo 'key: {{ strongroom://openai/key }}' | strongroom inject", prepare_inject},
      {"import", "Stores every value of a .env or JSON file, or of another keyring, as a secret.",
       "strongroom import prod.env --to prod", prepare_import},
      {.name = "run",
       .summary = "Runs a command with secrets in its environment, in files or in descriptors, and masks its output.",
       .example = "strongroom run --env OPENAI_API_KEY=strongroom://openai/key -- python3 ask.py",
       .prepare = prepare_run,
       .runs_program = true},
      {"export-env", "Prints secrets as environment variables.", "eval \"$(strongroom export-env prod)\"",
       prepare_export_env},
      {"health", "Looks at each part of the daemon and says what makes it better; ends with 1 when one is unhealthy.",
       "strongroom health --json", prepare_health},
      {"doctor", "Explains what health has found, and mends what is safe to mend, after asking.", "strongroom doctor",
       prepare_doctor},
      {"log tail", "Shows the newest lines of the daemon's log, masked, and those that follow.",
       "strongroom log tail --follow --level warning", prepare_log_tail},
      {"log search", "Finds lines of the daemon's log.", "strongroom log search \"audit log\"", prepare_log_search},
      {"log export", "Writes the lines that the daemon still holds, with time and level, into a file.",
       "strongroom log export --output strongroom-log.txt", prepare_log_export},
      {"log mode", "Shows or changes what is logged: standard, or debug for all, then also into a file.",
       "strongroom log mode debug", prepare_log_mode},
      {"bugreport", "Writes what helps to find a fault, masked, for you to read before you send it.",
       "strongroom bugreport --output report.txt", prepare_bugreport},
      {"export audit", "Writes events as a spreadsheet, CSV, JSON or a page.",
       "strongroom export audit --since 30d --output events.xlsx", prepare_export_audit},
      {"export secrets", "Writes what there is to know of secrets without their values.",
       "strongroom export secrets --below prod --output secrets.csv", prepare_export_secrets},
      {"export bundle", "Writes all of that, a file each, into a zip archive with a summary.",
       "strongroom export bundle --since 30d --output evidence.zip", prepare_export_bundle},
      {"export plugins", "Writes which plugins there are.", "strongroom export plugins --output plugins.csv",
       prepare_export_plugins},
      {"backup create", "Makes an encrypted copy of the store that opens elsewhere.",
       "strongroom backup create --recipient age1... --output store.age", prepare_backup_create},
      {"backup verify", "Opens a backup and checks all of it; needs no daemon.",
       "strongroom backup verify store.age --identity key.txt", prepare_backup_verify},
      {"backup restore", "Makes the store of a backup, where none is or in the place of one.",
       "strongroom backup restore store.age --identity key.txt", prepare_backup_restore},
      {"backup list", "Lists the backups that are made without being asked, and when the next one is.",
       "strongroom backup list", prepare_backup_list},
      {"backup schedule", "Says where, for whom and how often backups are made without being asked.",
       "strongroom backup schedule --folder /mnt/backups --recipient age1...", prepare_backup_schedule},
      {"plugin list", "Lists the plugins, how they are isolated and how they fare.", "strongroom plugin list",
       prepare_plugin_list},
      {"plugin info", "Shows one plugin and its settings.", "strongroom plugin info io.strongroom.exporter.csv",
       prepare_plugin_info},
      {"plugin install", "Takes a plugin: its library is copied and remembered by its digest.",
       "strongroom plugin install build/hello_exporter.so", prepare_plugin_install},
      {.name = "plugin check",
       .summary = "Runs the tests of its interface on a plugin: which promises it keeps.",
       .example = "strongroom plugin check build/hello_exporter.so",
       .prepare = prepare_plugin_check},
      {"plugin config", "Shows or changes the settings of a plugin.",
       "strongroom plugin config io.strongroom.exporter.csv header=titles", prepare_plugin_config},
      {"export status", "Writes how the daemon is.", "strongroom export status --output -", prepare_export_status},
      {"secret history", "Shows the versions of a secret, and who read and wrote it lately; without values.",
       "strongroom secret history openai/key", prepare_secret_history},
      {"audit tail", "Shows the newest events of the audit log, and those that follow.",
       "strongroom audit tail --follow", prepare_audit_tail},
      {"audit list", "Lists events, newest first.", "strongroom audit list --since 7d --path prod/db",
       prepare_audit_list},
      {"audit show", "Shows all that one entry says.", "strongroom audit show 1234", prepare_audit_show},
      {"audit summary", "Counts events by actor, action, object and day.", "strongroom audit summary --since 7d",
       prepare_audit_summary},
      {"audit verify", "Checks that the whole log is as it was written.", "strongroom audit verify --against old.note",
       prepare_audit_verify},
      {"audit checkpoint", "Signs all that is in the log now; keep it elsewhere to compare with later.",
       "strongroom audit checkpoint --out today.note", prepare_audit_checkpoint},
      {"audit prove", "Proves that an entry is in the log, and discloses it when asked to.",
       "strongroom audit prove 1234 --out 1234.tlog-proof --disclose", prepare_audit_prove},
      {"audit verify-proof", "Checks a proof, without a daemon, and shows what it discloses.",
       "strongroom audit verify-proof 1234.tlog-proof --key @log.key", prepare_audit_verify_proof},
      {"audit export", "Writes events with all that proves them into a folder.",
       "strongroom audit export --since 30d --output evidence", prepare_audit_export},
      {"audit verify-export", "Checks such a folder, without a daemon.", "strongroom audit verify-export evidence",
       prepare_audit_verify_export},
      {"audit key", "Prints the public key that the log's checkpoints are signed with.",
       "strongroom audit key > log.key", prepare_audit_key},
      {"audit archive", "Moves the oldest part of the log into a folder beside it.",
       "strongroom audit archive --before 365d", prepare_audit_archive},
      {"audit redact", "Erases the names in one event for good; every proof stays valid.",
       "strongroom audit redact 1234", prepare_audit_redact},
      {"audit witness add", "Adds a witness by its address, or what one has cosigned in a file.",
       "strongroom audit witness add https://witness.example @witness.key", prepare_audit_witness_add},
      {"vault accept-rollback", "Takes the store and the audit log as they are although one of them is older.",
       "strongroom vault accept-rollback", prepare_accept_rollback},
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

constexpr std::string_view k_order[] = {"status",
                                        "health",
                                        "init",
                                        "unlock",
                                        "lock",
                                        "slot list",
                                        "slot add",
                                        "slot test",
                                        "slot rotate",
                                        "slot remove",
                                        "key list",
                                        "key rotate",
                                        "secret set",
                                        "secret get",
                                        "secret list",
                                        "secret search",
                                        "secret stale",
                                        "secret history",
                                        "secret edit",
                                        "secret delete",
                                        "secret undelete",
                                        "secret rollback",
                                        "secret move",
                                        "secret copy",
                                        "secret label",
                                        "secret metadata",
                                        "secret expire",
                                        "secret policy",
                                        "secret destroy",
                                        "secret purge",
                                        "secret watch",
                                        "read",
                                        "run",
                                        "inject",
                                        "import",
                                        "export-env",
                                        "export audit",
                                        "export secrets",
                                        "export plugins",
                                        "export bundle",
                                        "export status",
                                        "export formats",
                                        "backup create",
                                        "backup verify",
                                        "backup list",
                                        "backup schedule",
                                        "backup prune",
                                        "backup restore",
                                        "plugin list",
                                        "plugin info",
                                        "plugin install",
                                        "plugin check",
                                        "plugin remove",
                                        "plugin enable",
                                        "plugin disable",
                                        "plugin config",
                                        "plugin logs",
                                        "audit tail",
                                        "audit list",
                                        "audit show",
                                        "audit summary",
                                        "audit verify",
                                        "audit checkpoint",
                                        "audit prove",
                                        "audit verify-proof",
                                        "audit export",
                                        "audit verify-export",
                                        "audit key",
                                        "audit archive",
                                        "audit redact",
                                        "audit witness add",
                                        "audit witness list",
                                        "audit witness remove",
                                        "vault accept-rollback",
                                        "info",
                                        "config show",
                                        "config path",
                                        "config check",
                                        "log tail",
                                        "log search",
                                        "log export",
                                        "log mode",
                                        "bugreport",
                                        "completion"};

constexpr std::size_t k_longest_name = 3;  // words

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
    names.reserve(128);
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
  for (used = std::min(words.size(), k_longest_name); used > 0; --used) {
    std::string name = words[0];
    for (std::size_t i = 1; i < used; ++i)
      name += " " + std::string(i + 1 == used ? unaliased(words[i]) : std::string_view(words[i]));
    const auto found = std::ranges::find(commands(), std::string_view(name), &Command::name);
    if (found != commands().end()) return &*found;
  }
  return nullptr;
}

std::string group_of(const std::vector<std::string>& words) {
  std::string group;
  for (const auto& word : words) {
    const std::string longer = group.empty() ? word : group + " " + word;
    const auto begins = [&](const Command& command) { return command.name.starts_with(longer + " "); };
    if (std::ranges::none_of(commands(), begins)) break;
    group = longer;
  }
  return group;
}

std::size_t leading_options(const std::vector<std::string>& words) {
  std::size_t count = 0;
  while (count < words.size() && words[count].starts_with('-')) {
    const bool takes_value = words[count] == "--socket" || words[count] == "--timeout" || words[count] == "--reason";
    count = std::min(count + (takes_value ? 2 : 1), words.size());
  }
  return count;
}

}  // namespace strongroom::cli
