#include "sdk/src/age/scrypt_stanza.h"

#include <sodium.h>

#include <algorithm>

#include <strongroom/base/random.h>

#include "sdk/src/age/keys.h"

namespace strongroom::age {
namespace {

constexpr std::size_t k_salt = 16;
constexpr std::size_t k_key = crypto_aead_chacha20poly1305_ietf_KEYBYTES;

Result<Secret> wrapping_key(const Secret& passphrase, BytesView salt, unsigned work_factor) {
  constexpr std::uint32_t k_block_size = 8;
  constexpr std::uint32_t k_parallel = 1;
  const BytesView label = as_bytes("age-encryption.org/v1/scrypt");
  Bytes labelled(label.begin(), label.end());
  labelled.insert(labelled.end(), salt.begin(), salt.end());
  const BytesView text = passphrase.reveal(RevealReason::derive);
  Secret key = Secret::of_size(k_key);
  if (crypto_pwhash_scryptsalsa208sha256_ll(text.data(), text.size(), labelled.data(), labelled.size(),
                                            std::uint64_t{1} << work_factor, k_block_size, k_parallel,
                                            key.writable().data(), k_key) != 0)
    return make_error(ErrorCode::too_large, "the memory that a passphrase of work factor " +
                                                std::to_string(work_factor) + " takes cannot be had");
  return key;
}

// One or two digits that do not begin with 0; nothing greater is in bounds.
Result<unsigned> parse_work_factor(std::string_view text, unsigned most) {
  const bool digits = std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  if (text.empty() || text[0] == '0' || !digits)
    return make_error(ErrorCode::corrupt, "the passphrase's work factor in the age file is no number");
  unsigned factor = 0;
  for (const char c : text.substr(0, 2)) factor = factor * 10 + static_cast<unsigned>(c - '0');
  if (text.size() > 2 || factor > most)
    return make_error(ErrorCode::too_large, "the passphrase's work factor in the age file is greater than " +
                                                std::to_string(most) + ", which would take too long");
  return factor;
}

}  // namespace

Result<std::string> write_scrypt_stanza(const Secret& file_key, const Secret& passphrase, unsigned work_factor) {
  std::array<Byte, k_salt> salt{};
  fill_random(salt);
  STRONGROOM_ASSIGN(const Secret key, wrapping_key(passphrase, salt, work_factor));
  return "-> " + std::string(k_scrypt) + " " + base64(salt) + " " + std::to_string(work_factor) + "\n" +
         base64(wrap(file_key, key)) + "\n";
}

Result<ScryptStanza> ScryptStanza::parse(const Stanza& stanza, unsigned most_work_factor) {
  if (stanza.arguments.size() != 2)
    return make_error(ErrorCode::corrupt, "the passphrase of the age file has not a salt and a work factor");
  ScryptStanza out;
  STRONGROOM_ASSIGN(out.salt, from_base64(stanza.arguments[0]));
  if (out.salt.size() != k_salt || stanza.body.size() != k_wrapped_key)
    return make_error(ErrorCode::corrupt, "the passphrase's salt or key in the age file has a wrong length");
  STRONGROOM_ASSIGN(out.work_factor, parse_work_factor(stanza.arguments[1], most_work_factor));
  out.wrapped = stanza.body;
  return out;
}

Result<Secret> ScryptStanza::open(const Secret& passphrase) const {
  STRONGROOM_ASSIGN(const Secret key, wrapping_key(passphrase, salt, work_factor));
  return unwrap(wrapped, key);
}

}  // namespace strongroom::age
