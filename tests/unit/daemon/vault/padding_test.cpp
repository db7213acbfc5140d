#include "daemon/vault/padding.h"

#include <gtest/gtest.h>

namespace strongroom::vault {
namespace {

TEST(Padding, UsesTheDocumentedSizes) {
  const std::pair<std::size_t, std::size_t> expected[] = {
      {0, 16},    {12, 16},     {13, 32},     {28, 32},       {29, 64},      {60, 64},   {61, 128},
      {124, 128}, {125, 256},   {252, 256},   {253, 288},     {284, 288},    {285, 320}, {508, 512},
      {509, 576}, {1020, 1024}, {1021, 1152}, {65532, 65536}, {65533, 73728}};
  for (const auto& [size, padded] : expected) EXPECT_EQ(padded_size(size), padded) << size;
}

TEST(Padding, GrowsWithTheSizeAndAddsAtMostOneEighth) {
  std::size_t before = 0;
  for (std::size_t size = 0; size < 300'000; ++size) {
    const std::size_t padded = padded_size(size);
    ASSERT_GE(padded, size + k_length_prefix);
    ASSERT_GE(padded, before);
    ASSERT_EQ(padded_size(padded - k_length_prefix), padded) << "a padded size is its own";
    if (size > 252) {
      ASSERT_LE((padded - size - k_length_prefix) * 8, size + k_length_prefix);
    }
    before = padded;
  }
}

TEST(Padding, RefusesALengthThatDoesNotBelongToItsSize) {
  Bytes padded(32);
  EXPECT_EQ(unpadded_size(padded), std::nullopt) << "0 bytes belong to 16";
  padded[0] = 13;
  EXPECT_EQ(unpadded_size(padded), 13u);
  padded[0] = 29;
  EXPECT_EQ(unpadded_size(padded), std::nullopt);
  padded[3] = 0xff;
  EXPECT_EQ(unpadded_size(padded), std::nullopt);
  EXPECT_EQ(unpadded_size(BytesView(padded).first(3)), std::nullopt);
}

}  // namespace
}  // namespace strongroom::vault
