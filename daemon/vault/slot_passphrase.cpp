#include "daemon/vault/slot_passphrase.h"

#include <sodium.h>

namespace strongroom::vault {

Status check_passphrase(const Secret& passphrase) {
  if (passphrase.empty()) return make_error(ErrorCode::invalid_argument, "the passphrase is empty", "passphrase");
  if (passphrase.size() > k_max_passphrase)
    return make_error(ErrorCode::too_large, "the passphrase is longer than 4096 bytes", "passphrase");
  return {};
}

Bytes make_passphrase_parameters(const KdfCost& cost) {
  Byte salt[crypto_pwhash_SALTBYTES];
  randombytes_buf(salt, sizeof salt);
  Bytes parameters;
  ByteWriter w(parameters);
  w.u64(cost.memory_bytes);
  w.u32(cost.passes);
  w.raw(salt);
  return parameters;
}

Result<Key> passphrase_slot_key(KeyArena& arena, BytesView parameters, const Secret& passphrase, const KdfCost& floor) {
  STRONGROOM_CHECK(check_passphrase(passphrase));
  ByteReader reader(parameters);
  KdfCost cost;
  cost.memory_bytes = reader.u64();
  cost.passes = reader.u32();
  const BytesView salt = reader.raw(crypto_pwhash_SALTBYTES);
  if (!reader.finished() || cost.memory_bytes % 1024 != 0)
    return make_error(ErrorCode::corrupt, "a passphrase slot is damaged");
  if (cost.memory_bytes < floor.memory_bytes || cost.passes < floor.passes)
    return make_error(ErrorCode::tampered, "a passphrase slot asks for a weaker key derivation than is allowed");
  if (!within(cost, floor, k_kdf_ceiling))
    return make_error(ErrorCode::unsupported, "a passphrase slot asks for a costlier key derivation than is allowed");
  STRONGROOM_ASSIGN(Key key, arena.take(k_key_size));
  const std::string_view text = passphrase.reveal_text(RevealReason::derive);
  if (crypto_pwhash(key.writable().data(), k_key_size, text.data(), text.size(), salt.data(), cost.passes,
                    static_cast<std::size_t>(cost.memory_bytes), crypto_pwhash_ALG_ARGON2ID13) != 0)
    return make_error(ErrorCode::busy, "there is not enough memory to check the passphrase");
  return key;
}

}  // namespace strongroom::vault
