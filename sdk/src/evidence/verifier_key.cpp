#include <strongroom/evidence/note.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "sdk/src/evidence/sha256.h"
#include "sdk/src/evidence/text.h"

namespace strongroom::evidence {
namespace {

Error no_verifier_key() {
  return make_error(ErrorCode::invalid_argument, "this is no verifier key of the form name+id+base64");
}

bool is_known_type(std::uint8_t type) noexcept {
  return type == k_note_key || type == k_cosignature_key;
}

// `key` has k_ed25519_size bytes.
std::array<Byte, 1 + k_ed25519_size> typed_key(std::uint8_t type, BytesView key) noexcept {
  std::array<Byte, 1 + k_ed25519_size> bytes{type};
  std::ranges::copy(key, bytes.begin() + 1);
  return bytes;
}

std::string hex_id(std::uint32_t id) {
  const Byte big_endian[] = {static_cast<Byte>(id >> 24), static_cast<Byte>(id >> 16), static_cast<Byte>(id >> 8),
                             static_cast<Byte>(id)};
  return to_hex(big_endian);
}

std::uint32_t id_of(std::string_view name, std::uint8_t type, BytesView key) {
  Bytes named(name.begin(), name.end());
  named.push_back('\n');
  const auto typed = typed_key(type, key);
  named.insert(named.end(), typed.begin(), typed.end());
  Sha256 hash;
  hash.add(named);
  const Hash digest = hash.finish();
  return std::uint32_t{digest[0]} << 24 | std::uint32_t{digest[1]} << 16 | std::uint32_t{digest[2]} << 8 | digest[3];
}

}  // namespace

VerifierKey make_verifier_key(std::string name, std::uint8_t type, BytesView public_key) {
  if (!is_key_name(name) || !is_known_type(type) || public_key.size() != k_ed25519_size) std::abort();
  VerifierKey made;
  made.id = id_of(name, type, public_key);
  made.name = std::move(name);
  made.type = type;
  std::ranges::copy(public_key, made.key.begin());
  return made;
}

Result<VerifierKey> VerifierKey::parse(std::string_view vkey) {
  const auto first = vkey.find('+');
  const auto second = first == std::string_view::npos ? first : vkey.find('+', first + 1);
  // Base64 has '+' too, so the first two are the ones that separate.
  if (second == std::string_view::npos || vkey.size() > k_note_max) return no_verifier_key();
  const std::string_view name = vkey.substr(0, first);
  const std::string_view id = vkey.substr(first + 1, second - first - 1);
  if (!is_key_name(name)) return no_verifier_key();
  const auto typed = base64_bytes(vkey.substr(second + 1));
  if (!typed || typed->empty()) return no_verifier_key();
  if (!is_known_type(typed->front()))
    return make_error(ErrorCode::unsupported, "the verifier key is of a type that is not supported");
  if (typed->size() != 1 + k_ed25519_size) return no_verifier_key();
  VerifierKey key = make_verifier_key(std::string(name), typed->front(), BytesView(*typed).subspan(1));
  if (hex_id(key.id) != id)
    return make_error(ErrorCode::invalid_argument, "the id in the verifier key is not that of its name and key");
  return key;
}

std::string VerifierKey::text() const {
  return name + "+" + hex_id(id) + "+" + base64_text(typed_key(type, key));
}

}  // namespace strongroom::evidence
