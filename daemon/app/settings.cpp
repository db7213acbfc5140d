#include <charconv>

#include <strongroom/base/bytes.h>

#include "daemon/app/backups.h"
#include "daemon/app/configuration.h"
#include "daemon/secrets/placement.h"
#include "daemon/vault/unlock_order.h"

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

template <auto Member>
bool same(const Configuration& a, const Configuration& b) {
  return a.*Member == b.*Member;
}

template <auto Member>
void take(Configuration& to, const Configuration& from) {
  to.*Member = from.*Member;
}

std::string shown(const std::filesystem::path& value) {
  return value.string();
}

std::string shown(const std::string& value) {
  return value;
}

std::string shown(std::int64_t value) {
  return std::to_string(value);
}

std::string shown(bool value) {
  return value ? "true" : "false";
}

constexpr std::string_view k_levels[] = {"debug", "info", "warning", "error"};  // in the order of log::Level

std::string shown(log::Level value) {
  return std::string(k_levels[static_cast<std::size_t>(value)]);
}

std::string shown(log::Target value) {
  return value == log::Target::file ? "file" : "stderr";
}

std::string shown(audit::Durability value) {
  return value == audit::Durability::synced ? "synced" : "written";
}

template <auto Member>
std::string text(const Configuration& configuration) {
  return shown(configuration.*Member);
}

// A whole number from `Least` to `Most`.
template <auto Member, std::int64_t Least, std::int64_t Most>
Status number(Configuration& configuration, std::string_view value) {
  return set_number(configuration.*Member, value, Least, Most);
}

constexpr std::int64_t k_kib = 1024;
constexpr std::int64_t k_mib = 1024 * k_kib;
constexpr std::int64_t k_gib = 1024 * k_mib;

