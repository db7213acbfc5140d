#include "daemon/audit/log_keys.h"

#include <sodium.h>

#include <strongroom/base/wiped_memory.h>
#include <strongroom/evidence/ed25519.h>

namespace strongroom::audit {
namespace {

Status derive_into(const vault::Vault& vault, vault::SystemKey key, std::string_view label, vault::Key& out) {
  STRONGROOM_ASSIGN(vault::Digest digest, vault.keyed_hash(key, label, {}));
  std::ranges::copy(digest, out.writable().begin());
  wipe(digest.data(), digest.size());
  return {};
}

}  // namespace

Result<LogKeys> LogKeys::of(const vault::Vault& vault, vault::KeyArena& arena) {
  using vault::SystemKey;
  LogKeys keys;
  for (vault::Key* key : {&keys.identity_seed, &keys.opening_secret, &keys.index_key}) {
    STRONGROOM_ASSIGN(*key, arena.take(vault::k_key_size));
  }
  STRONGROOM_CHECK(derive_into(vault, SystemKey::audit_identity, "SRM/audit/identity/v1", keys.identity_seed));
  STRONGROOM_CHECK(derive_into(vault, SystemKey::audit_opening, "SRM/audit/index/v1", keys.index_key));
  STRONGROOM_ASSIGN(vault::Key seed, arena.take(vault::k_key_size));
  STRONGROOM_CHECK(derive_into(vault, SystemKey::audit_opening, "SRM/audit/opening/v1", seed));
  crypto_box_seed_keypair(keys.opening.data(), keys.opening_secret.writable().data(), seed.view().data());
  STRONGROOM_ASSIGN(keys.identity, evidence::Ed25519::public_key(keys.identity_seed.view()));
  return keys;
}

Status open_box(BytesView sealed, const LogKeys& keys, MutableBytes plain) {
  if (sealed.size() != plain.size() + crypto_box_SEALBYTES ||
      crypto_box_seal_open(plain.data(), sealed.data(), sealed.size(), keys.opening.data(),
                           keys.opening_secret.view().data()) != 0)
    return make_error(ErrorCode::tampered, "a key of the audit log does not open");
  return {};
}

Result<Bytes> seal_box(BytesView plain, const evidence::PublicKey& opening) {
  Bytes sealed(plain.size() + crypto_box_SEALBYTES);
  if (crypto_box_seal(sealed.data(), plain.data(), plain.size(), opening.data()) != 0)
    return make_error(ErrorCode::tampered, "the audit log's opening key is no key");
  return sealed;
}

}  // namespace strongroom::audit
