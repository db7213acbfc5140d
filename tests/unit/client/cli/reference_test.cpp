#include "client/cli/reference.h"

#include <gtest/gtest.h>

namespace strongroom::cli {
namespace {

TEST(Reference, NamesPathVersionAndField) {
  const auto full = parse_reference("strongroom://a/b%20c?version=3#us%23er");
  ASSERT_TRUE(full);
  EXPECT_EQ(full->path, "a/b c");
  EXPECT_EQ(full->version, 3);
  EXPECT_EQ(full->field, "us#er");
  EXPECT_EQ(to_text(*full), "strongroom://a/b%20c?version=3#us%23er");
}

TEST(Reference, TheFieldIsValueByDefaultAndTheSchemeMayBeLeftOut) {
  const auto bare = parse_reference("openai/key");
  ASSERT_TRUE(bare);
  EXPECT_EQ(bare->path, "openai/key");
  EXPECT_EQ(bare->field, "value");
  EXPECT_FALSE(bare->version);
}

TEST(Reference, EveryMistakeIsNamed) {
  for (const char* wrong : {"", "strongroom://", "https://x/y", "a#", "a?version=0", "a?version=x", "a?version=1x",
                            "a?other=1", "a%", "a%2", "a%zz", "strongroom://#f"}) {
    const auto reference = parse_reference(wrong);
    ASSERT_FALSE(reference) << wrong;
    EXPECT_EQ(reference.error().code, ErrorCode::invalid_argument);
    EXPECT_FALSE(reference.error().message.empty());
  }
}

}  // namespace
}  // namespace strongroom::cli