constexpr Setting k_settings[] = {
    {"daemon.socket", "STRONGROOM_SOCKET", "--socket", "PATH",
     "Socket to listen on. Default: strongroom/io.strongroom in $XDG_RUNTIME_DIR, else run/io.strongroom in the state "
     "folder.",
     [](Configuration& c, std::string_view v) { return set_path(c.socket, v); }, same<&Configuration::socket>,
     take<&Configuration::socket>, text<&Configuration::socket>, Takes::restart},
    {"daemon.data", "STRONGROOM_DATA", "--data", "PATH",
     "Folder of the store. Default: strongroom in $XDG_DATA_HOME, or ~/.local/share/strongroom.",
     [](Configuration& c, std::string_view v) { return set_path(c.data, v); }, same<&Configuration::data>,
     take<&Configuration::data>, text<&Configuration::data>, Takes::restart},
    {"daemon.state", "STRONGROOM_STATE", "--state", "PATH",
     "Folder of the key file and the logs. Default: strongroom in $XDG_STATE_HOME, or ~/.local/state/strongroom.",
     [](Configuration& c, std::string_view v) { return set_path(c.state, v); }, same<&Configuration::state>,
     take<&Configuration::state>, text<&Configuration::state>, Takes::restart},
    {"daemon.threads", "STRONGROOM_THREADS", "--threads", "N", "Threads that serve connections, 1 to 64. Default: 2.",
     [](Configuration& c, std::string_view v) { return set_number(c.threads, v, 1, 64); },
     same<&Configuration::threads>, take<&Configuration::threads>, text<&Configuration::threads>, Takes::restart},
    {"daemon.mode", "STRONGROOM_MODE", "--mode", "production|development",
     "In development mode a folder may be placed as plain text. Status, log and answers with such values say so. "
     "Default: production.",
     [](Configuration& c, std::string_view v) -> Status {
       if (v != "production" && v != "development") return refuse("must be production or development");
       c.development = v == "development";
       return {};
     },
     same<&Configuration::development>, take<&Configuration::development>,
     [](const Configuration& c) { return std::string(c.development ? "development" : "production"); }, Takes::restart},
    {"secrets.placement", "STRONGROOM_PLACEMENT", "--placement", "FOLDER=TIER,...",
     "Where the values of folders lie, split by commas: store, session, plain-dev, or keychain with :store, :session "
     "or "
     ":refuse for when there is none. '/' is everything. Default: /=store.",
     [](Configuration& c, std::string_view v) -> Status {
       if (const auto rules = secrets::Placements::parse(v); !rules) return refuse(rules.error().message);
       c.placement = v;
       return {};
     },
     same<&Configuration::placement>, take<&Configuration::placement>, text<&Configuration::placement>, Takes::restart},
    {"storage.plugin", "STRONGROOM_STORAGE", "--storage", "sqlite|memory|library",
     "Storage plugin. 'memory' keeps nothing over a stop; 'library' is somebody else's, which storage.library and "
     "storage.sha256 name. Default: sqlite.",
     [](Configuration& c, std::string_view v) -> Status {
       if (v != "sqlite" && v != "memory" && v != k_foreign_storage) return refuse("must be sqlite, memory or library");
       c.storage = v;
       return {};
     },
     same<&Configuration::storage>, take<&Configuration::storage>, text<&Configuration::storage>, Takes::restart},
    {"storage.library", "STRONGROOM_STORAGE_LIBRARY", "--storage-library", "PATH",
     "With storage.plugin = library: the plugin's library. It always runs in a process of its own.",
     [](Configuration& c, std::string_view v) { return set_path(c.storage_library, v); },
     same<&Configuration::storage_library>, take<&Configuration::storage_library>,
     text<&Configuration::storage_library>, Takes::restart},
    {"storage.sha256", "STRONGROOM_STORAGE_SHA256", "--storage-sha256", "HEX",
     "The SHA-256 of that library, in hex: another one is not loaded.",
     [](Configuration& c, std::string_view v) -> Status {
       const auto bytes = from_hex(v);
       if (!bytes || bytes->size() != 32) return refuse("must be 64 hexadecimal digits");
       c.storage_sha256 = v;
       return {};
     },
     same<&Configuration::storage_sha256>, take<&Configuration::storage_sha256>, text<&Configuration::storage_sha256>,
     Takes::restart},
    {"storage.isolation", "STRONGROOM_STORAGE_ISOLATION", "--storage-isolation", "in_process|runner",
     "Where the storage plugin runs: in the daemon, or in a confined process of its own, which costs time with every "
     "call and keeps it away from the keys. Default: in_process.",
     [](Configuration& c, std::string_view v) -> Status {
       if (v != "in_process" && v != "runner") return refuse("must be in_process or runner");
       c.storage_apart = v == "runner";
       return {};
     },
     same<&Configuration::storage_apart>, take<&Configuration::storage_apart>,
     [](const Configuration& c) { return std::string(c.storage_apart ? "runner" : "in_process"); }, Takes::restart},
    {"vault.create", "STRONGROOM_CREATE", "--create", "true|false",
     "Whether the first start makes the store, with a key file. Default: true.",
     [](Configuration& c, std::string_view v) { return set_flag(c.create, v); }, same<&Configuration::create>,
     take<&Configuration::create>, text<&Configuration::create>, Takes::restart},
    {"vault.require_locked_memory", "STRONGROOM_REQUIRE_LOCKED_MEMORY", "--require-locked-memory", "true|false",
     "Whether to refuse to start when keys cannot be kept out of swap. Default: true.",
     [](Configuration& c, std::string_view v) { return set_flag(c.require_locked_memory, v); },
     same<&Configuration::require_locked_memory>, take<&Configuration::require_locked_memory>,
     text<&Configuration::require_locked_memory>, Takes::restart},
    {"vault.kdf_memory_mib", "STRONGROOM_KDF_MEMORY_MIB", "--kdf-memory-mib", "N",
     "Memory in MiB that a new passphrase slot makes an attacker spend, 64 to 1024. Default: 256.",
     [](Configuration& c, std::string_view v) { return set_number(c.kdf_memory_mib, v, 64, 1024); },
     same<&Configuration::kdf_memory_mib>, take<&Configuration::kdf_memory_mib>, text<&Configuration::kdf_memory_mib>,
     Takes::restart},
    {"vault.kdf_passes", "STRONGROOM_KDF_PASSES", "--kdf-passes", "N", "Passes over that memory, 3 to 10. Default: 3.",
     [](Configuration& c, std::string_view v) { return set_number(c.kdf_passes, v, 3, 10); },
     same<&Configuration::kdf_passes>, take<&Configuration::kdf_passes>, text<&Configuration::kdf_passes>,
     Takes::restart},
    {"vault.unlock_order", "STRONGROOM_UNLOCK_ORDER", "--unlock-order", "TYPE,...",
     "Which slots are tried without a person, and in which order: keychain, credential, key_file, split by commas; "
     "what "
     "is left out is not tried. Default: keychain,credential,key_file.",
     [](Configuration& c, std::string_view v) -> Status {
       if (!vault::parse_unlock_order(v))
         return refuse("must be keychain, credential and key_file, each at most once, split by commas");
       c.unlock_order = v;
       return {};
     },
     same<&Configuration::unlock_order>, take<&Configuration::unlock_order>, text<&Configuration::unlock_order>,
     Takes::restart},
    {"keys.rotate_root_days", "STRONGROOM_ROTATE_ROOT_DAYS", "--rotate-root-days", "N",
     "Age in days, up to 3650, at which the root key is exchanged without being asked; 0: never. Default: 365.",
     number<&Configuration::rotate_root_days, 0, 3650>, same<&Configuration::rotate_root_days>,
     take<&Configuration::rotate_root_days>, text<&Configuration::rotate_root_days>, Takes::reload},
    {"keys.rotate_namespace_days", "STRONGROOM_ROTATE_NAMESPACE_DAYS", "--rotate-namespace-days", "N",
     "Age in days, up to 3650, at which the key of a name space is exchanged without being asked; 0: never. Default: "
     "90.",
     number<&Configuration::rotate_name_space_days, 0, 3650>, same<&Configuration::rotate_name_space_days>,
     take<&Configuration::rotate_name_space_days>, text<&Configuration::rotate_name_space_days>, Takes::reload},
    {"health.every_minutes", "STRONGROOM_HEALTH_EVERY_MINUTES", "--health-every-minutes", "N",
     "Minutes, up to 10080, from one look at every part to the next; 0: only when asked. Default: 60.",
     number<&Configuration::health_minutes, 0, 10080>, same<&Configuration::health_minutes>,
     take<&Configuration::health_minutes>, text<&Configuration::health_minutes>, Takes::reload},
    {"log.level", "STRONGROOM_LOG_LEVEL", "--log-level", "debug|info|warning|error", "What to log. Default: info.",
     [](Configuration& c, std::string_view v) -> Status {
       for (std::size_t i = 0; i < std::size(k_levels); ++i)
         if (v == k_levels[i]) {
           c.log_level = static_cast<log::Level>(i);
           return {};
         }
       return refuse("must be debug, info, warning or error");
     },
     same<&Configuration::log_level>, take<&Configuration::log_level>, text<&Configuration::log_level>, Takes::reload},
    {"log.target", "STRONGROOM_LOG_TARGET", "--log-target", "stderr|file",
     "Where to log: standard error, or strongroomd.log in the state folder. Default: stderr.",
     [](Configuration& c, std::string_view v) -> Status {
       if (v != "stderr" && v != "file") return refuse("must be stderr or file");
       c.log_target = v == "file" ? log::Target::file : log::Target::standard_error;
       return {};
     },
     same<&Configuration::log_target>, take<&Configuration::log_target>, text<&Configuration::log_target>,
     Takes::restart},
    {"audit.reveals", "STRONGROOM_AUDIT_REVEALS", "--audit-reveals", "written|synced",
     "When a secret may be shown: when its event is written, and on the disk within 100 ms, or when it is synced. "
     "Changes are always synced. Default: written.",
     [](Configuration& c, std::string_view v) -> Status {
       if (v != "written" && v != "synced") return refuse("must be written or synced");
       c.audit_reveals = v == "synced" ? audit::Durability::synced : audit::Durability::written;
       return {};
     },
     same<&Configuration::audit_reveals>, take<&Configuration::audit_reveals>, text<&Configuration::audit_reveals>,
     Takes::reload},
    {"audit.segment_mib", "STRONGROOM_AUDIT_SEGMENT_MIB", "--audit-segment-mib", "N",
     "Size in MiB of new segments of the audit log, 1 to 1024; three are allocated. Default: 64.",
     number<&Configuration::audit_segment_mib, 1, 1024>, same<&Configuration::audit_segment_mib>,
     take<&Configuration::audit_segment_mib>, text<&Configuration::audit_segment_mib>, Takes::restart},
    {"plugins.require_sandbox", "STRONGROOM_REQUIRE_SANDBOX", "--require-sandbox", "true|false",
     "Whether a plugin is refused where the system cannot confine its process (Landlock and seccomp). Default: true.",
     [](Configuration& c, std::string_view v) { return set_flag(c.require_sandbox, v); },
     same<&Configuration::require_sandbox>, take<&Configuration::require_sandbox>,
     text<&Configuration::require_sandbox>, Takes::restart},
    {"backup.folder", "STRONGROOM_BACKUP_FOLDER", "--backup-folder", "PATH",
     "Folder in which backups are made without being asked, best on another disk. Without it none is.",
     [](Configuration& c, std::string_view v) { return set_path(c.backup_folder, v); },
     same<&Configuration::backup_folder>, take<&Configuration::backup_folder>, text<&Configuration::backup_folder>,
     Takes::restart},
    {"backup.recipients", "STRONGROOM_BACKUP_RECIPIENTS", "--backup-recipients", "AGE1...",
     "Who can open those backups: age recipients, split by commas. Keep their identity elsewhere.",
     [](Configuration& c, std::string_view v) -> Status {
       if (const auto all = backup_recipients(v); !all) return refuse(all.error().message);
       c.backup_recipients = v;
       return {};
     },
     same<&Configuration::backup_recipients>, take<&Configuration::backup_recipients>,
     text<&Configuration::backup_recipients>, Takes::restart},
    {"backup.every_hours", "STRONGROOM_BACKUP_EVERY_HOURS", "--backup-every-hours", "N",
     "Hours, 1 to 8760, from one of those backups to the next. Default: 24.",
     number<&Configuration::backup_hours, 1, 8760>, same<&Configuration::backup_hours>,
     take<&Configuration::backup_hours>, text<&Configuration::backup_hours>, Takes::restart},
    {"backup.keep", "STRONGROOM_BACKUP_KEEP", "--backup-keep", "N",
     "How many of those backups are kept, 1 to 10000. Default: 10.", number<&Configuration::backup_keep, 1, 10000>,
     same<&Configuration::backup_keep>, take<&Configuration::backup_keep>, text<&Configuration::backup_keep>,
     Takes::restart},
    {"limits.connections", "STRONGROOM_CONNECTIONS", "--connections", "N",
     "Connections of one user at once, 1 to 100000. Default: 2200.", number<&Configuration::connections, 1, 100000>,
     same<&Configuration::connections>, take<&Configuration::connections>, text<&Configuration::connections>,
     Takes::reload},
    {"limits.message_bytes", "STRONGROOM_MESSAGE_BYTES", "--message-bytes", "N",
     "Longest message in bytes, 4096 to 16777216. Default: 16777216.",
     number<&Configuration::message_bytes, 4 * k_kib, 16 * k_mib>, same<&Configuration::message_bytes>,
     take<&Configuration::message_bytes>, text<&Configuration::message_bytes>, Takes::reload},
    {"limits.calls_in_flight", "STRONGROOM_CALLS_IN_FLIGHT", "--calls-in-flight", "N",
     "Calls of one connection that may be under way at once, 1 to 4096; it is not read from until one has ended. "
     "Default: 256.",
     number<&Configuration::calls_in_flight, 1, 4096>, same<&Configuration::calls_in_flight>,
     take<&Configuration::calls_in_flight>, text<&Configuration::calls_in_flight>, Takes::reload},
    {"limits.unread_bytes", "STRONGROOM_UNREAD_BYTES", "--unread-bytes", "N",
     "Bytes of answers that may wait for one client, 65536 to 16777216, before no more is read from it and its stream "
     "ends. Default: 1048576.",
     number<&Configuration::unread_bytes, 64 * k_kib, 16 * k_mib>, same<&Configuration::unread_bytes>,
     take<&Configuration::unread_bytes>, text<&Configuration::unread_bytes>, Takes::reload},
    {"limits.unread_total_bytes", "STRONGROOM_UNREAD_TOTAL_BYTES", "--unread-total-bytes", "N",
     "Bytes of answers that may wait for all clients, 33554432 to 4294967296; over it, those that have stalled longest "
     "are dropped. Default: 67108864.",
     number<&Configuration::unread_total_bytes, 32 * k_mib, 4 * k_gib>, same<&Configuration::unread_total_bytes>,
     take<&Configuration::unread_total_bytes>, text<&Configuration::unread_total_bytes>, Takes::reload},
    {"limits.unread_seconds", "STRONGROOM_UNREAD_SECONDS", "--unread-seconds", "N",
     "Seconds, 1 to 86400, after which a client that reads nothing of what waits for it is dropped. Default: 30.",
     number<&Configuration::unread_seconds, 1, 86400>, same<&Configuration::unread_seconds>,
     take<&Configuration::unread_seconds>, text<&Configuration::unread_seconds>, Takes::reload},
    {"limits.half_message_bytes", "STRONGROOM_HALF_MESSAGE_BYTES", "--half-message-bytes", "N",
     "Bytes of messages that are not complete, of all clients, 33554432 to 4294967296; over it, the oldest are "
     "refused. Default: 67108864.",
     number<&Configuration::half_message_bytes, 32 * k_mib, 4 * k_gib>, same<&Configuration::half_message_bytes>,
     take<&Configuration::half_message_bytes>, text<&Configuration::half_message_bytes>, Takes::reload},
    {"limits.half_message_seconds", "STRONGROOM_HALF_MESSAGE_SECONDS", "--half-message-seconds", "N",
     "Seconds, 1 to 3600, within which a message that has begun must be complete. Default: 10.",
     number<&Configuration::half_message_seconds, 1, 3600>, same<&Configuration::half_message_seconds>,
     take<&Configuration::half_message_seconds>, text<&Configuration::half_message_seconds>, Takes::reload},
    {"limits.idle_seconds", "STRONGROOM_IDLE_SECONDS", "--idle-seconds", "N",
     "Seconds, up to 2592000, after which a connection that asks nothing and waits for nothing is closed; 0: never. "
     "Default: 3600.",
     number<&Configuration::idle_seconds, 0, 2592000>, same<&Configuration::idle_seconds>,
     take<&Configuration::idle_seconds>, text<&Configuration::idle_seconds>, Takes::reload},
};

}  // namespace

std::span<const Setting> settings() {
  return k_settings;
}

}  // namespace strongroom::app
