#include "daemon/store/sum256.h"

#include <gtest/gtest.h>

#include <random>

namespace strongroom::store {
namespace {

Digest256 filled(Byte byte) {
  Digest256 out;
  out.fill(byte);
  return out;
}

Digest256 number(std::uint8_t low) {
  Digest256 out{};
  out[0] = low;
  return out;
}

TEST(Sum256, KeepsBytes) {
  Digest256 bytes;
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<Byte>(i * 7);
  EXPECT_EQ(Sum256(bytes).bytes(), bytes);
}

TEST(Sum256, CarriesOverAllWords) {
  Sum256 sum(filled(0xff));
  sum += Sum256(number(1));
  EXPECT_EQ(sum, Sum256());
  sum -= Sum256(number(1));
  EXPECT_EQ(sum.bytes(), filled(0xff));
  Sum256 twice(filled(0xff));
  twice += Sum256(filled(0xff));
  Digest256 expected = filled(0xff);
  expected[0] = 0xfe;
  EXPECT_EQ(twice.bytes(), expected);
}

// Against addition byte by byte.
TEST(Sum256, AgreesWithLongAddition) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    Digest256 a, b, expected;
    for (auto* bytes : {&a, &b})
      for (auto& byte : *bytes) byte = static_cast<Byte>(random() % 4 == 0 ? 0xff : random());
    unsigned carry = 0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
      carry += unsigned{a[i]} + b[i];
      expected[i] = static_cast<Byte>(carry);
      carry >>= 8;
    }
    Sum256 sum(a);
    sum += Sum256(b);
    ASSERT_EQ(sum.bytes(), expected);
    sum -= Sum256(b);
    ASSERT_EQ(sum.bytes(), a);
  }
}

}  // namespace
}  // namespace strongroom::store
