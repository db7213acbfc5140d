// The envelope of a message: calls and replies of Varlink (https://varlink.org/Method-Call), one JSON object and a NUL
// byte.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <strongroom/base/result.h>
#include <strongroom/protocol/json.h>

namespace strongroom::protocol {

inline constexpr std::size_t k_max_message = 16 * 1024 * 1024;  // bytes, the NUL not counted

// A call as it came in. Views point into the document it was read from.
struct CallEnvelope {
  std::string_view method;
  JsonValue parameters;  // object or null
  bool more = false;
  bool oneway = false;
  bool upgrade = false;
};

// Error: malformed (no object, no method, an unknown or ill-typed member, `more` together with `oneway`).
Result<CallEnvelope> read_call(const JsonValue& message);

// Begins a call; the caller writes the parameters object next and then calls end_message.
void begin_call(WipedString& out, std::string_view method, bool more, bool oneway);
// Begins a successful reply; likewise.
void begin_reply(WipedString& out, bool continues);
// Closes the message and appends the NUL byte.
void end_message(WipedString& out);
// A whole error reply, NUL included. Standard errors carry what they have no room for in an object `io.strongroom`.
void write_error(WipedString& out, const Error& error, std::int64_t request_id);

// A reply as it came in.
struct ReplyEnvelope {
  JsonValue parameters;
  bool continues = false;
};

// The reply, or the error it carries as ours. Errors that are not in our table become `internal` with the name in the
// subject. Error: malformed when it is no reply at all; then `protocol_failure` is set.
Result<ReplyEnvelope> read_reply(const JsonValue& message, bool& protocol_failure);

}  // namespace strongroom::protocol
