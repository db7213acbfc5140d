#include <strongroom/evidence/seal.h>

#include <sodium.h>

#include <algorithm>

#include <strongroom/base/derive.h>
#include <strongroom/base/secret.h>

namespace strongroom::evidence {
namespace {

constexpr std::size_t k_tag = crypto_aead_xchacha20poly1305_ietf_ABYTES;
// Fixed because each key seals once.
constexpr Byte k_nonce[crypto_aead_xchacha20poly1305_ietf_NPUBBYTES] = {};

constexpr std::span<const BytesView> k_no_parts;

std::string_view label_of(Part part) noexcept {
  return part == Part::body ? "SRM/audit/event/v1" : "SRM/audit/box/v1";
}

// [log id, bound], length-prefixed: 4 + 16 + 4 + 52 bytes.
struct AssociatedData {
  AssociatedData(const LogId& log, BytesView bound) noexcept {
    const auto put = [this](BytesView item) {
      const Byte length[4] = {static_cast<Byte>(item.size()), 0, 0, 0};
      std::copy_n(length, 4, bytes.begin() + static_cast<std::ptrdiff_t>(size));
      std::ranges::copy(item, bytes.begin() + static_cast<std::ptrdiff_t>(size + 4));
      size += 4 + item.size();
    };
    put(log);
    put(bound.first(k_event_bound));
  }

  BytesView view() const noexcept { return BytesView(bytes).first(size); }

  std::array<Byte, 8 + 16 + k_event_bound> bytes{};
  std::size_t size = 0;
};

// The cipher's key and the commitment; wiped at the end.
struct Derived {
  Derived(Part part, BytesView key, BytesView ad) noexcept { derive(key, label_of(part), {ad}, bytes); }

  ~Derived() { wipe(bytes.data(), bytes.size()); }

  Derived(const Derived&) = delete;
  Derived& operator=(const Derived&) = delete;

  BytesView commitment() const noexcept { return BytesView(bytes).last(32); }

  std::array<Byte, 64> bytes;
};

Result<WipedBytes> unpad(WipedBytes plain) {
  ByteReader reader(plain);
  const std::size_t size = reader.u32();
  if (size > plain.size() - 4 || padded_size(size) != plain.size())
    return make_error(ErrorCode::corrupt, "the padding of the event is wrong");
  const auto zeros = std::span(plain).subspan(4 + size);
  if (!std::ranges::all_of(zeros, [](Byte b) { return b == 0; }))
    return make_error(ErrorCode::corrupt, "the padding of the event is wrong");
  plain.erase(plain.begin(), plain.begin() + 4);
  plain.resize(size);
  return plain;
}

}  // namespace

void seal_part(Part part, BytesView key, const LogId& log, BytesView bound, BytesView plain,
               MutableBytes out) noexcept {
  const AssociatedData ad(log, bound);
  const Derived derived(part, key, ad.view());
  std::ranges::copy(derived.commitment(), out.begin());
  // Padded in place, so that no other copy of the plaintext is made.
  const MutableBytes padded = out.subspan(32, padded_size(plain.size()));
  for (unsigned i = 0; i < 4; ++i) padded[i] = static_cast<Byte>(plain.size() >> (8 * i));
  std::ranges::copy(plain, padded.begin() + 4);
  std::ranges::fill(padded.subspan(4 + plain.size()), Byte{0});
  crypto_aead_xchacha20poly1305_ietf_encrypt(padded.data(), nullptr, padded.data(), padded.size(), ad.bytes.data(),
                                             ad.size, nullptr, k_nonce, derived.bytes.data());
}

Result<WipedBytes> open_part(Part part, BytesView key, const LogId& log, const EventEntry& entry) {
  const BytesView sealed = part == Part::body ? entry.body : entry.box;
  const BytesView commitment = part == Part::body ? entry.commitment : entry.box_commitment;
  if (sealed.size() < k_tag) return make_error(ErrorCode::invalid_argument, "the event has no such part");
  const AssociatedData ad(log, entry.bound);
  const Derived derived(part, key, ad.view());
  if (!equal_in_constant_time(derived.commitment(), commitment))
    return make_error(ErrorCode::wrong_credential, "this key does not belong to this event");
  WipedBytes plain(sealed.size() - k_tag, wiped_heap());
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(plain.data(), nullptr, nullptr, sealed.data(), sealed.size(),
                                                 ad.bytes.data(), ad.size, k_nonce, derived.bytes.data()) != 0)
    return make_error(ErrorCode::tampered, "the event was changed");
  return unpad(std::move(plain));
}

void event_keys_of(BytesView chain, MutableBytes entry_key, MutableBytes mask) noexcept {
  std::array<Byte, 64> both;
  derive(chain, "SRM/audit/entry/v1", k_no_parts, both);
  std::ranges::copy(BytesView(both).first(32), entry_key.begin());
  std::ranges::copy(BytesView(both).last(32), mask.begin());
  wipe(both.data(), both.size());
}

void advance(MutableBytes chain) noexcept {
  Key32 next;
  derive(chain, "SRM/audit/next/v1", k_no_parts, next);
  std::ranges::copy(next, chain.begin());
  wipe(next.data(), next.size());
}

void request_commitment(BytesView r, BytesView parameters, MutableBytes out) noexcept {
  derive(r, "SRM/audit/request/v1", {parameters}, out);
}

Result<OpenedEvent> open_event(const LogId& log, const Entry& entry, const Disclosure& disclosure) {
  const auto* event = std::get_if<EventEntry>(&entry.content);
  if (!event) return make_error(ErrorCode::invalid_argument, "the entry is no event");
  STRONGROOM_ASSIGN(WipedBytes body, open_part(Part::body, disclosure.entry_key, log, *event));
  OpenedEvent opened{entry.header, std::move(body), WipedBytes(wiped_heap()), {}};
  STRONGROOM_CHECK(decode_body(opened.body, opened.event));
  if (event->box.empty() || !disclosure.r) return opened;
  STRONGROOM_ASSIGN(opened.box, open_part(Part::box, *disclosure.r, log, *event));
  STRONGROOM_CHECK(decode_box(opened.box, opened.event));
  return opened;
}

}  // namespace strongroom::evidence
