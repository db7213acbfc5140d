// What was told last of how safe the keys are, over a stop: so that a change shows that came about meanwhile.
#pragma once

#include <filesystem>
#include <optional>

#include <strongroom/base/result.h>
#include <strongroom/protocol/methods/service.h>

namespace strongroom::lifecycle {

// The text of <state>/security.json; nothing secret, and nothing that decides.
struct KeptSecurity {
  protocol::service::SecurityLevel level{};
  protocol::service::StorageMethod method{};
  std::int64_t checked_ms = 0;

  static constexpr auto fields() {
    using R = KeptSecurity;
    return std::tuple{protocol::Field<&R::level>{"level", "How safe."},
                      protocol::Field<&R::method>{"method", "How kept."},
                      protocol::Field<&R::checked_ms>{"checked_ms", "When that was found last."}};
  }
};

// Nothing when there is none, or when it is not what this writes.
std::optional<KeptSecurity> read_kept_security(const std::filesystem::path& state);
// Errors: storage_full, read_only, storage_failed.
Status keep_security(const std::filesystem::path& state, const KeptSecurity& security);

}  // namespace strongroom::lifecycle
