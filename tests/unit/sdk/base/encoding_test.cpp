// Hex and base64: the vectors of RFC 4648 section 10 and properties over random input of a fixed seed.
#include <gtest/gtest.h>

#include <random>

#include <strongroom/base/bytes.h>

namespace strongroom {
namespace {

std::string encoded(BytesView bytes) {
  std::string text(base64_size(bytes.size()), '?');
  base64_encode(bytes, text.data());
  return text;
}

Result<Bytes> decoded(std::string_view text) {
  Bytes out(3 * (text.size() / 4));
  auto size = base64_decode(text, out.data());
  if (!size) return std::move(size).error();
  out.resize(*size);
  return out;
}

template <class Check>
void for_random_bytes(const Check& check) {
  std::mt19937 random(4711);
  for (std::size_t size = 0; size < 200; ++size) {
    Bytes bytes(size);
    for (Byte& b : bytes) b = static_cast<Byte>(random());
    check(bytes);
  }
}

TEST(Base64, GivesTheVectorsOfTheStandard) {
  const std::pair<std::string_view, std::string_view> vectors[] = {{"", ""},
                                                                   {"f", "Zg=="},
                                                                   {"fo", "Zm8="},
                                                                   {"foo", "Zm9v"},
                                                                   {"foob", "Zm9vYg=="},
                                                                   {"fooba", "Zm9vYmE="},
                                                                   {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, text] : vectors) {
    EXPECT_EQ(encoded(as_bytes(plain)), text);
    const auto back = decoded(text);
    ASSERT_TRUE(back);
    EXPECT_EQ(as_text(*back), plain);
  }
}

TEST(Base64, RandomBytesComeBack) {
  for_random_bytes([](const Bytes& bytes) {
    const auto back = decoded(encoded(bytes));
    ASSERT_TRUE(back);
    EXPECT_EQ(*back, bytes);
  });
}

// Whatever decodes is the encoding of what it decodes to: no two texts for one value.
TEST(Base64, OnlyCanonicalTextDecodes) {
  std::mt19937 random(42);
  constexpr std::string_view k_characters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/==== \n-_";
  int accepted = 0;
  for (int i = 0; i < 200'000; ++i) {
    std::string text(random() % 2 ? 4 : 8, ' ');
    for (char& c : text) c = k_characters[random() % k_characters.size()];
    const auto bytes = decoded(text);
    if (!bytes) continue;
    ++accepted;
    ASSERT_EQ(encoded(*bytes), text);
  }
  EXPECT_GT(accepted, 1000);
}

TEST(Base64, RefusesWhatIsNoBase64) {
  for (const std::string_view bad :
       {"Z", "Zg", "Zg=", "Zg===", "====", "Z===", "Zh==", "Zm9=", "Zg==Zg==", "Zm=v", "Zm9v\n", "Zm9 ", "-_-_"})
    EXPECT_FALSE(decoded(bad)) << bad;
}

TEST(Hex, RandomBytesComeBackFromEitherCase) {
  for_random_bytes([](const Bytes& bytes) {
    std::string text = to_hex(bytes);
    EXPECT_EQ(text.size(), 2 * bytes.size());
    EXPECT_EQ(*from_hex(text), bytes);
    for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    EXPECT_EQ(*from_hex(text), bytes);
  });
}

TEST(Hex, RefusesWhatIsNoHex) {
  for (const std::string_view bad : {"0", "0g", "g0", " 0", "0x", "00 "}) {
    const auto result = from_hex(bad);
    ASSERT_FALSE(result) << bad;
    EXPECT_EQ(result.error().code, ErrorCode::invalid_argument);
  }
}

}  // namespace
}  // namespace strongroom
