#include "daemon/vault/header.h"

#include <gtest/gtest.h>

#include <strongroom/base/derive.h>
#include "tests/unit/daemon/vault/support.h"

namespace strongroom::vault {
namespace {

using test::failure;
using test::must;

const Bytes k_root(32, 0x11);

Header sample() {
  Header header;
  header.store_id = {1, 2, 3};
  header.root_epoch = 4;
  header.generation = 5;
  header.slots.push_back({{9, 8, 7}, SlotType::recovery, "paper in the safe", 1'700'000'000'000, {}, {}});
  header.slots.push_back({{1}, SlotType::passphrase, "Grüße", 1, Bytes(28, 3), {}});
  header.ring.push_back({RingKind::kek, "default", 0, 1, {}});
  header.ring.push_back({RingKind::system, "", 1, 1, {}});
  return header;
}

// The bytes with a checksum that fits, as somebody would make who changes a header on purpose.
Bytes summed(Bytes bytes) {
  checksum("SRM/header-checksum/v1", {BytesView(bytes).first(bytes.size() - 32)}, MutableBytes(bytes).last(32));
  return bytes;
}

TEST(Header, ComesBackAsItWas) {
  const Header header = sample();
  const Bytes bytes = encode_header(header, k_root);
  const Header back = must(parse_header(bytes));
  EXPECT_EQ(back.store_id, header.store_id);
  EXPECT_EQ(back.generation, 5u);
  ASSERT_EQ(back.slots.size(), 2u);
  EXPECT_EQ(back.slots[1].label, "Grüße");
  EXPECT_EQ(back.slots[1].parameters, Bytes(28, 3));
  ASSERT_EQ(back.ring.size(), 2u);
  EXPECT_EQ(back.ring[0].name, "default");
  EXPECT_EQ(encode_header(back, k_root), bytes);
  EXPECT_TRUE(header_is_authentic(back, bytes, k_root));
  EXPECT_FALSE(header_is_authentic(back, bytes, Bytes(32, 0x12)));
}

TEST(Header, EveryFlippedBitIsFoundBeforeUnlock) {
  const Bytes bytes = encode_header(sample(), k_root);
  for (std::size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    Bytes other = bytes;
    other[bit / 8] = static_cast<Byte>(other[bit / 8] ^ 1u << bit % 8);
    ASSERT_EQ(failure(parse_header(other)), ErrorCode::corrupt) << bit;
  }
}

TEST(Header, EveryBitFlippedOnPurposeIsRefusedOrNotAuthentic) {
  const Bytes bytes = encode_header(sample(), k_root);
  for (std::size_t bit = 0; bit < (bytes.size() - 32) * 8; ++bit) {
    Bytes other = bytes;
    other[bit / 8] = static_cast<Byte>(other[bit / 8] ^ 1u << bit % 8);
    other = summed(std::move(other));
    const auto parsed = parse_header(other);
    if (parsed) {
      ASSERT_FALSE(header_is_authentic(*parsed, other, k_root)) << bit;
    }
  }
}

TEST(Header, EveryTruncationIsFound) {
  const Bytes bytes = encode_header(sample(), k_root);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_EQ(failure(parse_header(BytesView(bytes).first(size))), ErrorCode::corrupt);
    if (size < 64) continue;
    ASSERT_TRUE(failure(parse_header(summed(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size))))));
  }
}

TEST(Header, AnotherFormatOrSuiteIsUnsupported) {
  const Bytes bytes = encode_header(sample(), k_root);
  for (const std::size_t at : {8u, 10u, 12u}) {
    Bytes other = bytes;
    other[at] = 3;
    EXPECT_EQ(failure(parse_header(summed(other))), ErrorCode::unsupported) << at;
  }
}

