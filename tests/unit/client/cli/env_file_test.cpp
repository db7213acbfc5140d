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

TEST(EnvFile, ReadsWhatDockerComposeAndDotenvShare) {
  EXPECT_EQ(
      parsed(
          "A: yaml # c\nB=`back # tick\n$X'\"`\nC='Let\\'s go' # 'c'\nD='C:\\dir\\'\nE='\\''\nF=a:b\nG='a\\' # it's\n"),
      (Map{{"A", "yaml"},
           {"B", "back # tick\n$X'\""},
           {"C", "Let's go"},
           {"D", "C:\\dir\\"},
           {"E", "'"},
           {"F", "a:b"},
           {"G", "a\\"}}));
}

TEST(EnvFile, ANameAloneHasNoValueAndADollarIsTold) {
  const auto variables = parse_env_file("A\nB=\nC=a$b\nD='a$b'\nE=\"a$b\"\nF=\"a\\$b\"\nexport G # c");
  ASSERT_TRUE(variables);
  ASSERT_EQ(variables->size(), 7u);
  EXPECT_FALSE((*variables)[0].given);
  EXPECT_TRUE((*variables)[1].given);
  EXPECT_TRUE((*variables)[2].dollar);
  EXPECT_FALSE((*variables)[3].dollar);
  EXPECT_TRUE((*variables)[4].dollar);
  EXPECT_FALSE((*variables)[5].dollar);
  EXPECT_FALSE((*variables)[6].given);
}

TEST(EnvFile, DockerKeepsEverythingBehindTheSign) {
  const auto variables = parse_env_file("# c\nA= 'x' # y \nB=\"\nC\n", EnvDialect::docker);
  ASSERT_TRUE(variables);
  EXPECT_EQ((*variables)[0].value.reveal_text(RevealReason::test), " 'x' # y ");
  EXPECT_EQ((*variables)[1].value.reveal_text(RevealReason::test), "\"");
  EXPECT_FALSE((*variables)[2].given);
  EXPECT_FALSE(parse_env_file("A B=1\n", EnvDialect::docker));
}

TEST(EnvFile, NamesTheLineOfAMistakeAndShowsNoValue) {
  const auto at = [](std::string_view text) {
    const auto variables = parse_env_file(text);
    EXPECT_FALSE(variables);
    if (variables) return std::string();
    EXPECT_EQ(variables.error().message.find("hush"), std::string::npos);
    return variables.error().subject;
  };
  EXPECT_EQ(at("A=1\nhush hush\n"), "line 2");
  EXPECT_EQ(at("A=1\nMIIEhushAb0\n"), "line 2");
  EXPECT_EQ(at("A=hush\nMDEyMzQ1hush8OWFiY2RlZg==\n"), "line 2");
  EXPECT_EQ(at("A=hush\ndG9wc2VjcmV0dmFsdWhushU=\n"), "line 2");
  EXPECT_EQ(at("hunter2.hush: abc\n"), "line 1");
  EXPECT_EQ(at("A=1\nK=-----BEGIN hush-----\nhush==\n-----END hush-----\n"), "line 2");
  EXPECT_EQ(at("A=1\n\n1B=hush\n"), "line 3");
  EXPECT_EQ(at("A='hush"), "line 1");
  EXPECT_EQ(at("A='a\nb'\nB=\"x\" hush\n"), "line 3");
  EXPECT_EQ(at("=hush"), "line 1");
}

}  // namespace
}  // namespace strongroom::cli
