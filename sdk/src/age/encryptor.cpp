#include <strongroom/age/encryptor.h>

#include <sodium.h>

#include <algorithm>
#include <cstring>

#include <strongroom/base/random.h>

#include "sdk/src/age/keys.h"

namespace strongroom::age {

Encryptor::Encryptor(ByteTaker take)
    : take_(std::move(take)), piece_(Secret::of_size(k_piece)), sealed_(k_piece + k_tag) {}

Result<Encryptor> Encryptor::begin(std::span<const Recipient> recipients, ByteTaker take) {
  if (recipients.empty() || recipients.size() > k_most_recipients)
    return make_error(ErrorCode::invalid_argument, "must be 1 to 20 age recipients", "recipients");
  Secret file_key = Secret::of_size(k_file_key);
  fill_random(file_key.writable());
  const BytesView file_key_bytes = file_key.reveal(RevealReason::derive);
  std::string header = std::string(k_intro) + "\n";
  for (const Recipient& recipient : recipients) {
    STRONGROOM_ASSIGN(const std::string stanza, wrap(file_key_bytes, recipient));
    header += stanza;
  }
  header += "---";
  header += " " + base64(header_mac(file_key_bytes, header)) + "\n";
  std::array<Byte, k_nonce> nonce{};
  fill_random(nonce);
  Encryptor out(std::move(take));
  out.key_ = content_key(file_key_bytes, nonce);
  STRONGROOM_CHECK(out.take_(as_bytes(header)));
  STRONGROOM_CHECK(out.take_(nonce));
  return out;
}

Status Encryptor::write(BytesView content) {
  while (!content.empty()) {
    // A full piece is sealed when more comes: the last one has another nonce.
    if (filled_ == k_piece) {
      STRONGROOM_CHECK(seal(piece_.reveal(RevealReason::seal), Last::no));
      filled_ = 0;
    }
    const std::size_t size = std::min(content.size(), k_piece - filled_);
    std::memcpy(piece_.writable().data() + filled_, content.data(), size);
    filled_ += size;
    content = content.subspan(size);
  }
  return {};
}

Status Encryptor::end() {
  return seal(piece_.reveal(RevealReason::seal).first(filled_), Last::yes);
}

Status Encryptor::seal(BytesView piece, Last last) {
  // Eleven bytes of the piece's number, the greatest first, and one that says whether it is the last one.
  std::array<Byte, crypto_aead_chacha20poly1305_ietf_NPUBBYTES> nonce{};
  constexpr std::size_t k_number_end = 11;
  for (std::size_t i = 0; i < sizeof number_; ++i) nonce[k_number_end - 1 - i] = static_cast<Byte>(number_ >> (8 * i));
  nonce[k_number_end] = last == Last::yes ? 1 : 0;
  ++number_;
  crypto_aead_chacha20poly1305_ietf_encrypt(sealed_.data(), nullptr, piece.data(), piece.size(), nullptr, 0, nullptr,
                                            nonce.data(), key_.reveal(RevealReason::seal).data());
  return take_(BytesView(sealed_).first(piece.size() + k_tag));
}

}  // namespace strongroom::age
