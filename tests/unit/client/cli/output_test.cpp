#include "client/cli/output.h"

#include <gtest/gtest.h>

#include <strongroom/protocol/methods/vault.h>

#include "client/cli/terminal.h"

namespace strongroom::cli {
namespace {

using namespace std::string_view_literals;

TEST(Output, ControlCharactersAreNeutralised) {
  EXPECT_EQ(neutralised("a\x1b[31mb\r\n\tc\x7f"), "a\\x1b[31mb\\x0d\\x0a\\x09c\\x7f");
  EXPECT_EQ(neutralised("Gr\u00fc\u00dfe"), "Gr\u00fc\u00dfe");
  EXPECT_EQ(neutralised("\u009b31m"), "\\x9b31m");
  EXPECT_EQ(neutralised("\xff\xc3"), "\\xff\\xc3");
  EXPECT_EQ(neutralised("a\0b"sv), "a\\x00b");
}

TEST(Output, TablesAlignByCharacters) {
  EXPECT_EQ(as_table({{"name", "n"}, {"\u00fc\u00fc", "1"}, {"abcdef", "22"}}),
            "name    n\n\u00fc\u00fc      1\nabcdef  22\n");
}

protocol::JsonValue parse(protocol::JsonDocument& document, std::string_view text) {
  EXPECT_TRUE(document.parse(text));
  return document.root();
}

TEST(Output, AListIsAnArrayInJson) {
  protocol::JsonDocument document;
  const auto& slots = protocol::describe<protocol::vault::ListSlotsResponse>();
  EXPECT_EQ(as_json(slots, parse(document, R"({"slots":[]})")), "[]\n");
  const auto& empty = protocol::describe<protocol::service::Empty>();
  EXPECT_EQ(as_json(empty, parse(document, "{}")), "{}\n");
}

TEST(Output, FieldsAreAlignedForAPerson) {
  protocol::JsonDocument document;
  const auto& type = protocol::describe<protocol::vault::AddSlotResponse>();
  EXPECT_EQ(as_text(type, parse(document, R"({"id":"x\u001b"})")), "id             x\\x1b\n");
}

}  // namespace
}  // namespace strongroom::cli
