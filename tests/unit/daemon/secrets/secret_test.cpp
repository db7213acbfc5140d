#include "daemon/secrets/secret.h"

#include <gtest/gtest.h>

namespace strongroom::secrets {
namespace {

Head head_with(int versions) {
  Head head;
  head.path = "a/b";
  for (int i = 0; i < versions; ++i) append_version(head, 1000 + i);
  return head;
}

TEST(Head, KeepsTenVersionsAndNeverReusesANumber) {
  Head head = head_with(10);
  const auto change = append_version(head, 2000);
  EXPECT_EQ(change.number, 11u);
  EXPECT_EQ(change.previous, 10u);
  ASSERT_EQ(change.dropped.size(), 1u);
  EXPECT_EQ(change.dropped.front().number, 1u);
  EXPECT_EQ(head.versions.size(), k_versions_kept);
  EXPECT_EQ(head.current().number, 11u);
  EXPECT_EQ(head.find(1), nullptr);
}

TEST(Head, DeleteHidesTheCurrentVersionAndUndeleteTakesItBack) {
  Head head = head_with(2);
  ASSERT_TRUE(delete_current(head, 5000));
  EXPECT_EQ(readable_version(head, std::nullopt, 6000).error().code, ErrorCode::deleted);
  EXPECT_TRUE(readable_version(head, 1, 6000));
  EXPECT_EQ(delete_current(head, 6000).error().code, ErrorCode::deleted);
  ASSERT_TRUE(undelete_current(head, 7000));
  EXPECT_EQ(undelete_current(head, 7000).error().code, ErrorCode::conflict);
  EXPECT_EQ(readable_version(head, std::nullopt, 8000)->number, 2u);
}

TEST(Head, AWriteAfterADeleteContinues) {
  Head head = head_with(1);
  ASSERT_TRUE(delete_current(head, 5000));
  append_version(head, 6000);
  EXPECT_EQ(readable_version(head, std::nullopt, 7000)->number, 2u);
  EXPECT_EQ(readable_version(head, 1, 7000).error().code, ErrorCode::deleted);
}

TEST(Head, AnExpiredVersionSaysSo) {
  Head head = head_with(1);
  head.current().expires_ms = 5000;
  EXPECT_TRUE(readable_version(head, std::nullopt, 4999));
  EXPECT_EQ(readable_version(head, std::nullopt, 5000).error().code, ErrorCode::expired);
}

TEST(Head, ComesBackFromItsBytesAndFromNoOthers) {
  Head head = head_with(3);
  head.id.fill(7);
  head.last_read_ms = 99;
  ASSERT_TRUE(delete_current(head, 5000));
  const Bytes bytes = encode(head);
  const auto again = decode_head(bytes);
  ASSERT_TRUE(again);
  EXPECT_EQ(encode(*again), bytes);
  EXPECT_EQ(again->path, "a/b");
  EXPECT_EQ(again->last_number, 3u);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_EQ(decode_head(BytesView(bytes).first(size)).error().code, ErrorCode::corrupt) << size;
  Bytes longer = bytes;
  longer.push_back(0);
  EXPECT_FALSE(decode_head(longer));
}

TEST(Head, ComesBackWithItsDetails) {
  Head head = head_with(3);
  head.labels = {"team:a", "über"};
  head.metadata = {{"owner", "me"}, {"why", "a test"}};
  head.policy = {.versions_kept = 3, .check_required = true};
  ASSERT_TRUE(destroy_versions(head, std::vector<std::uint64_t>{2}, 9000));
  ASSERT_TRUE(check_details(head));
  const Bytes bytes = encode(head);
  const auto again = decode_head(bytes);
  ASSERT_TRUE(again);
  EXPECT_EQ(again->labels, head.labels);
  EXPECT_EQ(again->metadata, head.metadata);
  EXPECT_EQ(again->policy, head.policy);
  EXPECT_TRUE(again->find(2)->destroyed);
  EXPECT_FALSE(again->find(3)->destroyed);
  EXPECT_EQ(encode(*again), bytes);
  const std::size_t without = encode(head_with(3)).size();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    // Cut behind its labels it is a head without details: the seal around it is what makes cuts impossible.
    if (size == without + 2 * 4 + head.labels[0].size() + head.labels[1].size()) continue;
    EXPECT_FALSE(decode_head(BytesView(bytes).first(size))) << size;
  }
}

TEST(Head, HasOneFormOnly) {
  const Bytes without = encode(head_with(2));
  using Names = std::vector<std::string>;
  const auto with = [&](const Names& names, std::uint16_t kept, const std::vector<std::uint64_t>& destroyed) {
    Bytes bytes = without;
    ByteWriter writer(bytes);
    writer.u16(static_cast<std::uint16_t>(names.size()));
    for (const auto& name : names) {
      writer.text(name);
      writer.text("text");
    }
    writer.u16(kept);
    writer.u8(0);
    writer.u16(static_cast<std::uint16_t>(destroyed.size()));
    for (const auto number : destroyed) writer.u64(number);
    return bytes;
  };
  EXPECT_TRUE(decode_head(with({"a", "b"}, 10, {1, 2})));
  EXPECT_FALSE(decode_head(with({"b", "a"}, 10, {}))) << "out of order";
  EXPECT_FALSE(decode_head(with({"a", "a"}, 10, {}))) << "twice";
  EXPECT_FALSE(decode_head(with({"a"}, 10, {2, 1}))) << "out of order";
  EXPECT_FALSE(decode_head(with({"a"}, 10, {2, 2}))) << "twice";
  EXPECT_FALSE(decode_head(with({}, 10, {}))) << "nothing but what is usual";
}

TEST(Head, ComesBackWithWhereItsValuesLie) {
  Head head = head_with(3);
  head.find(1)->place = {.tier = Tier::keychain, .id = {1, 2, 3}};
  head.find(3)->place = {.tier = Tier::session, .id = {4}};
  const Bytes bytes = encode(head);
  const auto again = decode_head(bytes);
  ASSERT_TRUE(again);
  EXPECT_EQ(encode(*again), bytes);
  EXPECT_EQ(again->find(1)->place, head.find(1)->place);
  EXPECT_EQ(again->find(2)->place, Place{});
  EXPECT_EQ(again->find(3)->place, head.find(3)->place);
  const std::size_t without = encode(head_with(3)).size();
  for (std::size_t size = without + 1; size < bytes.size(); ++size)
    EXPECT_FALSE(decode_head(BytesView(bytes).first(size))) << size;
}

TEST(Head, HasOneFormOfPlacesOnly) {
  const auto with = [](const std::vector<std::pair<std::uint64_t, std::uint8_t>>& places) {
    Bytes bytes = encode(head_with(2));
    ByteWriter writer(bytes);
    writer.u16(0);
    writer.u16(10);
    writer.u8(0);
    writer.u16(0);
    writer.u16(static_cast<std::uint16_t>(places.size()));
    for (const auto& [number, tier] : places) {
      writer.u64(number);
      writer.u8(tier);
      writer.raw(BodyId{});
    }
    return bytes;
  };
  EXPECT_TRUE(decode_head(with({{1, 1}, {2, 3}})));
  EXPECT_FALSE(decode_head(with({{2, 1}, {1, 1}}))) << "out of order";
  EXPECT_FALSE(decode_head(with({{1, 1}, {1, 1}}))) << "twice";
  EXPECT_FALSE(decode_head(with({{1, 0}}))) << "what is usual";
  EXPECT_FALSE(decode_head(with({{1, 4}}))) << "no such tier";
  EXPECT_FALSE(decode_head(with({{3, 1}}))) << "no such version";
  EXPECT_FALSE(decode_head(with({}))) << "nothing";
}

TEST(Head, APolicyOfFewerVersionsHoldsFromTheNextWrite) {
  Head head = head_with(10);
  head.policy.versions_kept = 2;
  const auto change = append_version(head, 2000);
  EXPECT_EQ(change.dropped.size(), 9u);
  EXPECT_EQ(head.versions.size(), 2u);
}

TEST(Head, DestroyedIsForGood) {
  Head head = head_with(3);
  EXPECT_EQ(destroy_versions(head, std::vector<std::uint64_t>{1, 9}, 5000).error().code, ErrorCode::not_found);
  EXPECT_FALSE(head.find(1)->destroyed) << "all or nothing";
  EXPECT_EQ(*destroy_versions(head, {}, 5000), std::vector<std::uint64_t>{3});
  EXPECT_TRUE(destroy_versions(head, {}, 5000)->empty());
  EXPECT_EQ(readable_version(head, std::nullopt, 6000).error().code, ErrorCode::not_found);
  EXPECT_EQ(undelete_current(head, 6000).error().code, ErrorCode::not_found);
}

TEST(Head, DetailsHaveBounds) {
  Head head = head_with(1);
  head.labels.assign(33, "x");
  EXPECT_EQ(check_details(head).error().code, ErrorCode::too_large);
  head.labels = {"a\nb"};
  EXPECT_EQ(check_details(head).error().code, ErrorCode::invalid_argument);
  head.labels = {std::string(129, 'x')};
  EXPECT_EQ(check_details(head).error().code, ErrorCode::invalid_argument);
  head.labels.clear();
  for (int i = 0; i < 20; ++i) head.metadata["name " + std::to_string(i)] = std::string(512, 'v');
  EXPECT_EQ(check_details(head).error().code, ErrorCode::too_large);
}

}  // namespace
}  // namespace strongroom::secrets
