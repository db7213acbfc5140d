// What it writes is read by the age tool in tests/integration/command/export_test.cpp; here is what that cannot show.
#include <gtest/gtest.h>

#include <strongroom/age/encryptor.h>
#include <strongroom/base/random.h>

#include "sdk/src/age/content.h"

namespace strongroom::age {
namespace {

Recipient anybody() {
  return *Recipient::parse("age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p");
}

// RFC 5869, test cases 1 and 3; only the first 32 bytes are made.
TEST(Hkdf, IsThatOfTheStandard) {
  const Bytes key(22, 0x0b);
  Bytes salt, info;
  for (Byte i = 0; i <= 0x0c; ++i) salt.push_back(i);
  for (Byte i = 0xf0; i <= 0xf9; ++i) info.push_back(i);
  EXPECT_EQ(to_hex(hkdf(key, salt, as_text(info)).reveal(RevealReason::test)),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
  EXPECT_EQ(to_hex(hkdf(key, {}, "").reveal(RevealReason::test)),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
}

TEST(Encryptor, WantsOneRecipientAtLeastAndTwentyAtMost) {
  const auto take = [](BytesView) -> Status { return {}; };
  EXPECT_FALSE(Encryptor::begin({}, take));
  EXPECT_TRUE(Encryptor::begin(std::vector<Recipient>(20, anybody()), take));
  EXPECT_FALSE(Encryptor::begin(std::vector<Recipient>(21, anybody()), take));
}

TEST(Encryptor, HandsOnTheFailureOfWhoTakesTheBytes) {
  for (int fail_at = 1; fail_at <= 4; ++fail_at) {
    int calls = 0;
    const auto take = [&](BytesView) -> Status {
      if (++calls == fail_at) return make_error(ErrorCode::storage_full, "no space");
      return {};
    };
    const Recipient list[] = {anybody()};
    auto encryptor = Encryptor::begin(list, take);
    Status status;
    if (!encryptor)
      status = encryptor.error();
    else
      status = encryptor->write(Bytes(k_piece + 1));
    if (status) status = encryptor->end();
    ASSERT_FALSE(status) << fail_at;
    EXPECT_EQ(status.error().code, ErrorCode::storage_full);
    EXPECT_EQ(calls, fail_at);
  }
}

TEST(Encryptor, WritesNothingOfTheContentPlainly) {
  Bytes content(3 * k_piece / 2);
  fill_random(content);
  std::string file;
  const Recipient list[] = {anybody()};
  auto encryptor = Encryptor::begin(list, [&](BytesView bytes) -> Status {
    file += as_text(bytes);
    return {};
  });
  ASSERT_TRUE(encryptor);
  ASSERT_TRUE(encryptor->write(content));
  ASSERT_TRUE(encryptor->end());
  for (std::size_t at = 0; at + 16 < content.size(); at += 16)
    ASSERT_EQ(file.find(as_text(BytesView(content).subspan(at, 16))), std::string::npos);
}

}  // namespace
}  // namespace strongroom::age
