#include "client/cli/env_file.h"

#include <gtest/gtest.h>

#include <map>

namespace strongroom::cli {
namespace {

std::map<std::string, std::string> parsed(std::string_view text) {
  std::map<std::string, std::string> found;
  auto variables = parse_env_file(text);
  EXPECT_TRUE(variables) << variables.error().subject << variables.error().message;
  if (variables)
    for (const auto& variable : *variables)
      found[variable.name] = std::string(variable.value.reveal_text(RevealReason::test));
  return found;
}

using Map = std::map<std::string, std::string>;

TEST(EnvFile, PlainValuesAreTrimmedAndCommentsDropped) {
  EXPECT_EQ(parsed("A=1\n# c\n\n  B = two words  # c\nC=\nD=a#b\nE=#c\r\nF=x\r\n"),
            (Map{{"A", "1"}, {"B", "two words"}, {"C", ""}, {"D", "a#b"}, {"E", ""}, {"F", "x"}}));
}

TEST(EnvFile, QuotesKeepWhatIsInside) {
  EXPECT_EQ(
      parsed("A='x # y\\n$Z'\nB=\"l1\\nl2\\t\\\"\\\\\\$\\q\" # c\nC='over\nlines'\nD=\"over\nlines\"\nE=it's\n"),
      (Map{{"A", "x # y\\n$Z"}, {"B", "l1\nl2\t\"\\$\\q"}, {"C", "over\nlines"}, {"D", "over\nlines"}, {"E", "it's"}}));
}

TEST(EnvFile, ExportByteOrderMarkAndTheLastOfEqualNamesWins) {
  EXPECT_EQ(parsed("\xef\xbb\xbf"
                   "export A=1\nexport\tB=2\nA=3\nexporter=4"),
            (Map{{"A", "3"}, {"B", "2"}, {"exporter", "4"}}));
}

TEST(EnvFile, NamesTheLineOfAMistakeAndShowsNoValue) {
  const auto at = [](std::string_view text) {
    const auto variables = parse_env_file(text);
    EXPECT_FALSE(variables);
    if (variables) return std::string();
    EXPECT_EQ(variables.error().message.find("hush"), std::string::npos);
    return variables.error().subject;
  };
  EXPECT_EQ(at("A=1\nhush\n"), "line 2");
  EXPECT_EQ(at("A=1\n\n1B=hush\n"), "line 3");
  EXPECT_EQ(at("A='hush"), "line 1");
  EXPECT_EQ(at("A='a\nb'\nB=\"x\" hush\n"), "line 3");
  EXPECT_EQ(at("=hush"), "line 1");
}

}  // namespace
}  // namespace strongroom::cli
