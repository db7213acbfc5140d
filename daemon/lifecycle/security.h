// How safe the keys are, in words and with the one command that makes it better.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <strongroom/protocol/methods/service.h>

#include "daemon/store/freshness.h"
#include "daemon/vault/types.h"

namespace strongroom::lifecycle {

// Where values are to lie, and where they do.
struct PlacingFacts {
  bool development = false;  // values may be plain text
  bool keychain = false;     // some folder is placed there, and so on
  bool session = false;
  bool plain_text = false;
  bool looked = false;       // whether all values have been looked at since the start
  std::int64_t waiting = 0;  // versions that do not lie where they are placed
  std::string problem;       // why the keychain could not be used last; empty: it could, or was not needed
};

struct SecurityFacts {
  bool has_store = true;
  std::vector<vault::SlotType> slots;
  std::optional<vault::SlotType> opened_by;
  bool memory_locked = true;
  bool storage_keeps = true;     // over a stop
  bool sandbox_required = true;  // of plugins' processes
  bool audit_works = true;
  bool masking_works = true;  // before the log
  PlacingFacts placing;
  store::Freshness freshness = store::Freshness::pending;
  std::int64_t oldest_key_ms = 0;  // when the oldest key that is in use was made; 0: not known
  std::int64_t now_ms = 0;
};

// A key that is older than this should be exchanged. NIST SP 800-57 part 1 rev. 5, section 5.3.6: a key that wraps
// keys, one to two years.
inline constexpr std::int64_t k_key_age_ms = std::int64_t{365} * 24 * 3'600'000;

// Each point, always in the same order; the level is the worst of all.
protocol::service::SecurityStatus assess(const SecurityFacts& facts);

}  // namespace strongroom::lifecycle
