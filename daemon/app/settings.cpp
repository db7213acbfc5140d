#include <charconv>

#include "daemon/app/configuration.h"

namespace strongroom::app {

namespace {

Error refuse(std::string message) {
  return make_error(ErrorCode::configuration, std::move(message));
}

Status set_flag(bool& out, std::string_view value) {
  if (value != "true" && value != "false") return refuse("must be true or false");
  out = value == "true";
  return {};
}

Status set_number(std::int64_t& out, std::string_view value, std::int64_t least, std::int64_t most) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc() || end != value.data() + value.size() || number < least || number > most)
    return refuse("must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  out = number;
  return {};
}

Status set_path(std::filesystem::path& out, std::string_view value) {
  if (value.empty() || value.front() != '/') return refuse("must be an absolute path");
  out = value;
  return {};
}

constexpr Setting k_settings[] = {
    {"daemon.socket", "STRONGROOM_SOCKET", "--socket", "PATH",
     "Socket to listen on. Default: strongroom/io.strongroom in $XDG_RUNTIME_DIR, else run/io.strongroom in the state "
     "folder.",
     [](Configuration& c, std::string_view v) { return set_path(c.socket, v); }},
    {"daemon.data", "STRONGROOM_DATA", "--data", "PATH",
     "Folder of the store. Default: strongroom in $XDG_DATA_HOME, or ~/.local/share/strongroom.",
     [](Configuration& c, std::string_view v) { return set_path(c.data, v); }},
    {"daemon.state", "STRONGROOM_STATE", "--state", "PATH",
     "Folder of the key file and the logs. Default: strongroom in $XDG_STATE_HOME, or ~/.local/state/strongroom.",
     [](Configuration& c, std::string_view v) { return set_path(c.state, v); }},
    {"daemon.threads", "STRONGROOM_THREADS", "--threads", "N", "Threads that serve connections, 1 to 64. Default: 2.",
     [](Configuration& c, std::string_view v) { return set_number(c.threads, v, 1, 64); }},
    {"storage.plugin", "STRONGROOM_STORAGE", "--storage", "sqlite|memory",
     "Storage plugin. 'memory' keeps nothing over a stop. Default: sqlite.",
     [](Configuration& c, std::string_view v) -> Status {
       if (v != "sqlite" && v != "memory") return refuse("must be sqlite or memory");
       c.storage = v;
       return {};
     }},
    {"vault.create", "STRONGROOM_CREATE", "--create", "true|false",
     "Whether the first start makes the store, with a key file. Default: true.",
     [](Configuration& c, std::string_view v) { return set_flag(c.create, v); }},
    {"vault.require_locked_memory", "STRONGROOM_REQUIRE_LOCKED_MEMORY", "--require-locked-memory", "true|false",
     "Whether to refuse to start when keys cannot be kept out of swap. Default: true.",
     [](Configuration& c, std::string_view v) { return set_flag(c.require_locked_memory, v); }},
    {"vault.kdf_memory_mib", "STRONGROOM_KDF_MEMORY_MIB", "--kdf-memory-mib", "N",
     "Memory in MiB that a new passphrase slot makes an attacker spend, 64 to 1024. Default: 256.",
     [](Configuration& c, std::string_view v) { return set_number(c.kdf_memory_mib, v, 64, 1024); }},
    {"vault.kdf_passes", "STRONGROOM_KDF_PASSES", "--kdf-passes", "N", "Passes over that memory, 3 to 10. Default: 3.",
     [](Configuration& c, std::string_view v) { return set_number(c.kdf_passes, v, 3, 10); }},
    {"log.level", "STRONGROOM_LOG_LEVEL", "--log-level", "debug|info|warning|error", "What to log. Default: info.",
     [](Configuration& c, std::string_view v) -> Status {
       constexpr std::string_view k_names[] = {"debug", "info", "warning", "error"};
       for (std::size_t i = 0; i < 4; ++i)
         if (v == k_names[i]) {
           c.log_level = static_cast<log::Level>(i);
           return {};
         }
       return refuse("must be debug, info, warning or error");
     }},
    {"log.target", "STRONGROOM_LOG_TARGET", "--log-target", "stderr|file",
     "Where to log: standard error, or strongroomd.log in the state folder. Default: stderr.",
     [](Configuration& c, std::string_view v) -> Status {
       if (v != "stderr" && v != "file") return refuse("must be stderr or file");
       c.log_target = v == "file" ? log::Target::file : log::Target::standard_error;
       return {};
     }},
    {"limits.message_bytes", "STRONGROOM_MESSAGE_BYTES", "--message-bytes", "N",
     "Longest message in bytes, 4096 to 16777216. Default: 16777216.",
     [](Configuration& c, std::string_view v) { return set_number(c.max_message, v, 4096, 16 * 1024 * 1024); }},
    {"limits.connections", "STRONGROOM_CONNECTIONS", "--connections", "N",
     "Connections at once, 1 to 100000. Default: 2200.",
     [](Configuration& c, std::string_view v) { return set_number(c.max_connections, v, 1, 100000); }},
};

}  // namespace

std::span<const Setting> settings() {
  return k_settings;
}

}  // namespace strongroom::app
