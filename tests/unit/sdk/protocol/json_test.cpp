#include <gtest/gtest.h>

#include <string>

#include <strongroom/protocol/json.h>

namespace strongroom::protocol {
namespace {

std::string written(const JsonValue& value) {
  WipedString out(wiped_heap());
  JsonWriter(out).value(value);
  return std::string(out);
}

// What a text becomes after one reading and writing, or the error's message.
std::string again(std::string_view text) {
  JsonDocument document;
  const auto status = document.parse(text);
  return status ? written(document.root()) : "error: " + status.error().message;
}

// One character of each kind at every place around the blocks in which texts are looked at.
TEST(Json, EscapesAreFoundAndCountedAtEveryPlace) {
  for (const std::string_view odd : {"\"", "\\", "\n", "\x01", "\x1f", "\x7f", "\xc3\xa9", " ", "~"})
    for (std::size_t size : {0u, 1u, 7u, 8u, 31u, 32u, 33u, 63u, 70u})
      for (std::size_t at = 0; at <= size; ++at) {
        const std::string text = std::string(at, 'a').append(odd).append(size - at, 'b');
        WipedString out(wiped_heap());
        JsonWriter(out).string(text);
        ASSERT_EQ(out.size(), escaped_size(text) + 2) << size << " " << at;
        JsonDocument document;
        ASSERT_TRUE(document.parse(std::string_view(out)).has_value());
        ASSERT_EQ(document.root().string(), text);
        ASSERT_TRUE(is_utf8(text));
        ASSERT_FALSE(is_utf8(text + "\xff"));
      }
}

TEST(Json, ReadsEveryKindOfValue) {
  EXPECT_EQ(again(" { \"a\" : [ 1 , -2.5 , true , false , null , \"x\" ] } "), R"({"a":[1,-2.5,true,false,null,"x"]})");
  EXPECT_EQ(again("{}"), "{}");
  EXPECT_EQ(again("[]"), "[]");
  EXPECT_EQ(again("9223372036854775807"), "9223372036854775807");
  EXPECT_EQ(again("-9223372036854775808"), "-9223372036854775808");
  EXPECT_EQ(again("1e3"), "1000.0");
  EXPECT_EQ(again("0.1"), "0.1");
}

TEST(Json, UnescapesAndEscapes) {
  EXPECT_EQ(again(R"("\u00fc\ud83d\ude00\n\"\\\/")"), "\"\u00fc\U0001f600\\n\\\"\\\\/\"");
  EXPECT_EQ(again(R"("\u0000\u001f\u007f")"), R"("\u0000\u001f\u007f")");
}

TEST(Json, LongStringsWithEscapesComeWhole) {
  std::string text = "\"";
  std::string expected = "\"";
  for (int i = 0; i < 5000; ++i) {
    text += "\\u00e4b";
    expected += "\u00e4b";
  }
  EXPECT_EQ(again(text + "\""), expected + "\"");
}

TEST(Json, RefusesIntegersThatDoNotFit) {
  for (const char* text :
       {"9223372036854775808", "-9223372036854775809", "18446744073709551616", "[123456789012345678901234567890]"})
    EXPECT_EQ(again(text), "error: an integer does not fit 64 bits with a sign") << text;
}

TEST(Json, RefusesNumbersThatAreNone) {
  for (const char* text : {"1e400", "-1e400", "2E+30025", "[0,1.5e309]"})
    EXPECT_EQ(again(text), "error: a number is too large") << text;
  EXPECT_EQ(again("1e-400"), "0.0");
}

TEST(Json, RefusesDuplicateKeysAlsoWhenEscapedOrMany) {
  EXPECT_EQ(again(R"({"a":1,"\u0061":2})"), "error: an object has the same key twice");
  std::string many = "{";
  for (int i = 0; i < 100; ++i) many += "\"k" + std::to_string(i) + "\":1,";
  EXPECT_EQ(again(many + "\"k7\":1}"), "error: an object has the same key twice");
  EXPECT_EQ(again(many + "\"k100\":1}").substr(0, 6), "{\"k0\":");
}

TEST(Json, RefusesDepthOver32) {
  EXPECT_EQ(again(std::string(32, '[') + std::string(32, ']')).size(), 64u);
  EXPECT_EQ(again(std::string(33, '[') + std::string(33, ']')), "error: the message is nested too deeply");
}

TEST(Json, RefusesInvalidUtf8InNamesAndValues) {
  for (const char* text : {"\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\xf5\x80\x80\x80\"", "{\"\xe2\x82\":1}"})
    EXPECT_EQ(again(text), "error: the message is not valid UTF-8") << text;
}

TEST(Json, RefusesWhatFollowsAndWhatIsMissing) {
  for (const char* text :
       {"", " ", "{} {}", "{}x", "[1,]", "{\"a\"}", "\"a", "nul", "01", "+1", "// c\n1", "NaN", "{\"a\":1,}", "'a'"})
    EXPECT_EQ(again(text), "error: the message is not valid JSON") << text;
}

TEST(Json, EveryTruncationIsRefused) {
  const std::string text = R"({"a":[1,2.5,"x\u00fcy",{"b":null}],"c":true})";
  ASSERT_EQ(again(text).front(), '{');
  for (std::size_t size = 0; size < text.size(); ++size)
    EXPECT_EQ(again(text.substr(0, size)).substr(0, 6), "error:") << size;
}

TEST(Json, GivesBackAllMemory) {
  WipedMemory memory;
  {
    JsonDocument document(&memory);
    ASSERT_TRUE(document.parse(R"({"a":"b","c":[1,2,3]})"));
    EXPECT_GT(memory.bytes_in_use(), 0u);
  }
  EXPECT_EQ(memory.bytes_in_use(), 0u);
}

TEST(Utf8, KnowsTheBorders) {
  for (const char* good : {"", "a", "\u00fc", "\u20ac", "\U0010ffff", "\xed\x9f\xbf", "\xee\x80\x80"})
    EXPECT_TRUE(is_utf8(good)) << good;
  for (const char* bad : {"\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80",
                          "\xe2\x82", "a\xff"})
    EXPECT_FALSE(is_utf8(bad));
}

}  // namespace
}  // namespace strongroom::protocol
