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
  EXPECT_EQ(change.dropped, 1u);
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

}  // namespace
}  // namespace strongroom::secrets
