#include "daemon/backups/row_codec.h"

#include <gtest/gtest.h>

namespace strongroom::backups {
namespace {

struct Row {
  std::uint32_t collection;
  std::string key;
  std::uint64_t version;
  std::string value;

  bool operator==(const Row&) const = default;
};

Bytes stream_of(const std::vector<Row>& rows) {
  Bytes out;
  for (const Row& row : rows) append_row(out, row.collection, as_bytes(row.key), {row.version, as_bytes(row.value)});
  return out;
}

Status parse(BytesView stream, std::size_t at_once, std::vector<Row>& got) {
  RowParser parser([&](std::uint32_t collection, BytesView key, const store::RowView& row) -> Status {
    got.push_back({collection, std::string(as_text(key)), row.version, std::string(as_text(row.bytes))});
    return {};
  });
  while (!stream.empty()) {
    const std::size_t size = std::min(at_once, stream.size());
    STRONGROOM_CHECK(parser.feed(stream.first(size)));
    stream = stream.subspan(size);
  }
  if (!parser.is_complete()) return make_error(ErrorCode::corrupt, "cut");
  EXPECT_EQ(parser.rows(), got.size());
  return {};
}

TEST(RowCodec, RowsComeBackHoweverTheyAreCut) {
  const std::vector<Row> rows{{1, "k", 1, ""},
                              {2, std::string(store::k_max_key, 'K'), ~0ULL, "value"},
                              {3, "large", 7, std::string(5000, 'v')},
                              {4, "last", 9, "x"}};
  const Bytes stream = stream_of(rows);
  for (std::size_t at_once = 1; at_once <= stream.size(); at_once += at_once < 300 ? 1 : 331) {
    std::vector<Row> got;
    const Status done = parse(stream, at_once, got);
    ASSERT_TRUE(done) << at_once << ": " << done.error().message;
    ASSERT_EQ(got, rows) << at_once;
  }
}

TEST(RowCodec, AStreamThatEndsInsideARowIsNotComplete) {
  const Bytes stream = stream_of({{1, "key", 1, "value"}});
  for (std::size_t size = 1; size < stream.size(); ++size) {
    std::vector<Row> got;
    EXPECT_FALSE(parse(BytesView(stream).first(size), 100, got)) << size;
    EXPECT_TRUE(got.empty());
  }
}

// Refused when the length is there, and not when what it promises has come.
TEST(RowCodec, LengthsBeyondTheBoundsOfTheStoreAreRefused) {
  for (const std::uint32_t key_size : {0U, static_cast<std::uint32_t>(store::k_max_key) + 1, ~0U}) {
    Bytes stream;
    ByteWriter writer(stream);
    writer.u32(1);
    writer.u32(key_size);
    std::vector<Row> got;
    const Status done = parse(stream, 3, got);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().message, "a row of the backup is damaged");
  }
  Bytes stream;
  ByteWriter writer(stream);
  writer.u32(1);
  writer.bytes(as_bytes("k"));
  writer.u64(1);
  writer.u32(static_cast<std::uint32_t>(store::k_max_value) + 1);
  std::vector<Row> got;
  const Status done = parse(stream, 5, got);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().message, "a row of the backup is damaged");
}

TEST(RowCodec, WhatTheTakerSaysEndsIt) {
  RowParser parser([](std::uint32_t, BytesView, const store::RowView&) -> Status {
    return make_error(ErrorCode::storage_full, "no space");
  });
  const Status done = parser.feed(stream_of({{1, "k", 1, "v"}}));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::storage_full);
  EXPECT_EQ(parser.rows(), 0U);
}

}  // namespace
}  // namespace strongroom::backups
