// What a client may take of the daemon, and what is counted when one takes more. docs/limits.md tells what it sees.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace strongroom::ipc {

// Each is a setting of the section [limits].
struct Limits {
  using Time = std::chrono::milliseconds;

  std::size_t connections = 2200;                      // of one uid
  std::size_t message = 16 * 1024 * 1024;              // bytes of one message, the NUL not counted
  std::size_t calls_in_flight = 256;                   // of a connection; it is not read from until one has ended
  std::size_t unread = 1024 * 1024;                    // bytes of answers waiting for one client: no more is read
                                                       // from it, and a stream ends
  std::size_t unread_total = 64 * 1024 * 1024;         // bytes of answers waiting for all clients
  std::size_t half_messages_total = 64 * 1024 * 1024;  // bytes of messages that are not complete, of all clients
  Time idle = std::chrono::hours(1);                   // nothing asked, nothing in flight; 0: never
  Time half_message = std::chrono::seconds(10);        // from the first byte of a message to its last
  Time unread_time = std::chrono::seconds(30);         // without any progress of a client with unread answers
};

// Why a client was sent away.
enum class DropReason : std::uint8_t {
  foreign_user,         // refused at accept: another uid
  connections,          // refused at accept: its uid has as many as it may
  malformed,            // its bytes are no messages
  message_size,         // a message is too long
  descriptor,           // a descriptor came along
  half_message,         // a message did not end in time
  half_messages_total,  // the unfinished messages of all clients grew too long; its was the oldest
  idle,                 // asked nothing for long
  unread_time,          // did not read its answers for long
  unread_stream,        // did not read a stream as fast as it grew
  unread_total,         // the answers that wait for all clients grew too long; it had stalled longest
};

inline constexpr std::array<std::string_view, 11> k_drop_reasons = {
    "foreign_user",        "connections", "malformed",   "message_size",  "descriptor",  "half_message",
    "half_messages_total", "idle",        "unread_time", "unread_stream", "unread_total"};

constexpr std::string_view name_of(DropReason reason) noexcept {
  return k_drop_reasons[static_cast<std::size_t>(reason)];
}

// How many clients were sent away since the start, in the order of DropReason.
using Dropped = std::array<std::uint64_t, k_drop_reasons.size()>;

}  // namespace strongroom::ipc
