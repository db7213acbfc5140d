// The log's own keys: its identity, which signs, and the opening pair, which reads what a locked daemon wrote.
#pragma once

#include <strongroom/base/result.h>
#include <strongroom/evidence/entry.h>

#include "daemon/vault/key_arena.h"
#include "daemon/vault/vault.h"

namespace strongroom::audit {

struct LogKeys {
  vault::Key identity_seed;
  vault::Key opening_secret;
  vault::Key index_key;
  evidence::PublicKey identity{};
  evidence::PublicKey opening{};

  // From an unlocked vault (docs/audit-format.md, section Reading). Errors: locked, corrupt, too_large.
  static Result<LogKeys> of(const vault::Vault& vault, vault::KeyArena& arena);
};

// A key that was sealed (crypto_box_seal) to an opening key. Error: tampered.
Status open_box(BytesView sealed, const LogKeys& keys, MutableBytes plain);
// Appends nothing else than the box. `plain` is at most 128 bytes.
Result<Bytes> seal_box(BytesView plain, const evidence::PublicKey& opening);

}  // namespace strongroom::audit
