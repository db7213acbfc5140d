#include <strongroom/evidence/note.h>

#include <gtest/gtest.h>

#include "tests/unit/sdk/evidence/sample_note.h"

namespace strongroom::evidence {
namespace {

// The example of Go's package sumdb/note.
constexpr std::string_view k_vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";

ErrorCode code_of(std::string_view vkey) {
  const auto key = VerifierKey::parse(vkey);
  EXPECT_FALSE(key) << vkey;
  return key ? ErrorCode::internal : key.error().code;
}

TEST(VerifierKey, IsReadAndWritten) {
  const VerifierKey key = VerifierKey::parse(k_vkey).value();
  EXPECT_EQ(key.name, "PeterNeumann");
  EXPECT_EQ(key.id, 0xc74f20a3u);
  EXPECT_EQ(key.type, k_note_key);
  EXPECT_EQ(key.text(), k_vkey);
  EXPECT_EQ(make_verifier_key("PeterNeumann", k_note_key, key.key), key);
}

TEST(VerifierKey, HasAnIdOfItsNameTypeAndKey) {
  const VerifierKey key = VerifierKey::parse(k_vkey).value();
  EXPECT_NE(make_verifier_key("PeterNeumann", k_cosignature_key, key.key).id, key.id);
  EXPECT_NE(make_verifier_key("Peter", k_note_key, key.key).id, key.id);
  for (Byte seed = 0; seed < 40; ++seed) {
    const SampleKey other("example.com/log", k_cosignature_key, seed);
    EXPECT_EQ(VerifierKey::parse(other.verifier.text()).value(), other.verifier);
  }
}

TEST(VerifierKey, IsRefusedWithAnotherId) {
  EXPECT_EQ(code_of("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"), ErrorCode::invalid_argument);
  EXPECT_EQ(code_of("Peterneumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"), ErrorCode::invalid_argument);
  // One form for one key.
  EXPECT_EQ(code_of("PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"), ErrorCode::invalid_argument);
}

TEST(VerifierKey, IsRefusedWhenItIsNone) {
  for (const std::string_view text :
       {"", "+", "++", "PeterNeumann", "PeterNeumann+c74f20a3", "PeterNeumann+c74f20a3+",
        "+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
        "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T", "PeterNeumann+c74f20a3+AQ=="})
    EXPECT_EQ(code_of(text), ErrorCode::invalid_argument) << text;
}

TEST(VerifierKey, IsRefusedWhenItsTypeIsUnknown) {
  EXPECT_EQ(code_of("PeterNeumann+c74f20a3+AhpcWQ=="), ErrorCode::unsupported);
}

TEST(KeyName, HasNoSpaceOfAnyKindNoPlusAndNoControlCharacter) {
  for (const std::string_view good : {"a", "example.com/log",
                                      "w\xc3\xa4"
                                      "chter",
                                      "\xf0\x9f\x94\x92", "-", "\x7f"})
    EXPECT_TRUE(is_key_name(good)) << good;
  for (const std::string_view bad :
       {"", " ", "a b", "a+b", "a\nb", "a\tb", "a\x01", "a\xc2\x85", "a\xc2\xa0", "\xe1\x9a\x80", "\xe2\x80\x80",
        "\xe2\x80\x8a", "\xe2\x80\xa8", "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80"})
    EXPECT_FALSE(is_key_name(bad)) << bad;
}

TEST(KeyName, IsUtf8) {
  for (const std::string_view bad : {"\x80", "\xff", "\xc3", "\xc0\x80", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xe2\x82",
                                     "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "a\xc3\x28"})
    EXPECT_FALSE(is_key_name(bad)) << to_hex(as_bytes(bad));
}

}  // namespace
}  // namespace strongroom::evidence
