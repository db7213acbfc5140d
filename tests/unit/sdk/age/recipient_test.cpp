#include <gtest/gtest.h>

#include <strongroom/age/recipient.h>

#include "sdk/src/age/bech32.h"

namespace strongroom::age {
namespace {

// From the documentation of age.
constexpr const char* k_text = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

std::string problem_of(const std::string& text) {
  const auto parsed = Recipient::parse(text);
  return parsed ? "" : parsed.error().message;
}

TEST(Recipient, IsWrittenAsItWasRead) {
  const auto parsed = Recipient::parse(k_text);
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->text(), k_text);
}

TEST(Recipient, SaysWhatIsWrongWithIt) {
  EXPECT_NE(problem_of("ssh-ed25519 AAAA").find("SSH"), std::string::npos);
  EXPECT_NE(problem_of("nobody").find("'1'"), std::string::npos);
  EXPECT_NE(problem_of(std::string(k_text) + "q").find("checksum"), std::string::npos);
  EXPECT_NE(problem_of(encode_bech32("age", Bytes(31, 1))).find("32 bytes"), std::string::npos);
  EXPECT_NE(problem_of(encode_bech32("age1tag", Bytes(32, 1))).find("kind"), std::string::npos);
  EXPECT_NE(problem_of(encode_bech32("age-secret-key-", Bytes(32, 1))).find("secret key"), std::string::npos);
}

TEST(Recipient, IsNoKeyToWhichNothingCanBeKeptSecret) {
  Bytes low(32, 0);
  EXPECT_NE(problem_of(encode_bech32("age", low)).find("nothing can be kept secret"), std::string::npos);
  low[0] = 1;
  EXPECT_NE(problem_of(encode_bech32("age", low)).find("nothing can be kept secret"), std::string::npos);
}

TEST(Recipient, DoesNotRepeatASecretKeyThatWasTakenForOne) {
  const std::string text = encode_bech32("age-secret-key-", Bytes(32, 7));
  EXPECT_EQ(problem_of(text).find(text.substr(16, 20)), std::string::npos);
}

}  // namespace
}  // namespace strongroom::age
