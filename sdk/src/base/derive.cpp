#include <strongroom/base/derive.h>

#include <sodium.h>

#include <cstdlib>

#include <strongroom/base/wiped_memory.h>

namespace strongroom {
namespace {

void add(crypto_generichash_blake2b_state& state, BytesView part) noexcept {
  const auto n = static_cast<std::uint32_t>(part.size());
  const Byte length[4] = {static_cast<Byte>(n), static_cast<Byte>(n >> 8), static_cast<Byte>(n >> 16),
                          static_cast<Byte>(n >> 24)};
  crypto_generichash_blake2b_update(&state, length, sizeof length);
  crypto_generichash_blake2b_update(&state, part.data(), part.size());
}

void hash(BytesView key, std::string_view label, std::span<const BytesView> parts, MutableBytes out) noexcept {
  crypto_generichash_blake2b_state state;
  if (crypto_generichash_blake2b_init(&state, key.data(), key.size(), out.size()) != 0) std::abort();
  add(state, as_bytes(label));
  for (const BytesView part : parts) add(state, part);
  crypto_generichash_blake2b_final(&state, out.data(), out.size());
  // The first block of the state is the key itself.
  wipe(&state, sizeof state);
}

}  // namespace

void derive(BytesView key, std::string_view label, std::span<const BytesView> parts, MutableBytes out) noexcept {
  if (key.size() < crypto_generichash_blake2b_KEYBYTES_MIN || key.size() > crypto_generichash_blake2b_KEYBYTES_MAX ||
      out.size() < crypto_generichash_blake2b_BYTES_MIN || out.size() > crypto_generichash_blake2b_BYTES_MAX)
    std::abort();
  hash(key, label, parts, out);
}

void checksum(std::string_view label, std::initializer_list<BytesView> parts, MutableBytes out) noexcept {
  hash({}, label, std::span<const BytesView>(parts.begin(), parts.size()), out);
}

}  // namespace strongroom
