// Bringing values to where the configuration places them, and taking what lies in memory only out of it.
#pragma once

#include <strongroom/protocol/methods/secret/common.h>

namespace strongroom::protocol::secret {

struct PromoteRequest {
  std::optional<std::string> prefix;

  static constexpr auto fields() {
    return std::tuple{Field<&PromoteRequest::prefix>{"prefix", "Folder or secret; everything by default.", k_prefix,
                                                     CliRole::positional}};
  }
};

struct PromoteResponse {
  std::int64_t moved = 0;
  std::int64_t waiting = 0;
  std::int64_t lost = 0;
  std::optional<std::string> problem;

  static constexpr auto fields() {
    using R = PromoteResponse;
    return std::tuple{
        Field<&R::moved>{"moved", "Versions that lie now where the configuration places them."},
        Field<&R::waiting>{"waiting", "Versions that still lie elsewhere."},
        Field<&R::lost>{"lost", "Versions that were kept for a session which has ended; they are marked as destroyed."},
        Field<&R::problem>{"problem", "Present when some could not be moved: why, in a sentence."}};
  }
};

struct Promote {
  using Request = PromoteRequest;
  using Response = PromoteResponse;
  static constexpr MethodInfo info{
      .name = "Promote",
      .documentation =
          "Brings values to where the configuration places them: out of a fallback, or after the configuration has "
          "changed. A copy is taken away only after the new one was read back.",
      .states = LockStates::unlocked,
      .effect = Effect::write,
      .audit = audited_change("secret.promote", "prefix")};
};

struct ForgetSession {
  using Request = service::Empty;
  using Response = PromoteResponse;
  static constexpr MethodInfo info{
      .name = "ForgetSession",
      .documentation =
          "Wipes every value that is kept in the daemon's memory only. It is marked as destroyed at once, or with the "
          "next unlock while the store is locked.",
      .effect = Effect::write,
      .audit = audited_change("secret.forget_session")};
};

}  // namespace strongroom::protocol::secret
