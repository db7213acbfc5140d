#include <strongroom/age/encryptor.h>

#include <sodium.h>

#include <algorithm>
#include <cstring>

#include <strongroom/base/random.h>

#include "sdk/src/age/content.h"
#include "sdk/src/age/scrypt_stanza.h"
#include "sdk/src/age/x25519_stanza.h"

namespace strongroom::age {

Encryptor::Encryptor(ByteTaker take)
    : take_(std::move(take)), piece_(Secret::of_size(k_piece)), sealed_(k_sealed_piece) {}

Result<Encryptor> Encryptor::begin(std::span<const Recipient> recipients, ByteTaker take) {
  if (recipients.empty() || recipients.size() > k_most_recipients)
    return make_error(ErrorCode::invalid_argument, "must be 1 to 20 age recipients", "recipients");
  choose_implementations();
  const Secret file_key = make_file_key();
  std::string stanzas;
  for (const Recipient& recipient : recipients) {
    STRONGROOM_ASSIGN(const std::string stanza, write_x25519_stanza(file_key, recipient));
    stanzas += stanza;
  }
  return begin_with_stanzas(file_key, stanzas, std::move(take));
}

Result<Encryptor> Encryptor::begin_with_passphrase(const Secret& passphrase, ByteTaker take, unsigned work_factor) {
  if (passphrase.empty()) return make_error(ErrorCode::invalid_argument, "may not be empty", "passphrase");
  if (work_factor < 1 || work_factor > k_most_work_factor)
    return make_error(ErrorCode::invalid_argument, "must be 1 to 22", "work_factor");
  choose_implementations();
  const Secret file_key = make_file_key();
  STRONGROOM_ASSIGN(const std::string stanza, write_scrypt_stanza(file_key, passphrase, work_factor));
  return begin_with_stanzas(file_key, stanza, std::move(take));
}

Result<Encryptor> Encryptor::begin_with_stanzas(const Secret& file_key, std::string_view stanzas, ByteTaker take) {
  const BytesView key = file_key.reveal(RevealReason::derive);
  std::string header = std::string(k_intro) + "\n";
  header += stanzas;
  header += "---";
  header += " " + base64(header_mac(key, header)) + "\n";
  std::array<Byte, k_nonce> nonce{};
  fill_random(nonce);
  Encryptor out(std::move(take));
  out.key_ = content_key(key, nonce);
  STRONGROOM_CHECK(out.take_(as_bytes(header)));
  STRONGROOM_CHECK(out.take_(nonce));
  out.header_size_ = header.size() + nonce.size();
  return out;
}

Status Encryptor::leave_beginning(std::size_t size) {
  static_assert(k_most_left == k_piece);
  if (size > k_most_left) return make_error(ErrorCode::too_large, "what is left for the end is longer than a piece");
  left_ = filled_ = size;
  return {};
}

// A full piece is sealed when more comes: the last one has another nonce.
Status Encryptor::write(BytesView content) {
  while (!content.empty()) {
    if (filled_ == k_piece) {
      STRONGROOM_CHECK(seal(piece_.reveal(RevealReason::seal), Last::no));
      filled_ = 0;
    }
    if (filled_ == 0 && content.size() > k_piece) {
      STRONGROOM_CHECK(seal(content.first(k_piece), Last::no));
      content = content.subspan(k_piece);
      continue;
    }
    const std::size_t size = std::min(content.size(), k_piece - filled_);
    std::memcpy(piece_.writable().data() + filled_, content.data(), size);
    filled_ += size;
    content = content.subspan(size);
  }
  return {};
}

Status Encryptor::end() {
  if (left_ != 0) return make_error(ErrorCode::invalid_argument, "the beginning of the content is missing");
  return seal(piece_.reveal(RevealReason::seal).first(filled_), Last::yes);
}

Status Encryptor::end(BytesView beginning, const std::function<Status(std::uint64_t, BytesView)>& overwrite) {
  if (beginning.size() != left_) return make_error(ErrorCode::invalid_argument, "is not as long as was left for it");
  left_ = 0;
  Secret& first = number_ == 0 ? piece_ : first_;
  std::ranges::copy(beginning, first.writable().begin());
  STRONGROOM_CHECK(end());
  if (first_.empty()) return {};
  return overwrite(header_size_, sealed(first_.reveal(RevealReason::seal), 0, Last::no));
}

BytesView Encryptor::sealed(BytesView piece, std::uint64_t number, Last last) {
  const auto nonce = piece_nonce(number, last == Last::yes ? Place::last : Place::inside);
  crypto_aead_chacha20poly1305_ietf_encrypt(sealed_.data(), nullptr, piece.data(), piece.size(), nullptr, 0, nullptr,
                                            nonce.data(), key_.reveal(RevealReason::seal).data());
  return BytesView(sealed_).first(piece.size() + k_tag);
}

Status Encryptor::seal(BytesView piece, Last last) {
  const std::uint64_t number = number_++;
  if (left_ == 0 || number > 0) return take_(sealed(piece, number, last));
  // A piece is sealed once: its number is its nonce.
  first_ = Secret(piece);
  return take_(Bytes(k_sealed_piece, 0));
}

}  // namespace strongroom::age
