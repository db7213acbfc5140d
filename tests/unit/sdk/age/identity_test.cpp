#include <gtest/gtest.h>

#include <strongroom/age/identity.h>

#include "sdk/src/age/bech32.h"

namespace strongroom::age {
namespace {

// Thirty-two bytes 0x42; `age-keygen -y` names this recipient.
constexpr const char* k_text = "AGE-SECRET-KEY-1GFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPYYSJZGFPQ4EGAEX";
constexpr const char* k_recipient = "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj";

std::string problem_of(const std::string& text) {
  const auto parsed = Identity::parse(text);
  return parsed ? "" : parsed.error().message;
}

std::string capital(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

TEST(Identity, IsWrittenAsItWasRead) {
  const auto parsed = Identity::parse(k_text);
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ(parsed->text().reveal_text(RevealReason::test), k_text);
  EXPECT_EQ(parsed->recipient().text(), k_recipient);
}

TEST(Identity, IsANewOneEachTime) {
  const Identity one = Identity::generate();
  const Identity other = Identity::generate();
  EXPECT_FALSE(one.text() == other.text());
  const auto again = Identity::parse(one.text().reveal_text(RevealReason::test));
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->recipient().text(), one.recipient().text());
}

TEST(Identity, SaysWhatIsWrongWithIt) {
  EXPECT_NE(problem_of(k_recipient).find("recipient"), std::string::npos);
  EXPECT_NE(problem_of("AGE-PLUGIN-YUBIKEY-1QQQ").find("plugins"), std::string::npos);
  EXPECT_NE(problem_of("AGE-SECRET-KEY-PQ-1HZLG").find("post-quantum"), std::string::npos);
  EXPECT_NE(problem_of("nobody").find("begin"), std::string::npos);
  EXPECT_NE(problem_of(std::string(k_text) + "Q").find("checksum"), std::string::npos);
  EXPECT_NE(problem_of(capital(encode_bech32("age-secret-key-", Bytes(31, 1)))).find("32 bytes"), std::string::npos);
  EXPECT_NE(problem_of(capital(encode_bech32("age-secret-key-1x", Bytes(32, 1)))).find("kind"), std::string::npos);
  EXPECT_NE(problem_of(encode_bech32("age-secret-key-", Bytes(32, 1))), "") << "small letters";
  EXPECT_NE(problem_of(std::string(k_text) + "\n"), "");
}

TEST(Identity, RepeatsNothingOfWhatItRefuses) {
  std::string text = k_text;
  for (std::size_t i = 16; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'Q' ? 'P' : 'Q';
    const std::string said = problem_of(changed);
    ASSERT_NE(said, "") << i;
    EXPECT_EQ(said.find("GFPYY"), std::string::npos);
  }
}

TEST(Identities, AreReadAsTheToolWritesThem) {
  const auto read = parse_identities("# created: 2026-11-28\n# public key: age1...\n" + std::string(k_text) + "\n\n  " +
                                     k_text + " \r\n");
  ASSERT_TRUE(read) << read.error().message;
  ASSERT_EQ(read->size(), 2U);
  EXPECT_EQ(read->at(1).recipient().text(), k_recipient);
}

TEST(Identities, AreRefusedWithTheNumberOfTheLine) {
  const auto wrong = parse_identities("# comment\n" + std::string(k_text) + "\n" + k_recipient);
  ASSERT_FALSE(wrong);
  EXPECT_TRUE(wrong.error().message.starts_with("line 3 ")) << wrong.error().message;
  EXPECT_EQ(wrong.error().message.find(k_text), std::string::npos);
  for (const char* empty : {"", "\n\n", "# only a comment"}) EXPECT_FALSE(parse_identities(empty));
  std::string many;
  for (std::size_t i = 0; i < k_most_identities; ++i) many += std::string(k_text) + "\n";
  EXPECT_TRUE(parse_identities(many));
  EXPECT_FALSE(parse_identities(many + k_text));
}

}  // namespace
}  // namespace strongroom::age
