// What can be set, and where each setting came from.
//
// One table (settings()) names every setting with its key in the file, its environment variable, its flag, its default
// and its documentation. Later wins: default, file, environment, flag. Unknown keys of
// the file and unknown flags are refused with their place; unknown variables are reported. A row also says whether
// SIGHUP applies the setting or a restart is needed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <strongroom/base/result.h>

#include "daemon/audit/log.h"
#include "daemon/log/log.h"

namespace strongroom::app {

inline constexpr std::string_view k_foreign_storage = "library";

// Whom the daemon is for. It decides where things lie and who is served.
enum class Scope : std::uint8_t {
  user,    // the user who runs it: folders by XDG_* and HOME
  system,  // the machine (--system), as a user of its own: /var/lib, /etc and /run/strongroom; root is served too
};

struct Configuration {
  Scope scope = Scope::user;
  std::filesystem::path socket;
  std::filesystem::path data;
  std::filesystem::path state;
  std::int64_t threads = 2;
  bool development = false;  // allows what is not safe, and says so
  std::string placement;     // as secrets/placement.h reads it
  std::string storage = "sqlite";
  std::filesystem::path storage_library;  // with k_foreign_storage
  std::string storage_sha256;             // likewise, in hex
  bool storage_apart = false;             // in a process of its own
  bool create = true;
  bool require_locked_memory = true;
  std::int64_t kdf_memory_mib = 256;
  std::int64_t kdf_passes = 3;
  log::Level log_level = log::Level::info;
  log::Target log_target = log::Target::standard_error;
  audit::Durability audit_reveals = audit::Durability::written;
  std::int64_t audit_segment_mib = 64;
  bool require_sandbox = true;
  std::int64_t rotate_root_days = 365;       // 0: never without being asked
  std::int64_t rotate_name_space_days = 90;  // likewise
  std::int64_t health_minutes = 60;          // 0: only when asked
  std::string unlock_order = "keychain,credential,key_file";
  std::filesystem::path backup_folder;  // empty: no backup is made without being asked
  std::string backup_recipients;        // who can open those, split by commas
  std::int64_t backup_hours = 24;
  std::int64_t backup_keep = 10;
  std::int64_t connections = 2200;
  std::int64_t message_bytes = 16 * 1024 * 1024;
  std::int64_t calls_in_flight = 256;
  std::int64_t unread_bytes = 1024 * 1024;
  std::int64_t unread_total_bytes = 64 * 1024 * 1024;
  std::int64_t unread_seconds = 30;
  std::int64_t half_message_bytes = 64 * 1024 * 1024;
  std::int64_t half_message_seconds = 10;
  std::int64_t idle_seconds = 3600;
};

enum class Command : std::uint8_t { serve, check_config, show_config, config_path, self_test, restore, version, help };

// Of Command::restore.
struct RestoreOptions {
  std::filesystem::path file;
  std::filesystem::path identity;  // empty: a passphrase stands in the standard input
  std::string signer;              // empty: whoever has signed it
  bool replace = false;            // a store that is there
};

struct Invocation {
  Command command = Command::serve;
  Configuration configuration;
  RestoreOptions restore;
  std::optional<std::filesystem::path> file;        // the configuration file that was read
  std::filesystem::path usual_file;                 // the one that is read when no other is named; it may not exist
  std::map<std::string_view, std::string> sources;  // where a setting that is no default came from, by its key
  bool json = false;                                // how to show
};

// When a changed setting counts.
enum class Takes : std::uint8_t { reload, restart };

// One row of the table.
struct Setting {
  std::string_view key;          // "vault.create"
  std::string_view variable;     // "STRONGROOM_CREATE"
  std::string_view flag;         // "--create"
  std::string_view placeholder;  // "true|false"
  std::string_view documentation;
  // Parses and checks. Error: configuration with a sentence.
  Status (*set)(Configuration& configuration, std::string_view value);
  bool (*same)(const Configuration& a, const Configuration& b);
  void (*take)(Configuration& to, const Configuration& from);
  std::string (*text)(const Configuration& configuration);
  Takes takes;
};

std::span<const Setting> settings();

// Reads flags, environment and file. `arguments` without the program's name. Errors: configuration (subject is the
// flag, the variable, FILE:LINE, or the usual file when nobody can tell whether it is there); untrusted (with --system,
// the file could have been written by others).
Result<Invocation> configure(const std::vector<std::string>& arguments, const char* const* environment);

// One sentence for each STRONGROOM_* variable of the environment that nobody reads, naming the one it may have meant.
std::vector<std::string> unknown_variables(const char* const* environment);

// Every setting with its value and where that came from: the text of --show-config.
std::string shown_configuration(const Invocation& invocation);

// The text of --help.
std::string help_text();

}  // namespace strongroom::app
