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

TEST(Candidates, KnowCommandsOfThreeWordsAndWhatEveryCommandTakes) {
  EXPECT_NE(candidates({"audit", "w"}).find("witness\ta group of commands\n"), std::string::npos);
  EXPECT_NE(candidates({"audit", "witness", "re"}).find("remove\t"), std::string::npos);
  EXPECT_NE(candidates({"audit", "list", "--rea"}).find("--reason\t"), std::string::npos);
  EXPECT_EQ(candidates({"--reason", "why", "audit", "witness", "ad"}).find(":none\nadd\t"), 0U);
  EXPECT_EQ(candidates({"audit", "verify-proof", "--reason", "why", ""}), ":files\n");
  EXPECT_NE(candidates({"audit", "list", "--decision", "d"}).find("denied"), std::string::npos);
}

TEST(Moment, IsATimeAgoOrADate) {
  EXPECT_NEAR(static_cast<double>(parse_moment("2h").value()), static_cast<double>(now_ms() - 7'200'000), 5000);
  EXPECT_EQ(parse_moment("2026-11-22T10:30:15Z").value(), 1'795'343'415'000);
  EXPECT_EQ(parse_moment("2026-11-22 10:30Z").value(), 1'795'343'400'000);
  EXPECT_EQ(parse_moment("2026-11-22T10:30:15+01:30").value(), 1'795'338'015'000);
  EXPECT_EQ(parse_moment("2026-11-22T10:30:15-01:30").value(), 1'795'348'815'000);
  EXPECT_TRUE(parse_moment("2024-02-29"));
  for (const char* wrong : {"", "yesterday", "2026-02-29", "2026-13-01", "2026-11-22T24:00", "2026-11-22T10",
                            "26-11-22", "2026-11-22T10:30:15Zx", "2026-11-22T10:30+1", "1969-12-31", "2026-11-22X"})
    EXPECT_FALSE(parse_moment(wrong)) << wrong;
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
