#include "daemon/vault/envelope.h"

#include <sodium.h>

#include <algorithm>

#include <strongroom/base/wiped_memory.h>

#include "daemon/vault/associated_data.h"
#include "daemon/vault/padding.h"

namespace strongroom::vault {
namespace {

constexpr std::uint8_t k_version = 1;
constexpr std::uint8_t k_suite = 1;
constexpr std::uint16_t k_flags = 0;
constexpr std::size_t k_chunk_overhead = k_nonce_size + k_tag_size;

Error damaged() {
  return make_error(ErrorCode::corrupt, "a sealed item is damaged");
}

Error does_not_open() {
  return make_error(ErrorCode::tampered, "a sealed item does not open where it was found");
}

struct Dek {
  Dek() noexcept {}  // NOLINT(modernize-use-equals-default): it is filled at once

  Dek(const Dek&) = delete;
  Dek& operator=(const Dek&) = delete;

  ~Dek() { wipe(bytes, sizeof bytes); }

  Byte bytes[k_key_size];
};

// The beginning shared by the associated data of an item's DEK and of its fields.
Status begin(const StoreId& store, const ItemContext& c, AssociatedData& ad) {
  if (c.kind.size() > 32 || c.name_space.size() > 64 || c.table.size() > 64 || c.row.size() > 256 ||
      c.parent.size() > 256 || c.owner.size() > 64)
    return make_error(ErrorCode::invalid_argument, "a part of an item's context is too long");
  const Byte form[] = {k_version, k_suite, static_cast<Byte>(k_flags & 0xff), static_cast<Byte>(k_flags >> 8)};
  ad.bytes(form).text(c.kind).bytes(store).text(c.name_space).text(c.table).bytes(c.row).bytes(c.parent);
  ad.u64(c.version).bytes(c.owner).u32(c.schema);
  return {};
}

void end_for_dek(AssociatedData& ad, const ItemContext& c, std::uint32_t kek_version, std::uint32_t fields) noexcept {
  ad.text("dek").text(c.name_space).u32(kek_version).u32(fields);
}

struct ChunkPlace {
  std::uint32_t field = 0;
  std::uint32_t fields = 0;
  std::uint32_t chunk = 0;
  bool last = false;
};

void end_for_chunk(AssociatedData& ad, const ChunkPlace& place) noexcept {
  ad.text("field").u32(place.field).u32(place.fields).u32(place.chunk).u8(place.last ? 1 : 0);
}

std::size_t chunks_of(std::size_t padded) noexcept {
  return (padded + k_chunk - 1) / k_chunk;
}

std::size_t sealed_size(std::size_t padded) noexcept {
  return padded + chunks_of(padded) * k_chunk_overhead;
}

// Random nonces, several to a system call.
class Nonces {
 public:
  explicit Nonces(std::size_t needed) noexcept : needed_(needed) {}

  void next(Byte* out) noexcept {
    if (left_ == 0) {
      left_ = std::min(needed_, std::size_t{16});
      needed_ -= left_;
      randombytes_buf(pool_, left_ * k_nonce_size);
    }
    std::memcpy(out, pool_ + --left_ * k_nonce_size, k_nonce_size);
  }