// Written before slots had public halves and keys had times.
TEST(Header, OfFormat1IsStillRead) {
  const Header now = sample();
  Bytes bytes;
  ByteWriter w(bytes);
  w.raw(as_bytes("SRMVAULT"));
  w.u16(1);
  w.u16(1);
  w.u8(1);
  w.u64(now.kdf_floor.memory_bytes);
  w.u32(now.kdf_floor.passes);
  w.raw(now.store_id);
  w.u64(now.root_epoch);
  w.u64(now.generation);
  w.u16(1);
  w.raw(now.slots[0].id);
  w.u8(3);
  w.text("paper");
  w.i64(7);
  w.bytes({});
  w.raw(Bytes(k_wrapped_size, 5));
  w.u16(1);
  w.u8(1);
  w.text("default");
  w.u16(0);
  w.u32(1);
  w.raw(Bytes(k_wrapped_size, 6));
  bytes.resize(bytes.size() + 64);
  const Header header = must(parse_header(summed(bytes)));
  EXPECT_EQ(header.slots[0].label, "paper");
  EXPECT_EQ(header.slots[0].exchange, ExchangeKey{});
  EXPECT_EQ(header.slots[0].wrapped_root[0], 5);
  EXPECT_EQ(header.ring[0].created_ms, 0);
  EXPECT_EQ(header.ring[0].wrapped[0], 6);
  EXPECT_EQ(must(parse_header(encode_header(header, k_root))).slots[0].label, "paper") << "it becomes format 2";
}

TEST(Header, AFloorBelowOursIsRefused) {
  Header header = sample();
  header.kdf_floor.passes = 1;
  EXPECT_EQ(failure(parse_header(encode_header(header, k_root))), ErrorCode::corrupt);
}

TEST(Header, BoundsAreKept) {
  Header many = sample();
  while (many.slots.size() <= k_max_slots) {
    Slot slot = many.slots[0];
    slot.id[7] = static_cast<Byte>(many.slots.size());
    many.slots.push_back(slot);
  }
  EXPECT_EQ(failure(parse_header(encode_header(many, k_root))), ErrorCode::corrupt);
  many.slots.pop_back();
  EXPECT_TRUE(parse_header(encode_header(many, k_root)));
  Header none = sample();
  none.slots.clear();
  EXPECT_EQ(failure(parse_header(encode_header(none, k_root))), ErrorCode::corrupt);

  Header full = sample();
  for (std::uint32_t v = 2; full.ring.size() < k_max_ring_keys; ++v)
    full.ring.push_back({RingKind::kek, std::string(k_max_name, 'n'), 0, v, {}});
  EXPECT_TRUE(parse_header(encode_header(full, k_root)));
  full.ring.push_back({RingKind::kek, "one-more", 0, 1, {}});
  EXPECT_EQ(failure(parse_header(encode_header(full, k_root))), ErrorCode::corrupt);
}

TEST(Header, DuplicatesAreRefused) {
  Header slots = sample();
  slots.slots.push_back(slots.slots[0]);
  EXPECT_EQ(failure(parse_header(encode_header(slots, k_root))), ErrorCode::corrupt);
  Header keys = sample();
  keys.ring.push_back(keys.ring[0]);
  EXPECT_EQ(failure(parse_header(encode_header(keys, k_root))), ErrorCode::corrupt);
}

TEST(Header, LabelsCannotDriveATerminal) {
  for (const std::string_view bad :
       {std::string_view("\x1b[2J"), std::string_view("a\nb"), std::string_view("\x7f"), std::string_view("\xc2\x9b"),
        std::string_view("\xff"), std::string_view("\xc0\xaf"), std::string_view("\xed\xa0\x80"),
        std::string_view("\xf4\x90\x80\x80"), std::string_view("\xe2\x82"), std::string_view("a\0b", 3)})
    EXPECT_FALSE(label_is_valid(bad));
  EXPECT_FALSE(label_is_valid(std::string(65, 'a')));
  for (const std::string_view good : {"", "paper in the safe", "Grüße", "鍵", "🔑"}) EXPECT_TRUE(label_is_valid(good));
  Header header = sample();
  header.slots[0].label = "\x1b[2J";
  EXPECT_EQ(failure(parse_header(encode_header(header, k_root))), ErrorCode::corrupt);
}

}  // namespace
}  // namespace strongroom::vault
