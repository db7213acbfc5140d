// What it writes is read by the age tool in tests/integration/command/export_test.cpp; here is what that cannot show.
#include <gtest/gtest.h>

#include <strongroom/age/encryptor.h>
#include <strongroom/base/random.h>

#include "sdk/src/age/content.h"
#include "tests/support/age_files.h"

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

// The file as it lies there in the end, and as it was before its beginning came.
struct Written {
  std::string before;
  std::string file;
};

Written write_beginning_last(const Recipient& recipient, std::string_view content, std::size_t left) {
  Written out;
  auto encryptor = Encryptor::begin({&recipient, 1}, tests::append_to(out.file)).value();
  encryptor.leave_beginning(left).value();
  for (std::size_t at = left; at < content.size(); at += 10'000)
    encryptor.write(as_bytes(content.substr(at, 10'000))).value();
  out.before = out.file;
  encryptor
      .end(as_bytes(content.substr(0, left)),
           [&](std::uint64_t offset, BytesView bytes) -> Status {
             out.file.replace(static_cast<std::size_t>(offset), bytes.size(), as_text(bytes));
             return {};
           })
      .value();
  return out;
}

TEST(Encryptor, WhatComesLastStandsAtTheBeginning) {
  const Identity identity = Identity::generate();
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{700}, k_piece - 1, k_piece, k_piece + 1, 2 * k_piece, 3 * k_piece + 5}) {
    Bytes random(size);
    fill_random(random);
    const std::string content(as_text(random));
    for (const std::size_t left : {std::size_t{0}, std::size_t{1}, std::size_t{600}, k_piece - 1, k_piece}) {
      if (left > size) continue;
      SCOPED_TRACE(std::to_string(left) + " of " + std::to_string(size));
      const Written written = write_beginning_last(identity.recipient(), content, left);
      const auto opened = tests::open_age(written.file, tests::with_identity(identity));
      ASSERT_TRUE(opened.status) << opened.status.error().message;
      ASSERT_TRUE(opened.content == content);
      EXPECT_EQ(written.file.size(), tests::sealed_for(identity.recipient(), content).size());
      // A nonce is used once: where the first piece belongs, nothing sealed stands before.
      if (size <= k_piece || left == 0) continue;
      EXPECT_NE(written.before.find(std::string(k_sealed_piece, '\0')), std::string::npos);
    }
  }
}

TEST(Encryptor, ABeginningIsAsLongAsWhatWasLeftAndNoLongerThanAPiece) {
  const Recipient list[] = {anybody()};
  std::string file;
  auto encryptor = Encryptor::begin(list, tests::append_to(file)).value();
  EXPECT_EQ(encryptor.leave_beginning(k_most_left + 1).error().code, ErrorCode::too_large);
  ASSERT_TRUE(encryptor.leave_beginning(10));
  const auto never = [](std::uint64_t, BytesView) -> Status { return make_error(ErrorCode::internal, "called"); };
  EXPECT_EQ(encryptor.end().error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(encryptor.end(Bytes(9), never).error().code, ErrorCode::invalid_argument);
  EXPECT_TRUE(encryptor.end(Bytes(10), never));
}

}  // namespace
}  // namespace strongroom::age
