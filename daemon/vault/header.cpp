#include "daemon/vault/header.h"

#include <algorithm>
#include <tuple>

#include <strongroom/base/secret.h>
#include <strongroom/base/wiped_memory.h>

#include <strongroom/base/derive.h>

namespace strongroom::vault {
namespace {

constexpr std::string_view k_magic = "SRMVAULT";
constexpr std::uint16_t k_format = 2;
// Without the public halves of slots and the times of keys; read, and written in the newest format at the next change.
constexpr std::uint16_t k_first_format = 1;
constexpr std::uint8_t k_suite_floor = 1;
constexpr std::size_t k_mac_size = 32;
constexpr std::size_t k_checksum_size = 32;

Error damaged() {
  return make_error(ErrorCode::corrupt, "a header copy is damaged");
}

Error unknown(const char* what) {
  return make_error(ErrorCode::unsupported,
                    std::string("the header has an unknown ") + what + "; it was written by a newer Strongroom");
}

void compute_mac(const StoreId& store, std::uint64_t epoch, BytesView covered, BytesView root,
                 MutableBytes out) noexcept {
  Byte key[k_key_size];
  AssociatedData number;
  number.u64(epoch);
  derive(root, "SRM/header-mac/v1", {store, number.view()}, key);
  derive(key, "SRM/header/v1", {covered}, out);
  wipe(key, sizeof key);
}

void write_slot(ByteWriter<Bytes>& w, const Slot& slot) {
  w.raw(slot.id);
  w.u8(static_cast<std::uint8_t>(slot.type));
  w.text(slot.label);
  w.i64(slot.created_ms);
  w.bytes(slot.parameters);
  w.raw(slot.exchange);
  w.raw(slot.ephemeral);
  w.raw(slot.wrapped_root);
}

void write_entry(ByteWriter<Bytes>& w, const RingEntry& entry) {
  w.u8(static_cast<std::uint8_t>(entry.kind));
  w.text(entry.name);
  w.u16(entry.number);
  w.u32(entry.version);
  w.i64(entry.created_ms);
  w.raw(entry.wrapped);
}

template <std::size_t N>
void read_array(ByteReader& r, std::array<Byte, N>& out) noexcept {
  const BytesView bytes = r.raw(N);
  std::copy(bytes.begin(), bytes.end(), out.begin());
}

Status read_slot(ByteReader& r, std::uint16_t format, Slot& slot) {
  read_array(r, slot.id);
  const std::uint8_t type = r.u8();
  slot.label = std::string(r.text(k_max_label));
  slot.created_ms = r.i64();
  const BytesView parameters = r.bytes(k_max_parameters);
  slot.parameters.assign(parameters.begin(), parameters.end());
  if (format != k_first_format) {
    read_array(r, slot.exchange);
    read_array(r, slot.ephemeral);
  }
  read_array(r, slot.wrapped_root);
  if (!r.ok() || !label_is_valid(slot.label)) return damaged();
  if (type < 1 || type > 6) return unknown("slot type");
  slot.type = static_cast<SlotType>(type);
  return {};
}

Status read_entry(ByteReader& r, std::uint16_t format, RingEntry& entry) {
  const std::uint8_t kind = r.u8();
  entry.name = std::string(r.text(k_max_name));
  entry.number = r.u16();
  entry.version = r.u32();
  if (format != k_first_format) entry.created_ms = r.i64();
  read_array(r, entry.wrapped);
  if (!r.ok()) return damaged();
  if (kind != 1 && kind != 2) return unknown("kind of key");
  entry.kind = static_cast<RingKind>(kind);
  const bool well_formed = entry.kind == RingKind::kek ? name_space_is_valid(entry.name) && entry.number == 0
                                                       : entry.name.empty() && entry.number != 0;
  return well_formed && entry.version != 0 ? Status{} : damaged();
}

bool has_duplicates(const Header& header) {
  std::vector<SlotId> ids;
  for (const Slot& slot : header.slots) ids.push_back(slot.id);
  std::ranges::sort(ids);
  std::vector<std::tuple<RingKind, std::string_view, std::uint16_t, std::uint32_t>> keys;
  for (const RingEntry& e : header.ring) keys.emplace_back(e.kind, e.name, e.number, e.version);
  std::ranges::sort(keys);
  return std::ranges::adjacent_find(ids) != ids.end() || std::ranges::adjacent_find(keys) != keys.end();
}

// Fixed fields behind the format numbers.
Status read_fixed(ByteReader& r, std::uint16_t format, Header& header) {
  const std::uint8_t suite_floor = r.u8();
  header.kdf_floor.memory_bytes = r.u64();
  header.kdf_floor.passes = r.u32();
  read_array(r, header.store_id);
  header.root_epoch = r.u64();
  if (format != k_first_format) header.root_created_ms = r.i64();
  header.generation = r.u64();
  if (!r.ok()) return damaged();
  if (suite_floor != k_suite_floor) return unknown("suite");
  if (!within(header.kdf_floor, k_kdf_floor, k_kdf_ceiling)) return damaged();
  return {};
}

}  // namespace

Bytes encode_header(const Header& header, BytesView root) {
  Bytes out;
  ByteWriter w(out);
  w.raw(as_bytes(k_magic));
  w.u16(k_format);
  w.u16(k_format);
  w.u8(k_suite_floor);
  w.u64(header.kdf_floor.memory_bytes);
  w.u32(header.kdf_floor.passes);
  w.raw(header.store_id);
  w.u64(header.root_epoch);
  w.i64(header.root_created_ms);
  w.u64(header.generation);
  w.u16(static_cast<std::uint16_t>(header.slots.size()));
  for (const Slot& slot : header.slots) write_slot(w, slot);
  w.u16(static_cast<std::uint16_t>(header.ring.size()));
  for (const RingEntry& entry : header.ring) write_entry(w, entry);
  Byte mac[k_mac_size];
  compute_mac(header.store_id, header.root_epoch, out, root, mac);
  w.raw(mac);
  Byte sum[k_checksum_size];
  checksum("SRM/header-checksum/v1", {BytesView{out}}, sum);
  w.raw(sum);
  return out;
}

Result<Header> parse_header(BytesView bytes) {
  if (bytes.size() < k_mac_size + k_checksum_size || bytes.size() > k_max_header) return damaged();
  const BytesView summed = bytes.first(bytes.size() - k_checksum_size);
  Byte sum[k_checksum_size];
  checksum("SRM/header-checksum/v1", {summed}, sum);
  if (!std::ranges::equal(sum, bytes.last(k_checksum_size))) return damaged();

  ByteReader r(summed.first(summed.size() - k_mac_size));
  if (as_text(r.raw(k_magic.size())) != k_magic) return damaged();
  const std::uint16_t format = r.u16();
  const std::uint16_t min_reader = r.u16();
  if (!r.ok()) return damaged();
  if (format < k_first_format || format > k_format || min_reader != format) return unknown("format");
  Header header;
  STRONGROOM_CHECK(read_fixed(r, format, header));
  const std::uint16_t slots = r.u16();
  if (slots == 0 || slots > k_max_slots) return damaged();
  header.slots.resize(slots);
  for (Slot& slot : header.slots) STRONGROOM_CHECK(read_slot(r, format, slot));
  const std::uint16_t keys = r.u16();
  if (keys > k_max_ring_keys) return damaged();
  header.ring.resize(keys);
  for (RingEntry& entry : header.ring) STRONGROOM_CHECK(read_entry(r, format, entry));
  if (!r.finished() || has_duplicates(header)) return damaged();
  return header;
}

bool header_is_authentic(const Header& header, BytesView bytes, BytesView root) noexcept {
  const BytesView covered = bytes.first(bytes.size() - k_checksum_size - k_mac_size);
  Byte mac[k_mac_size];
  compute_mac(header.store_id, header.root_epoch, covered, root, mac);
  return equal_in_constant_time(mac, bytes.subspan(covered.size(), k_mac_size));
}

AssociatedData slot_binding(const StoreId& store, const Slot& slot, std::uint64_t root_epoch) noexcept {
  AssociatedData ad;
  ad.text("slot").bytes(store).bytes(slot.id).u8(static_cast<std::uint8_t>(slot.type)).bytes(slot.parameters);
  ad.u64(root_epoch);
  return ad;
}

AssociatedData ring_binding(const StoreId& store, const RingEntry& entry, std::uint64_t root_epoch) noexcept {
  AssociatedData ad;
  ad.text("ring").bytes(store).u8(static_cast<std::uint8_t>(entry.kind)).text(entry.name).u16(entry.number);
  ad.u32(entry.version).u64(root_epoch);
  return ad;
}

void derive_ring_wrap_key(const Header& header, BytesView root, MutableBytes out) noexcept {
  AssociatedData epoch;
  epoch.u64(header.root_epoch);
  derive(root, "SRM/ring-wrap/v1", {header.store_id, epoch.view()}, out);
}

namespace {

// The length of the UTF-8 sequence at the start of `text` (RFC 3629); 0 when there is none.
std::size_t utf8_sequence(std::string_view text) noexcept {
  const auto at = [&](std::size_t i) { return static_cast<Byte>(text[i]); };
  const Byte first = at(0);
  const std::size_t n = first < 0x80                     ? 1
                        : first >= 0xc2 && first < 0xe0  ? 2
                        : (first & 0xf0) == 0xe0         ? 3
                        : first >= 0xf0 && first <= 0xf4 ? 4
                                                         : 0;
  if (n == 0 || n > text.size()) return 0;
  for (std::size_t i = 1; i < n; ++i)
    if ((at(i) & 0xc0) != 0x80) return 0;
  if ((first == 0xe0 && at(1) < 0xa0) || (first == 0xed && at(1) > 0x9f)) return 0;
  if ((first == 0xf0 && at(1) < 0x90) || (first == 0xf4 && at(1) > 0x8f)) return 0;
  return n;
}

}  // namespace

bool label_is_valid(std::string_view label) noexcept {
  if (label.size() > k_max_label) return false;
  while (!label.empty()) {
    const std::size_t n = utf8_sequence(label);
    const auto first = static_cast<Byte>(label[0]);
    // C0, DEL and C1 controls could drive a terminal.
    if (n == 0 || first < 0x20 || first == 0x7f || (first == 0xc2 && static_cast<Byte>(label[1]) < 0xa0)) return false;
    label.remove_prefix(n);
  }
  return true;
}

bool name_space_is_valid(std::string_view name) noexcept {
  return !name.empty() && name.size() <= k_max_name && std::ranges::all_of(name, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
  });
}

}  // namespace strongroom::vault