 private:
  std::size_t needed_;
  std::size_t left_ = 0;
  Byte pool_[16 * k_nonce_size];
};

// Puts bytes [from, from + size) of the padded form of `plain` into `out`, which holds zeros.
void copy_padded(BytesView plain, std::size_t from, std::size_t size, Byte* out) noexcept {
  std::size_t at = 0;
  if (from == 0) {
    for (std::size_t i = 0; i < k_length_prefix; ++i) out[i] = static_cast<Byte>(plain.size() >> (8 * i));
    at = k_length_prefix;
  }
  const std::size_t start = from + at - k_length_prefix;
  if (start >= plain.size()) return;
  std::memcpy(out + at, plain.data() + start, std::min(size - at, plain.size() - start));
}

// Seals one field at `out`, which holds zeros, and returns the place behind it. The padded plaintext is laid out where
// its ciphertext goes and encrypted in place, so that no second copy of it is made.
Byte* seal_field(const Dek& dek, AssociatedData& ad, ChunkPlace place, BytesView plain, Nonces& nonces,
                 Byte* out) noexcept {
  const std::size_t padded = padded_size(plain.size());
  const std::size_t shared = ad.view().size();
  for (std::size_t from = 0; from < padded; from += k_chunk) {
    const std::size_t size = std::min(k_chunk, padded - from);
    place.last = from + size == padded;
    end_for_chunk(ad, place);
    nonces.next(out);
    Byte* text = out + k_nonce_size;
    copy_padded(plain, from, size, text);
    const BytesView bound = ad.view();
    crypto_aead_xchacha20poly1305_ietf_encrypt_detached(text, text + size, nullptr, text, size, bound.data(),
                                                        bound.size(), nullptr, out, dek.bytes);
    out = text + size + k_tag_size;
    ad.cut(shared);
    ++place.chunk;
  }
  return out;
}

struct Parsed {
  std::uint32_t kek_version = 0;
  BytesView wrapped;
  std::uint16_t fields = 0;
  ByteReader rest{BytesView{}};
};

Result<Parsed> parse_head(BytesView item) {
  ByteReader reader(item);
  const std::uint8_t version = reader.u8();
  const std::uint8_t suite = reader.u8();
  const std::uint16_t flags = reader.u16();
  if (!reader.ok()) return damaged();
  if (version != k_version || suite != k_suite || flags != k_flags)
    return make_error(ErrorCode::unsupported, "a sealed item has an unknown version, suite or flag");
  Parsed parsed;
  parsed.kek_version = reader.u32();
  parsed.wrapped = reader.raw(k_wrapped_size);
  parsed.fields = reader.u16();
  if (!reader.ok() || parsed.fields > k_max_fields) return damaged();
  parsed.rest = reader;
  return parsed;
}

// The padded size behind a sealed field's length; 0 when no field has that length.
std::size_t padded_of(std::size_t sealed) noexcept {
  const std::size_t chunks = (sealed + k_chunk + k_chunk_overhead - 1) / (k_chunk + k_chunk_overhead);
  if (sealed <= chunks * k_chunk_overhead) return 0;
  const std::size_t padded = sealed - chunks * k_chunk_overhead;
  return padded <= padded_size(k_max_field) && chunks_of(padded) == chunks ? padded : 0;
}

Result<Secret> open_field(const Dek& dek, AssociatedData& ad, ChunkPlace place, BytesView sealed,
                          std::pmr::memory_resource* memory) {
  const std::size_t padded = padded_of(sealed.size());
  if (padded == 0) return damaged();
  Secret plain = Secret::of_size(padded, memory);
  const MutableBytes room = plain.writable();
  const std::size_t shared = ad.view().size();
  const Byte* in = sealed.data();
  for (std::size_t from = 0; from < padded; from += k_chunk) {
    const std::size_t size = std::min(k_chunk, padded - from);
    place.last = from + size == padded;
    end_for_chunk(ad, place);
    const Byte* text = in + k_nonce_size;
    const BytesView bound = ad.view();
    if (crypto_aead_xchacha20poly1305_ietf_decrypt_detached(room.data() + from, nullptr, text, size, text + size,
                                                            bound.data(), bound.size(), in, dek.bytes) != 0)
      return does_not_open();
    in = text + size + k_tag_size;
    ad.cut(shared);
    ++place.chunk;
  }
  const auto size = unpadded_size(room);
  if (!size) return damaged();
  plain.drop_front(k_length_prefix);
  plain.truncate(*size);
  return plain;
}

}  // namespace

Status seal_item(const StoreId& store, const ItemContext& context, BytesView kek, std::uint32_t kek_version,
                 std::span<const BytesView> fields, Bytes& out) {
  if (fields.size() > k_max_fields) return make_error(ErrorCode::too_large, "an item has too many fields");
  std::size_t size = k_item_head;
  std::size_t chunks = 0;
  for (const BytesView field : fields) {
    if (field.size() > k_max_field) return make_error(ErrorCode::too_large, "a field is larger than 16 MiB");
    const std::size_t padded = padded_size(field.size());
    size += 4 + sealed_size(padded);
    chunks += chunks_of(padded);
  }
  AssociatedData ad;
  STRONGROOM_CHECK(begin(store, context, ad));
  const auto count = static_cast<std::uint16_t>(fields.size());
  const std::size_t shared = ad.view().size();
  end_for_dek(ad, context, kek_version, count);

  Dek dek;
  WrappedKey wrapped;
  wrap_new(kek, ad.view(), dek.bytes, wrapped);
  ad.cut(shared);
  const std::size_t start = out.size();
  if (out.capacity() < start + size) out.reserve(std::max(start + size, 2 * out.capacity()));
  ByteWriter head(out);
  head.u8(k_version);
  head.u8(k_suite);
  head.u16(k_flags);
  head.u32(kek_version);
  head.raw(wrapped);
  head.u16(count);
  out.resize(start + size);
  Byte* at = out.data() + start + k_item_head;
  Nonces nonces(chunks);
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto length = static_cast<std::uint32_t>(sealed_size(padded_size(fields[i].size())));
    for (std::size_t k = 0; k < 4; ++k) *at++ = static_cast<Byte>(length >> (8 * k));
    at = seal_field(dek, ad, {i, count, 0, false}, fields[i], nonces, at);
  }
  return {};
}

