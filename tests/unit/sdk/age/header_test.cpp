// The bounds of a header; its grammar is tried by the vectors.
#include "sdk/src/age/header.h"

#include <gtest/gtest.h>

#include <strongroom/age/decryptor.h>

namespace strongroom::age {
namespace {

constexpr std::string_view k_version = "age-encryption.org/v1\n";
const std::string k_mac_line = "--- " + base64(Bytes(k_mac, 0)) + "\n";

// What became of it: the name of an error, or "read".
std::string outcome(const std::string& text, std::size_t step = 1000) {
  HeaderReader reader;
  for (std::size_t at = 0; at < text.size() && !reader.is_complete();) {
    const auto taken = reader.feed(as_bytes(std::string_view(text).substr(at, step)));
    if (!taken) return std::string(error_info(taken.error().code).name);
    at += *taken;
  }
  return reader.is_complete() ? "read" : "unfinished";
}

std::string with(const std::string& stanzas) {
  return std::string(k_version) + stanzas + k_mac_line;
}

TEST(HeaderReader, TakesNoMoreThanTheHeader) {
  const std::string text = with("-> a b c\n\n");
  HeaderReader reader;
  const auto taken = reader.feed(as_bytes(text + "content"));
  ASSERT_TRUE(taken);
  EXPECT_EQ(*taken, text.size());
  ASSERT_TRUE(reader.is_complete());
  EXPECT_EQ(reader.header().text + k_mac_line.substr(3), text);
  EXPECT_EQ(reader.header().stanzas.at(0).kind, "a");
  EXPECT_EQ(reader.header().stanzas.at(0).arguments, (std::vector<std::string>{"b", "c"}));
}

TEST(HeaderReader, HoldsNoMoreThanItsBounds) {
  EXPECT_EQ(outcome(with("-> " + std::string(k_longest_header_line - 3, 'x') + "\n\n")), "read");
  EXPECT_EQ(outcome(with("-> " + std::string(k_longest_header_line - 2, 'x') + "\n\n")), "too_large");
  std::string most;
  for (std::size_t i = 0; i < k_most_stanzas; ++i) most += "-> x\n\n";
  EXPECT_EQ(outcome(with(most)), "read");
  EXPECT_EQ(outcome(with(most + "-> x\n\n")), "too_large");
  std::string arguments;
  for (int i = 0; i < 64; ++i) arguments += " x";
  EXPECT_EQ(outcome(with("-> x" + arguments + "\n\n")), "read");
  EXPECT_EQ(outcome(with("-> x x" + arguments + "\n\n")), "too_large");
  std::string body;
  while (body.size() < k_most_header) body += std::string(64, 'A') + "\n";
  for (const std::size_t step : {std::size_t{1}, std::size_t{100'000}})
    EXPECT_EQ(outcome(with("-> x\n" + body + "\n"), step), "too_large");
}

TEST(HeaderReader, NeverEndsWithoutALineEndAndHoldsNothingOfWhatIsNoAgeFile) {
  EXPECT_EQ(outcome(std::string(1000, 'x')), "corrupt");
  EXPECT_EQ(outcome("\x7f"
                    "ELF\n"),
            "corrupt");
  EXPECT_EQ(outcome("\n"), "corrupt");
  EXPECT_EQ(outcome("age-encryption.org/v2\n"), "unsupported");
  EXPECT_EQ(outcome("age-encryption.org/v1 \n"), "corrupt");
  EXPECT_EQ(outcome("age-encryption.org/v1\r\n"), "corrupt");
  EXPECT_EQ(outcome("age-encryption.org/\n"), "corrupt");
  EXPECT_EQ(outcome(with("-> a\x7f\n\n")), "corrupt");
  EXPECT_EQ(outcome(with("")), "corrupt");
}

}  // namespace
}  // namespace strongroom::age
