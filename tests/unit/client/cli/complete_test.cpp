#include "client/cli/complete.h"

#include <gtest/gtest.h>

#include "client/cli/duration.h"

namespace strongroom::cli {
namespace {

using Words = std::vector<std::string>;

TEST(SplitLine, MakesTheWordsThatAShellWouldMake) {
  EXPECT_EQ(split_line("strongroom secret get a"), (Words{"secret", "get", "a"}));
  EXPECT_EQ(split_line("strongroom  secret\tget "), (Words{"secret", "get", ""}));
  EXPECT_EQ(split_line("strongroom read 'a b'\\ c\"d e"), (Words{"read", "a b cd e"}));
  EXPECT_EQ(split_line("strongroom "), (Words{""}));
  EXPECT_EQ(split_line("strongroom run --env A=strongroom://x"), (Words{"run", "--env", "A=strongroom://x"}));
}

// None of these asks a daemon.
TEST(Candidates, AreCommandsOptionsAndChoices) {
  EXPECT_EQ(candidates({"secret", "und"}), ":none\nundelete\tTakes back the deletion of the current version\n");
  EXPECT_NE(candidates({""}).find("\nsecret\t"), std::string::npos);
  EXPECT_NE(candidates({"help", "secret", "l"}).find("\nlist\t"), std::string::npos);
  EXPECT_EQ(candidates({"import", "--format", "d"}), ":none\ndotenv\t\ndocker\t\n");
  EXPECT_EQ(candidates({"import", ""}), ":files\n");
  EXPECT_NE(candidates({"secret", "list", "--rec"}).find("--recursive\t"), std::string::npos);
  EXPECT_EQ(candidates({"run", "--", "l"}), ":files\n");
  EXPECT_EQ(candidates({"no", "such", "command", ""}), ":none\n");
  EXPECT_EQ(candidates({"completion", "z"}), ":none\nzsh\t\n");
}

TEST(Duration, IsANumberAndAUnit) {
  EXPECT_EQ(parse_duration("45s").value(), 45'000);
  EXPECT_EQ(parse_duration("90m").value(), 90 * 60'000);
  EXPECT_EQ(parse_duration("12h").value(), 12 * 3'600'000);
  EXPECT_EQ(parse_duration("30d").value(), 30LL * 24 * 3'600'000);
  EXPECT_EQ(parse_duration("2w").value(), 14LL * 24 * 3'600'000);
  for (const char* wrong :
       {"", "5", "d", "0d", "-1d", "5x", "5 d", "1.5h", "99999999999999999999d", "40000000w", "5dd"})
    EXPECT_FALSE(parse_duration(wrong)) << wrong;
}

}  // namespace
}  // namespace strongroom::cli
