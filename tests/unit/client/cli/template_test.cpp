#include "client/cli/template.h"

#include <gtest/gtest.h>

namespace strongroom::cli {
namespace {

TEST(Template, SplitsIntoTextAndReferences) {
  const auto pieces = parse_template("a {{ strongroom://x/y#f }}b\n{{strongroom://z?version=2}}");
  ASSERT_TRUE(pieces);
  ASSERT_EQ(pieces->size(), 4u);
  EXPECT_EQ((*pieces)[0].text, "a ");
  EXPECT_EQ((*pieces)[1].reference.path, "x/y");
  EXPECT_EQ((*pieces)[1].reference.field, "f");
  EXPECT_EQ((*pieces)[1].line, 1u);
  EXPECT_EQ((*pieces)[2].text, "b\n");
  EXPECT_EQ((*pieces)[3].reference.version, 2);
  EXPECT_EQ((*pieces)[3].line, 2u);
}

TEST(Template, OtherBracesAreText) {
  for (const char* text : {"", "{{", "{{ }}", "{{ name }}", "{ {strongroom://x}}", "{{ x strongroom://y }}", "}}{{{",
                           "strongroom://x", "{{\nstrongroom://x }}"}) {
    const auto pieces = parse_template(text);
    ASSERT_TRUE(pieces) << text;
    std::string whole;
    for (const auto& piece : *pieces) whole += piece.text;
    EXPECT_EQ(whole, text);
  }
  const auto three = parse_template("{{{strongroom://x}}}");
  ASSERT_TRUE(three);
  EXPECT_EQ(three->size(), 3u) << "a brace, the reference, a brace";
}

TEST(Template, MistakesNameTheirLine) {
  EXPECT_EQ(parse_template("\n\n{{ strongroom://x").error().subject, "line 3");
  EXPECT_EQ(parse_template("\n{{ strongroom://x\n}}").error().subject, "line 2");
  EXPECT_EQ(parse_template("{{ strongroom:// }}").error().subject, "line 1");
  EXPECT_EQ(parse_template("{{ strongroom://x?version=0 }}").error().subject, "line 1");
}

}  // namespace
}  // namespace strongroom::cli
