#include <strongroom/base/error.h>

#include <array>

namespace strongroom {
namespace {

using enum ErrorCode;

// abi_status values are those of abi/status.h; tests/plugin_abi compares them.
constexpr std::array k_table = {
    ErrorInfo{internal, "internal", "io.strongroom.Internal", ExitCode::failed, 500, 1, false,
              "A defect in Strongroom; the request had no effect."},
    ErrorInfo{invalid_argument, "invalid_argument", "org.varlink.service.InvalidParameter", ExitCode::usage, 400, 2,
              false, "A parameter is missing, has the wrong type or is out of bounds."},
    ErrorInfo{malformed, "malformed", "io.strongroom.Malformed", ExitCode::failed, 400, 2, false,
              "The bytes are no message of this protocol; the connection is closed."},
    ErrorInfo{method_not_found, "method_not_found", "org.varlink.service.MethodNotFound", ExitCode::failed, 404, 2,
              false, "There is no such method."},
    ErrorInfo{interface_not_found, "interface_not_found", "org.varlink.service.InterfaceNotFound", ExitCode::failed,
              404, 2, false, "There is no such interface."},
    ErrorInfo{not_implemented, "not_implemented", "org.varlink.service.MethodNotImplemented", ExitCode::failed, 501, 10,
              false, "The method is not available on this platform or in this build."},
    ErrorInfo{expected_more, "expected_more", "org.varlink.service.ExpectedMore", ExitCode::failed, 400, 2, false,
              "The method streams and must be called with 'more'."},
    ErrorInfo{not_found, "not_found", "io.strongroom.NotFound", ExitCode::not_found, 404, 3, false,
              "There is no such secret, version, field or slot."},
    ErrorInfo{deleted, "deleted", "io.strongroom.Deleted", ExitCode::not_found, 404, 3, false,
              "The version is deleted; it can be undeleted."},
    ErrorInfo{expired, "expired", "io.strongroom.Expired", ExitCode::not_found, 404, 3, false,
              "The version has expired."},
    ErrorInfo{conflict, "conflict", "io.strongroom.Conflict", ExitCode::conflict, 409, 4, false,
              "The check-and-set failed, or the thing exists already."},
    ErrorInfo{denied, "denied", "io.strongroom.Denied", ExitCode::denied, 403, 1, false, "The caller may not do this."},
    ErrorInfo{locked, "locked", "io.strongroom.Locked", ExitCode::locked, 423, 1, false, "The store is locked."},
    ErrorInfo{not_initialized, "not_initialized", "io.strongroom.NotInitialized", ExitCode::locked, 423, 1, false,
              "There is no store yet."},
    ErrorInfo{already_initialized, "already_initialized", "io.strongroom.AlreadyInitialized", ExitCode::conflict, 409,
              1, false, "There is a store already."},
    ErrorInfo{wrong_credential, "wrong_credential", "io.strongroom.WrongCredential", ExitCode::denied, 403, 1, false,
              "No unlock slot opens with what was given."},
    ErrorInfo{last_slot, "last_slot", "io.strongroom.LastSlot", ExitCode::conflict, 409, 1, false,
              "Removing the last unlock slot would leave no way in."},
    ErrorInfo{too_large, "too_large", "io.strongroom.TooLarge", ExitCode::usage, 413, 5, false,
              "A value or an answer exceeds its bound."},
    ErrorInfo{rate_limited, "rate_limited", "io.strongroom.RateLimited", ExitCode::rate_limited, 429, 1, true,
              "Too many requests; try again later."},
    ErrorInfo{unreachable, "unreachable", "io.strongroom.Unreachable", ExitCode::unreachable, 503, 1, true,
              "The daemon cannot be reached."},
    ErrorInfo{untrusted, "untrusted", "io.strongroom.Untrusted", ExitCode::denied, 403, 1, false,
              "A socket, folder, file or plugin is not owned or protected as it must be."},
    ErrorInfo{timeout, "timeout", "io.strongroom.Timeout", ExitCode::unreachable, 504, 1, true,
              "The deadline passed; whether a write took effect is unknown."},
    ErrorInfo{cancelled, "cancelled", "io.strongroom.Cancelled", ExitCode::failed, 503, 1, true,
              "The daemon is stopping, the peer went away, or a person said no."},
    ErrorInfo{tampered, "tampered", "io.strongroom.Tampered", ExitCode::failed, 500, 6, false,
              "Stored data was changed, exchanged or replayed outside Strongroom."},
    ErrorInfo{corrupt, "corrupt", "io.strongroom.Corrupt", ExitCode::failed, 500, 6, false, "Stored data is damaged."},
    ErrorInfo{unsupported, "unsupported", "io.strongroom.Unsupported", ExitCode::failed, 500, 10, false,
              "Data of a newer or unknown format, suite or interface."},
    ErrorInfo{storage_full, "storage_full", "io.strongroom.StorageFull", ExitCode::failed, 507, 7, true,
              "No space is left; nothing was changed."},
    ErrorInfo{read_only, "read_only", "io.strongroom.ReadOnly", ExitCode::failed, 500, 8, false,
              "The place of the store cannot be written; nothing was changed."},
    ErrorInfo{storage_failed, "storage_failed", "io.strongroom.StorageFailed", ExitCode::failed, 500, 9, true,
              "The storage failed; nothing was changed."},
    ErrorInfo{memory_lock, "memory_lock", "io.strongroom.MemoryLock", ExitCode::failed, 500, 1, false,
              "Key memory cannot be locked."},
    ErrorInfo{busy, "busy", "io.strongroom.Busy", ExitCode::failed, 503, 11, true,
              "Another daemon holds the data folder, a queue is full, or a limit of the daemon is reached."},
    ErrorInfo{plugin_unavailable, "plugin_unavailable", "io.strongroom.PluginUnavailable", ExitCode::failed, 503, 1,
              true, "The plugin is missing, refused or has failed."},
    ErrorInfo{configuration, "configuration", "io.strongroom.Configuration", ExitCode::usage, 500, 1, false,
              "The configuration is not valid."},
    ErrorInfo{audit_unavailable, "audit_unavailable", "io.strongroom.AuditUnavailable", ExitCode::failed, 503, 1, true,
              "The audit log cannot be written; nothing was revealed or changed."},
};

static_assert(k_table.size() == static_cast<std::size_t>(audit_unavailable) + 1, "one row per code");

}  // namespace

const ErrorInfo& error_info(ErrorCode code) noexcept {
  return k_table[static_cast<std::size_t>(code)];
}

std::span<const ErrorInfo> error_table() noexcept {
  return k_table;
}

ErrorCode error_code_of_varlink(std::string_view varlink_name) noexcept {
  for (const auto& row : k_table)
    if (row.varlink_name == varlink_name) return row.code;
  return internal;
}

}  // namespace strongroom
