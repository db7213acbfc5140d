#include "daemon/vault/envelope.h"

#include <gtest/gtest.h>

#include "daemon/vault/padding.h"
#include "tests/unit/daemon/vault/support.h"

namespace strongroom::vault {
namespace {

using test::failure;
using test::k_head;
using test::must;

const Bytes k_kek(32, 0xa7);
const StoreId k_store = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

Bytes sealed(std::vector<Bytes> fields, const ItemContext& context = k_head) {
  const std::vector<BytesView> views(fields.begin(), fields.end());
  Bytes item;
  must(seal_item(k_store, context, k_kek, 3, views, item));
  return item;
}

Result<std::vector<Secret>> opened(BytesView item, const ItemContext& context = k_head) {
  return open_item(k_store, context, k_kek, item, wiped_heap());
}

Bytes pattern(std::size_t n) {
  Bytes bytes(n);
  for (std::size_t i = 0; i < n; ++i) bytes[i] = static_cast<Byte>(i * 7 + i / 251);
  return bytes;
}

Bytes plain(const Secret& secret) {
  const BytesView view = secret.reveal(RevealReason::test);
  return Bytes(view.begin(), view.end());
}

// Built in Python with hashlib and nacl.bindings from docs/format.md, "Envelope": KEK a0..bf in version 3, DEK 20..3f,
// the store id 00..0f, row "row", parent "parent", version 7, no owner, schema 1, one field "a value".
TEST(Envelope, OpensWhatPythonSealed) {
  const Bytes item = *from_hex(
      "0101000003000000000102030405060708090a0b0c0d0e0f101112131415161713310b230bbbf2901889d1469d9653f7bc45fd808e81ff06"
      "6d44"
      "5d3b292f43da238c773cd291aa7c6b3bcc35a66ac6471ae8304cb9691fd357f67fe7a698a6e5f8f968a3a338ecbc24428b133a18a1ea0100"
      "3800"
      "000018191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f27716cc3b9a70fcde8172ba072abbfbb55ab8c21962b6c9f6c6b11224fb5"
      "74f5");
  Bytes kek(32);
  for (std::size_t i = 0; i < 32; ++i) kek[i] = static_cast<Byte>(0xa0 + i);
  EXPECT_EQ(must(kek_version_of(item)), 3u);
  const auto fields = must(open_item(k_store, k_head, kek, item, wiped_heap()));
  ASSERT_EQ(fields.size(), 1u);
  EXPECT_EQ(test::text_of(fields[0]), "a value");
}

TEST(Envelope, ReturnsFieldsOfEverySizeInOrder) {
  std::vector<Bytes> fields;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{12}, std::size_t{13}, std::size_t{253},
                                 std::size_t{65532}, std::size_t{65533}, std::size_t{131068}, std::size_t{300'000}})
    fields.push_back(pattern(size));
  const auto got = must(opened(sealed(fields)));
  ASSERT_EQ(got.size(), fields.size());
  for (std::size_t i = 0; i < fields.size(); ++i) EXPECT_EQ(plain(got[i]), fields[i]) << fields[i].size();
}

TEST(Envelope, TheLargestFieldOpensAndALargerOneIsRefused) {
  Bytes item;
  const Bytes largest = pattern(k_max_field);
  const auto got = must(opened(sealed({largest})));
  EXPECT_TRUE(plain(got[0]) == largest);
  const Bytes larger(k_max_field + 1);
  const BytesView fields[] = {larger};
  EXPECT_EQ(failure(seal_item(k_store, k_head, k_kek, 1, fields, item)), ErrorCode::too_large);
  EXPECT_TRUE(item.empty());
}

TEST(Envelope, AnItemWithoutFieldsIsAuthenticatedToo) {
  Bytes item = sealed({});
  EXPECT_TRUE(must(opened(item)).empty());
  item[10] = static_cast<Byte>(item[10] ^ 1);
  EXPECT_EQ(failure(opened(item)), ErrorCode::tampered);
}

TEST(Envelope, AppendsAndLeavesWhatWasThere) {
  Bytes out = {1, 2, 3};
  const BytesView fields[] = {as_bytes("x")};
  must(seal_item(k_store, k_head, k_kek, 3, fields, out));
  EXPECT_EQ((Bytes{out[0], out[1], out[2]}), (Bytes{1, 2, 3}));
  EXPECT_TRUE(opened(BytesView(out).subspan(3)));
  EXPECT_EQ(out.size() - 3, 114u + 4 + 40 + 16) << "the documented size of the smallest item";
}

TEST(Envelope, TwoItemsOfOneValueShareNothing) {
  const Bytes first = sealed({pattern(200)});
  const Bytes second = sealed({pattern(200)});
  std::size_t same = 0;
  for (std::size_t i = 8; i < first.size(); ++i) same += first[i] == second[i];
  EXPECT_LT(same, first.size() / 10);
}

TEST(Envelope, EveryFlippedBitIsAnError) {
  const Bytes item = sealed({pattern(100), pattern(3)});
  for (std::size_t bit = 0; bit < item.size() * 8; ++bit) {
    Bytes other = item;
    other[bit / 8] = static_cast<Byte>(other[bit / 8] ^ 1u << bit % 8);
    const auto code = failure(opened(other));
    ASSERT_TRUE(code == ErrorCode::tampered || code == ErrorCode::corrupt || code == ErrorCode::unsupported) << bit;
    // Behind the fixed head and the lengths, everything is ciphertext.
    if (bit >= 64 && bit < 112 * 8) {
      ASSERT_EQ(code, ErrorCode::tampered) << bit;
    }
  }
}

TEST(Envelope, EveryTruncationAndEveryAdditionIsAnError) {
  const Bytes item = sealed({pattern(100), pattern(3)});
  for (std::size_t size = 0; size < item.size(); ++size)
    ASSERT_EQ(failure(opened(BytesView(item).first(size))), ErrorCode::corrupt) << size;
  Bytes longer = item;
  longer.push_back(0);
  EXPECT_EQ(failure(opened(longer)), ErrorCode::corrupt);
}

TEST(Envelope, UnknownVersionSuiteAndFlagsAreRefusedAsSuch) {
  for (const std::size_t at : {0u, 1u, 2u, 3u})
    for (const unsigned bit : {1u, 2u, 4u, 8u, 16u, 32u, 64u, 128u}) {
      Bytes item = sealed({pattern(5)});
      item[at] = static_cast<Byte>(item[at] ^ bit);
      EXPECT_EQ(failure(opened(item)), ErrorCode::unsupported);
      EXPECT_EQ(failure(kek_version_of(item)), ErrorCode::unsupported);
    }
}

TEST(Envelope, OpensOnlyWhereItWasSealed) {
  const Bytes item = sealed({pattern(40)});
  std::vector<ItemContext> others(9, k_head);
  others[0].kind = "version";
  others[1].name_space = "other";
  others[2].table = "records";
  others[3].row = as_bytes("rox");
  others[4].parent = {};
  others[5].version = 8;
  others[6].owner = as_bytes("o");
  others[7].schema = 2;
  // The same bytes cut differently.
  others[8].row = as_bytes("rowp");
  others[8].parent = as_bytes("arent");
  for (std::size_t i = 0; i < others.size(); ++i) EXPECT_EQ(failure(opened(item, others[i])), ErrorCode::tampered) << i;
  StoreId elsewhere = k_store;
  elsewhere[0] = 1;
  EXPECT_EQ(failure(open_item(elsewhere, k_head, k_kek, item, wiped_heap())), ErrorCode::tampered);
  EXPECT_EQ(failure(open_item(k_store, k_head, Bytes(32, 1), item, wiped_heap())), ErrorCode::tampered);
}

// Two fields of equal size: their sealed bytes start behind the head, each with its length.
TEST(Envelope, FieldsCannotChangePlacesAndNoneCanBeDropped) {
  const Bytes item = sealed({pattern(40), pattern(41)});
  const std::size_t head = 114;
  const std::size_t each = (item.size() - head) / 2;
  Bytes swapped(item.begin(), item.begin() + head);
  swapped.insert(swapped.end(), item.begin() + static_cast<std::ptrdiff_t>(head + each), item.end());
  swapped.insert(swapped.end(), item.begin() + head, item.begin() + static_cast<std::ptrdiff_t>(head + each));
  EXPECT_EQ(failure(opened(swapped)), ErrorCode::tampered);
  Bytes dropped(item.begin(), item.begin() + static_cast<std::ptrdiff_t>(head + each));
  dropped[112] = 1;
  EXPECT_EQ(failure(opened(dropped)), ErrorCode::tampered);
}

TEST(Envelope, ChunksCannotChangePlacesOrGoMissing) {
  const Bytes item = sealed({pattern(4 * k_chunk - 4)});
  const std::size_t start = 118;
  const std::size_t each = k_chunk + 40;
  ASSERT_EQ(item.size(), start + 4 * each);
  Bytes swapped = item;
  std::swap_ranges(swapped.begin() + start, swapped.begin() + static_cast<std::ptrdiff_t>(start + each),
                   swapped.begin() + static_cast<std::ptrdiff_t>(start + each));
  EXPECT_EQ(failure(opened(swapped)), ErrorCode::tampered);
  // The field's length with one chunk less, so that only the last flag tells.
  Bytes shorter(item.begin(), item.end() - static_cast<std::ptrdiff_t>(each));
  const auto length = static_cast<std::uint32_t>(3 * each);
  for (std::size_t i = 0; i < 4; ++i) shorter[114 + i] = static_cast<Byte>(length >> (8 * i));
  EXPECT_EQ(failure(opened(shorter)), ErrorCode::tampered);
}

TEST(Envelope, AContextBeyondItsBoundsIsRefused) {
  const std::string long_name(65, 'x');
  ItemContext context = k_head;
  context.table = long_name;
  Bytes item;
  EXPECT_EQ(failure(seal_item(k_store, context, k_kek, 1, {}, item)), ErrorCode::invalid_argument);
  const Bytes row(256, 1);
  const Bytes owner(64, 2);
  const std::string name(64, 'n');
  const std::string kind(32, 'k');
  const ItemContext largest{kind, name, name, row, row, ~0ull, owner, ~0u};
  EXPECT_TRUE(opened(sealed({pattern(9)}, largest), largest)) << "the largest context fits";
  EXPECT_EQ(failure(opened(sealed({pattern(9)}), context)), ErrorCode::invalid_argument);
}

TEST(Envelope, MoreFieldsThanAllowedAreRefused) {
  EXPECT_EQ(must(opened(sealed(std::vector<Bytes>(k_max_fields)))).size(), k_max_fields);
  const std::vector<BytesView> fields(k_max_fields + 1);
  Bytes item;
  EXPECT_EQ(failure(seal_item(k_store, k_head, k_kek, 1, fields, item)), ErrorCode::too_large);
}

TEST(Envelope, ValuesLieOnlyInTheGivenMemoryAndAreGivenBack) {
  WipedMemory memory;
  const Bytes item = sealed({pattern(100), pattern(70'000)});
  {
    const auto fields = must(open_item(k_store, k_head, k_kek, item, &memory));
    EXPECT_GE(memory.bytes_in_use(), 70'100u);
  }
  EXPECT_EQ(memory.bytes_in_use(), 0u);
  Bytes broken = item;
  broken.back() = static_cast<Byte>(broken.back() ^ 1);
  EXPECT_FALSE(open_item(k_store, k_head, k_kek, broken, &memory));
  EXPECT_EQ(memory.bytes_in_use(), 0u);
}

}  // namespace
}  // namespace strongroom::vault
