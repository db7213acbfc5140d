#include <sodium.h>

#include <strongroom/backup/archive.h>

namespace strongroom::backup {

struct StreamDigest::State {
  crypto_generichash_state hash;
};

StreamDigest::StreamDigest() : state_(std::make_unique<State>()) {
  crypto_generichash_init(&state_->hash, nullptr, 0, sizeof(Digest));
}

StreamDigest::StreamDigest(StreamDigest&&) noexcept = default;
StreamDigest& StreamDigest::operator=(StreamDigest&&) noexcept = default;
StreamDigest::~StreamDigest() = default;

void StreamDigest::add(BytesView bytes) {
  crypto_generichash_update(&state_->hash, bytes.data(), bytes.size());
}

Digest StreamDigest::end() {
  Digest digest{};
  crypto_generichash_final(&state_->hash, digest.data(), digest.size());
  return digest;
}

}  // namespace strongroom::backup
