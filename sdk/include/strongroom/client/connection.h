// One connection: messages out, messages in, deadlines. Untyped; client.h makes typed calls of it.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <strongroom/base/result.h>
#include <strongroom/base/wiped_memory.h>
#include <strongroom/client/endpoint.h>

namespace strongroom::client {

using Milliseconds = std::chrono::milliseconds;

// As a deadline: wait for as long as it takes.
inline constexpr Milliseconds k_no_deadline = Milliseconds::max();

// Not thread-safe: one thread at a time. All buffers are wiped.
class Connection {
 public:
  // Errors: unreachable, untrusted (see endpoint.h).
  static Result<std::unique_ptr<Connection>> open(const Endpoint& endpoint);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Writes whole messages (NULs included). Errors: timeout, unreachable (the peer went away). After an error the
  // connection is broken().
  Status send(std::string_view messages, Milliseconds deadline);
  // Likewise, with a descriptor beside the first byte. It stays the caller's.
  Status send_with(int descriptor, std::string_view messages, Milliseconds deadline);

  // The next message without its NUL, valid until the next call. Errors: timeout, unreachable, too_large (over 16 MiB).
  // After an error the connection is broken().
  Result<std::string_view> receive(Milliseconds deadline);

  // What the peer said before it closed a connection that is broken(), without waiting; nothing when it said nothing. A
  // daemon that does not serve a client says why. Valid until the next call.
  std::optional<std::string_view> last_words();

  bool broken() const noexcept { return broken_; }

 private:
  explicit Connection(int socket);
  Error fail(ErrorCode code, const char* message);
  Status set_timeout(int option, Milliseconds deadline);
  void forget_taken();
  std::optional<std::string_view> take_message(std::size_t searched);
  Status read_more(std::chrono::steady_clock::time_point until);

  int socket_;
  bool broken_ = false;
  WipedBytes input_;
  std::size_t taken_ = 0;   // bytes of input_ that were given out
  std::size_t filled_ = 0;  // bytes of input_ that were read
  Milliseconds send_timeout_{0};
  Milliseconds receive_timeout_{0};
};

}  // namespace strongroom::client
