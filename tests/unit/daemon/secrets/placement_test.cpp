// Where values are to lie: the text of the rules, and what they say of a path.
#include "daemon/secrets/placement.h"

#include <gtest/gtest.h>

namespace strongroom::secrets {
namespace {

Placements parsed(std::string_view text) {
  auto rules = Placements::parse(text);
  EXPECT_TRUE(rules) << text << ": " << (rules ? "" : rules.error().message);
  return rules ? *rules : Placements();
}

std::string refusal(std::string_view text) {
  const auto rules = Placements::parse(text);
  return rules ? "taken" : rules.error().message;
}

TEST(Placement, WithoutARuleEverythingLiesInTheStore) {
  const Placements rules;
  EXPECT_TRUE(rules.are_plain());
  EXPECT_EQ(rules.of("a/b").tier, Tier::store);
  EXPECT_EQ(parsed(""), rules);
  EXPECT_EQ(parsed("  "), rules);
  EXPECT_EQ(parsed("/=store"), rules);
}

TEST(Placement, TheLongestFolderThatHoldsThePathDecides) {
  const auto rules = parsed("desk=keychain, desk/tmp=session , /=keychain:refuse,desk/tmp/kept=store");
  EXPECT_EQ(rules.of("desk/a"), (Placement{"desk", Tier::keychain, Fallback::store}));
  EXPECT_EQ(rules.of("desk"), (Placement{"desk", Tier::keychain, Fallback::store}));
  EXPECT_EQ(rules.of("desk/tmp/a/b").tier, Tier::session);
  EXPECT_EQ(rules.of("desk/tmp/kept/b").tier, Tier::store);
  EXPECT_EQ(rules.of("other").fallback, Fallback::refuse);
  EXPECT_TRUE(rules.uses(Tier::session));
  EXPECT_FALSE(rules.uses(Tier::plain_text));
}

TEST(Placement, AFolderIsWholeSegments) {
  const auto rules = parsed("desk=session");
  EXPECT_EQ(rules.of("desktop/a").tier, Tier::store);
  EXPECT_EQ(rules.of("a/desk/b").tier, Tier::store);
}

TEST(Placement, ReadsEveryTierAndFallback) {
  EXPECT_EQ(parsed("a=plain-dev").of("a/b").tier, Tier::plain_text);
  EXPECT_EQ(parsed("a=keychain:session").of("a/b").fallback, Fallback::session);
  EXPECT_EQ(parsed("a=keychain:store").of("a/b").fallback, Fallback::store);
  EXPECT_EQ(parsed("a=b=session").of("a=b/c").tier, Tier::session);
  EXPECT_EQ(parsed("a/=session").of("a/b").tier, Tier::session);
}

TEST(Placement, RefusesWhatItDoesNotUnderstandWithASentence) {
  EXPECT_EQ(refusal("a"), "must be FOLDER=TIER[:FALLBACK], several split by commas");
  EXPECT_EQ(refusal("a=vault"), "a tier must be store, keychain, session or plain-dev");
  EXPECT_EQ(refusal("a=keychain:never"), "a fallback must be store, session or refuse");
  EXPECT_EQ(refusal("a=session:store"), "only the keychain has a fallback");
  EXPECT_EQ(refusal("a=session,a=store"), "the folder 'a' is placed twice");
  EXPECT_NE(refusal("a//b=session").find("the folder of a placement"), std::string::npos);
  EXPECT_NE(refusal("=session"), "taken");
  EXPECT_NE(refusal(",a=session"), "taken");
  std::string many;
  for (int i = 0; i < 70; ++i) many += "f" + std::to_string(i) + "=session,";
  EXPECT_EQ(refusal(many), "there are more than 64 placements");
}

}  // namespace
}  // namespace strongroom::secrets
