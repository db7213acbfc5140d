#include <strongroom/base/bytes.h>

#include <gtest/gtest.h>

#include <limits>

#include <strongroom/base/wiped_memory.h>

namespace strongroom {
namespace {

Bytes sample() {
  Bytes out;
  ByteWriter w(out);
  w.u8(0xfe);
  w.u16(0x1234);
  w.u32(0x89abcdef);
  w.u64(0x0123456789abcdef);
  w.i64(-2);
  w.bytes(as_bytes("abc"));
  w.text("");
  w.raw(as_bytes("end"));
  return out;
}

TEST(Bytes, AreWrittenLittleEndianWithLengths) {
  EXPECT_EQ(to_hex(sample()), "fe3412efcdab89efcdab8967452301feffffffffffffff0300000061626300000000656e64");
}

TEST(Bytes, AreReadBack) {
  const Bytes bytes = sample();
  ByteReader r(bytes);
  EXPECT_EQ(r.u8(), 0xfe);
  EXPECT_EQ(r.u16(), 0x1234);
  EXPECT_EQ(r.u32(), 0x89abcdefu);
  EXPECT_EQ(r.u64(), 0x0123456789abcdefu);
  EXPECT_EQ(r.i64(), -2);
  EXPECT_EQ(r.text(3), "abc");
  EXPECT_EQ(r.text(0), "");
  EXPECT_FALSE(r.finished());
  EXPECT_EQ(r.left(), 3u);
  EXPECT_EQ(as_text(r.raw(3)), "end");
  EXPECT_TRUE(r.finished());
}

TEST(Bytes, AReaderNeverReadsBehindTheEnd) {
  const Bytes bytes = sample();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    ByteReader r(BytesView(bytes).first(size));
    (void)r.u8();
    (void)r.u16();
    (void)r.u32();
    (void)r.u64();
    (void)r.i64();
    (void)r.bytes(16);
    (void)r.bytes(16);
    (void)r.raw(3);
    EXPECT_FALSE(r.ok()) << size;
  }
}

TEST(Bytes, AfterTheFirstFailureNothingIsRead) {
  const Bytes bytes = {1, 2, 3, 4, 5, 6, 7, 8};
  ByteReader r(bytes);
  EXPECT_TRUE(r.raw(9).empty());
  EXPECT_FALSE(r.ok());
  EXPECT_EQ(r.u8(), 0);
  EXPECT_EQ(r.u32(), 0u);
  EXPECT_TRUE(r.raw(1).empty());
  EXPECT_FALSE(r.finished());
}

TEST(Bytes, ALengthAboveItsBoundOrTheRestIsRefused) {
  Bytes bytes;
  ByteWriter(bytes).text("abcd");
  EXPECT_EQ(ByteReader(bytes).text(4), "abcd");
  ByteReader bounded(bytes);
  EXPECT_EQ(bounded.text(3), "");
  EXPECT_FALSE(bounded.ok());
  Bytes lying;
  ByteWriter(lying).u32(std::numeric_limits<std::uint32_t>::max());
  ByteReader r(lying);
  EXPECT_TRUE(r.bytes(std::numeric_limits<std::size_t>::max()).empty());
  EXPECT_FALSE(r.ok());
}

TEST(Bytes, GoIntoWipedContainersToo) {
  WipedBytes out(wiped_heap());
  ByteWriter w(out);
  w.u16(0x0102);
  EXPECT_EQ(to_hex(out), "0201");
}

}  // namespace
}  // namespace strongroom
