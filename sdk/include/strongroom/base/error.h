// The closed list of everything that can go wrong, and how each edge of the system says it.
//
// An error is data: a code from this list, one lower-case sentence that is safe to show to anybody, and the field or
// object it is about. It never carries a secret value and never a path of the daemon's insides. One table
// (error.cpp) maps each code to its Varlink name, the CLI's exit code, the HTTP status and the plugin ABI's status.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace strongroom {

// Numbers are part of no interface; names are. Append only.
enum class ErrorCode : std::uint8_t {
  internal,             // a defect of ours; the request had no effect
  invalid_argument,     // a parameter is missing, ill-typed or out of bounds; subject names it
  malformed,            // bytes that are no message of the protocol; the connection closes
  method_not_found,     // no such method; subject names it
  interface_not_found,  // no such interface; subject names it
  not_implemented,      // the method exists but not on this platform or build
  expected_more,        // the method streams and was called without `more`
  not_found,            // no such secret, version, field or slot
  deleted,              // the version asked for is deleted and can be undeleted
  expired,              // the version asked for has passed its expiry
  conflict,             // check-and-set failed, or the thing exists already
  denied,               // the caller may not do this
  locked,               // the store is locked
  not_initialized,      // there is no store yet
  already_initialized,  // there is a store already
  wrong_credential,     // no slot opens with what was given
  last_slot,            // removing it would leave no way in
  too_large,            // a value or an answer exceeds a documented bound
  rate_limited,         // too many requests; try later
  unreachable,          // the daemon cannot be reached
  untrusted,            // a socket, folder, file or plugin is not owned or protected as it must be
  timeout,              // the deadline passed; the effect of a write is unknown
  cancelled,            // the daemon is stopping, the peer went away, or a person said no
  tampered,             // stored data was changed, exchanged or replayed outside Strongroom
  corrupt,              // stored data is damaged
  unsupported,          // data of a newer or unknown format, suite or ABI
  storage_full,         // no space left; nothing was changed
  read_only,            // the place of the store cannot be written
  storage_failed,       // the storage failed for another reason
  memory_lock,          // key memory cannot be locked
  busy,                 // another daemon holds the data folder, or a queue or limit is full
  plugin_unavailable,   // the plugin is missing, refused or has failed
  configuration,        // the configuration is not valid; subject names file and line
  audit_unavailable,    // the audit log cannot be written, so nothing is revealed or changed
};

// CLI exit codes (documented in docs/cli.md).
enum class ExitCode : std::uint8_t {
  done = 0,
  failed = 1,
  usage = 2,
  not_found = 3,
  denied = 4,
  locked = 5,
  unreachable = 6,
  conflict = 7,
  rate_limited = 8,
};

// One row of the table.
struct ErrorInfo {
  ErrorCode code;
  std::string_view name;          // snake_case, as in this enum
  std::string_view varlink_name;  // full name on the wire
  ExitCode exit_code;
  std::uint16_t http_status;
  std::int32_t abi_status;         // sr_status of the plugin seam; see abi/status.h
  bool retryable;                  // the same request may succeed later without a change by the caller
  std::string_view documentation;  // one sentence
};

// The row of `code`. Never fails. Thread-safe.
const ErrorInfo& error_info(ErrorCode code) noexcept;

// All rows, in the order of the enum.
std::span<const ErrorInfo> error_table() noexcept;

// The code behind a Varlink error name; `internal` for a name that is not in the table.
ErrorCode error_code_of_varlink(std::string_view varlink_name) noexcept;

// A failure on its way to whoever can say it. Copyable; holds no secret.
struct Error {
  ErrorCode code = ErrorCode::internal;
  std::string message;  // one lower-case sentence, without a full stop
  std::string subject;  // field, object or file it is about; may be empty
};

inline Error make_error(ErrorCode code, std::string message, std::string subject = {}) {
  return Error{code, std::move(message), std::move(subject)};
}

}  // namespace strongroom
