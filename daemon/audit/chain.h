// The chain of keys that seals events: one key for each attempt, whether it succeeds or not. docs/audit-format.md.
#pragma once

#include <cstdint>
#include <functional>

#include <strongroom/base/result.h>
#include <strongroom/evidence/seal.h>

#include "daemon/vault/key_arena.h"
#include "daemon/vault/types.h"

namespace strongroom::audit {

// What an auditor of the log's own keys is told: which key of which chain was used. For tests.
using KeyObserver = std::function<void(std::uint64_t chain, std::uint32_t index, BytesView entry_key)>;

// Not thread-safe.
class SealingChain {
 public:
  // Empty: seals nothing.
  SealingChain() = default;

  // A random chain that begins at its key record. `sealed` receives the first key to be put there. Error: too_large.
  static Result<SealingChain> begin(vault::KeyArena& arena, std::uint64_t record);

  bool empty() const noexcept { return key_.empty(); }

  // The first key of a chain that was just begun.
  BytesView first_key() const noexcept { return key_.view(); }

  std::uint32_t next_index() const noexcept { return index_; }

  std::uint64_t record() const noexcept { return record_; }

  // Takes the next key: `entry_key` and `mask` (32 bytes each) are derived, and the chain has moved on before this
  // returns, so that no failure of what follows can use a key twice.
  void take(MutableBytes entry_key, MutableBytes mask) noexcept;

 private:
  vault::Key key_;
  std::uint32_t index_ = 0;
  std::uint64_t record_ = 0;
};

}  // namespace strongroom::audit