Result<std::uint32_t> kek_version_of(BytesView item) {
  STRONGROOM_ASSIGN(const Parsed parsed, parse_head(item));
  return parsed.kek_version;
}

Status rewrap_item(const StoreId& store, const ItemContext& context, BytesView old_kek, BytesView kek,
                   std::uint32_t kek_version, MutableBytes item) {
  STRONGROOM_ASSIGN(const Parsed parsed, parse_head(item));
  AssociatedData ad;
  STRONGROOM_CHECK(begin(store, context, ad));
  const std::size_t shared = ad.view().size();
  end_for_dek(ad, context, parsed.kek_version, parsed.fields);
  Dek dek;
  if (!unwrap(old_kek, ad.view(), parsed.wrapped.first<k_wrapped_size>(), dek.bytes)) return does_not_open();
  ad.cut(shared);
  end_for_dek(ad, context, kek_version, parsed.fields);
  constexpr std::size_t k_version_at = 4;
  for (std::size_t i = 0; i < 4; ++i) item[k_version_at + i] = static_cast<Byte>(kek_version >> (8 * i));
  wrap(kek, ad.view(), dek.bytes, item.subspan<k_version_at + 4, k_wrapped_size>());
  return {};
}

Result<std::vector<Secret>> open_item(const StoreId& store, const ItemContext& context, BytesView kek, BytesView item,
                                      std::pmr::memory_resource* memory) {
  STRONGROOM_ASSIGN(Parsed parsed, parse_head(item));
  AssociatedData ad;
  STRONGROOM_CHECK(begin(store, context, ad));
  const std::size_t shared = ad.view().size();
  end_for_dek(ad, context, parsed.kek_version, parsed.fields);
  Dek dek;
  if (!unwrap(kek, ad.view(), parsed.wrapped.first<k_wrapped_size>(), dek.bytes)) return does_not_open();
  ad.cut(shared);

  std::vector<Secret> fields;
  fields.reserve(parsed.fields);
  for (std::uint32_t i = 0; i < parsed.fields; ++i) {
    const BytesView sealed = parsed.rest.bytes(item.size());
    if (!parsed.rest.ok()) return damaged();
    STRONGROOM_ASSIGN(Secret field, open_field(dek, ad, {i, parsed.fields, 0, false}, sealed, memory));
    fields.push_back(std::move(field));
  }
  if (!parsed.rest.finished()) return damaged();
  return fields;
}

}  // namespace strongroom::vault
