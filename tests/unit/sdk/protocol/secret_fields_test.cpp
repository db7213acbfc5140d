#include <gtest/gtest.h>

#include <strongroom/protocol/secret_fields.h>

namespace strongroom::protocol {
namespace {

SecretMap fields(std::initializer_list<std::pair<const char*, std::string_view>> list) {
  SecretMap made;
  for (const auto& [name, value] : list) made.push_back({name, Secret(as_bytes(value))});
  return made;
}

std::string text(const Secret& value) {
  return std::string(value.reveal_text(RevealReason::test));
}

TEST(SecretFields, TextTravelsAsItIsAndBytesAsBase64) {
  using namespace std::string_view_literals;
  SecretMap map =
      fields({{"text", "Gr\u00fc\u00dfe\n"}, {"bytes", "\xff\x00\x01"sv}, {"nul", "a\0b"sv}, {"empty", ""}});
  const auto names = pack_values(map);
  ASSERT_TRUE(names);
  EXPECT_EQ(*names, (std::vector<std::string>{"bytes", "nul"}));
  EXPECT_EQ(text(map[0].value), "Gr\u00fc\u00dfe\n");
  EXPECT_EQ(text(map[1].value), "/wAB");
  ASSERT_TRUE(unpack_values(map, names));
  EXPECT_EQ(text(map[1].value), "\xff\x00\x01"sv);
  EXPECT_EQ(text(map[2].value), "a\0b"sv);
}

TEST(SecretFields, RefusesNamesThatAreNotThereAndTextThatIsNoBase64) {
  SecretMap map = fields({{"a", "=="}});
  EXPECT_EQ(unpack_values(map, {{"b"}}).error().subject, "base64");
  EXPECT_EQ(unpack_values(map, {{"a"}}).error().subject, "fields.a");
  SecretMap twice = fields({{"a", "YWJj"}});
  EXPECT_EQ(unpack_values(twice, {{"a", "a"}}).error().subject, "base64");
}

}  // namespace
}  // namespace strongroom::protocol
