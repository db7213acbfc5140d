#include <gtest/gtest.h>

#include "client/cli/keyrings/program_output.h"

namespace strongroom::cli::keyrings {
namespace {

Result<ProgramEnd> shell(const std::string& script, std::chrono::seconds deadline) {
  return output_of({.words = {"sh", "-c", script}, .most_output = 100, .deadline = deadline});
}

TEST(ProgramOutput, AProgramThatLivesOnWithoutOutputIsLate) {
  const auto begun = std::chrono::steady_clock::now();
  const auto end = shell("exec sleep 60 >&- 2>&-", std::chrono::seconds(1));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(30));
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().code, ErrorCode::timeout);
}

TEST(ProgramOutput, ManyErrorsEndNothing) {
  const auto end = shell("head -c 1000000 /dev/zero >&2 && echo done", std::chrono::seconds(30));
  ASSERT_TRUE(end) << end.error().message;
  EXPECT_EQ(end->exit_code, 0);
  EXPECT_EQ(std::string_view(end->output), "done\n");
  EXPECT_EQ(end->errors.size(), 16u * 1024);
}

TEST(ProgramOutput, TooMuchOutputIsRefused) {
  const auto end = shell("head -c 101 /dev/zero", std::chrono::seconds(30));
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().code, ErrorCode::too_large);
  ASSERT_TRUE(shell("head -c 100 /dev/zero", std::chrono::seconds(30)));
}

}  // namespace
}  // namespace strongroom::cli::keyrings
