#include "daemon/audit/chain.h"

#include <strongroom/base/random.h>

namespace strongroom::audit {

Result<SealingChain> SealingChain::begin(vault::KeyArena& arena, std::uint64_t record) {
  SealingChain chain;
  STRONGROOM_ASSIGN(chain.key_, arena.take(vault::k_key_size));
  fill_random(chain.key_.writable());
  chain.record_ = record;
  return chain;
}

void SealingChain::take(MutableBytes entry_key, MutableBytes mask) noexcept {
  evidence::event_keys_of(key_.view(), entry_key, mask);
  evidence::advance(key_.writable());
  ++index_;
}

}  // namespace strongroom::audit
