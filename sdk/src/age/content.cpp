#include "sdk/src/age/content.h"

#include <sodium.h>

#include <algorithm>
#include <cstring>

namespace strongroom::age {
namespace {

Error tampered(const char* sentence) {
  return make_error(ErrorCode::tampered, sentence);
}

}  // namespace

std::array<Byte, 12> piece_nonce(std::uint64_t number, Place place) noexcept {
  static_assert(crypto_aead_chacha20poly1305_ietf_NPUBBYTES == 12);
  constexpr std::size_t k_number_end = 11;
  std::array<Byte, 12> nonce{};
  for (std::size_t i = 0; i < sizeof number; ++i) nonce[k_number_end - 1 - i] = static_cast<Byte>(number >> (8 * i));
  nonce[k_number_end] = place == Place::last ? 1 : 0;
  return nonce;
}

ContentReader::ContentReader(Secret key)
    : key_(std::move(key)), plain_(Secret::of_size(k_piece)), sealed_(k_sealed_piece) {}

Status ContentReader::feed(BytesView sealed, const ByteTaker& take) {
  while (!sealed.empty()) {
    if (ended_) return tampered("something stands behind the last piece of the age file");
    if (filled_ == 0 && sealed.size() >= k_sealed_piece) {
      STRONGROOM_CHECK(open_full(sealed.first(k_sealed_piece), take));
      sealed = sealed.subspan(k_sealed_piece);
      continue;
    }
    const std::size_t size = std::min(sealed.size(), k_sealed_piece - filled_);
    std::memcpy(sealed_.data() + filled_, sealed.data(), size);
    filled_ += size;
    sealed = sealed.subspan(size);
    if (filled_ < k_sealed_piece) break;
    filled_ = 0;
    STRONGROOM_CHECK(open_full(sealed_, take));
  }
  return {};
}

Status ContentReader::end(const ByteTaker& take) {
  if (ended_) return {};
  const BytesView sealed = BytesView(sealed_).first(filled_);
  if (sealed.size() < k_tag) return tampered("the age file is cut off");
  // Only a file without content ends with an empty piece; otherwise there would be two files of one content.
  if (sealed.size() == k_tag && number_ > 0) return tampered("the last piece of the age file is empty");
  if (!open(sealed, Place::last)) return tampered("a piece of the age file was changed or the file is cut off");
  ended_ = true;
  const std::size_t size = sealed.size() - k_tag;
  if (size == 0) return {};
  return take(plain_.reveal(RevealReason::deliver).first(size));
}

// Whether a full piece is the last one is known by what it was sealed as.
Status ContentReader::open_full(BytesView sealed, const ByteTaker& take) {
  if (!open(sealed, Place::inside)) {
    if (!open(sealed, Place::last)) return tampered("a piece of the age file was changed");
    ended_ = true;
  }
  ++number_;
  return take(plain_.reveal(RevealReason::deliver));
}

bool ContentReader::open(BytesView sealed, Place place) {
  return crypto_aead_chacha20poly1305_ietf_decrypt(plain_.writable().data(), nullptr, nullptr, sealed.data(),
                                                   sealed.size(), nullptr, 0, piece_nonce(number_, place).data(),
                                                   key_.reveal(RevealReason::derive).data()) == 0;
}

}  // namespace strongroom::age
