#include <strongroom/base/result.h>

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace strongroom {
namespace {

Error missing() {
  return make_error(ErrorCode::not_found, "there is none", "thing");
}

TEST(Result, HoldsAValue) {
  Result<std::string> result("text");
  ASSERT_TRUE(result);
  EXPECT_TRUE(result.has_value());
  EXPECT_EQ(*result, "text");
  EXPECT_EQ(result->size(), 4u);
  EXPECT_EQ(result.value(), "text");
}

TEST(Result, HoldsAnError) {
  const Result<int> result = missing();
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, ErrorCode::not_found);
  EXPECT_EQ(result.error().message, "there is none");
  EXPECT_EQ(result.error().subject, "thing");
}

TEST(Result, MovesWhatCannotBeCopied) {
  Result<std::unique_ptr<int>> result(std::make_unique<int>(7));
  const std::unique_ptr<int> taken = *std::move(result);
  EXPECT_EQ(*taken, 7);
}

TEST(Result, OfNothingSucceedsByDefault) {
  EXPECT_TRUE(Status{});
  EXPECT_FALSE(Status(missing()));
  EXPECT_EQ(Status(missing()).error().code, ErrorCode::not_found);
}

TEST(ResultDeathTest, ReadingTheWrongSideTerminates) {
  Result<int> failed = missing();
  EXPECT_DEATH((void)*failed, "");
  Result<int> fine = 1;
  EXPECT_DEATH((void)fine.error(), "");
  EXPECT_DEATH((void)Status{}.error(), "");
  EXPECT_DEATH(Status(missing()).value(), "");
}

Status checked(Status inner, bool& reached) {
  STRONGROOM_CHECK(std::move(inner));
  reached = true;
  return {};
}

Result<int> doubled(Result<int> inner) {
  STRONGROOM_ASSIGN(const int value, std::move(inner));
  return 2 * value;
}

TEST(Result, CheckReturnsTheErrorEarly) {
  bool reached = false;
  EXPECT_EQ(checked(missing(), reached).error().code, ErrorCode::not_found);
  EXPECT_FALSE(reached);
  EXPECT_TRUE(checked({}, reached));
  EXPECT_TRUE(reached);
}

TEST(Result, AssignTakesTheValueOrReturnsTheError) {
  EXPECT_EQ(*doubled(21), 42);
  EXPECT_EQ(doubled(missing()).error().subject, "thing");
}

}  // namespace
}  // namespace strongroom
