#include "daemon/secrets/path.h"

#include <gtest/gtest.h>

namespace strongroom::secrets {
namespace {

TEST(Path, HasAParentAndFolders) {
  const auto path = Path::parse("a/b/c");
  ASSERT_TRUE(path);
  EXPECT_EQ(path->parent(), "a/b");
  EXPECT_EQ(path->folders(), (std::vector<std::string_view>{"a", "a/b"}));
  EXPECT_EQ(Path::parse("top")->parent(), "");
  EXPECT_TRUE(Path::parse("top")->folders().empty());
}

TEST(Path, AcceptsWhatPeopleWrite) {
  for (const char* good : {"a", "A b/c-d_e.f", "Gr\u00fc\u00dfe/\u65e5\u672c", "a/...", "x@y:z", "-", "~"})
    EXPECT_TRUE(Path::parse(good)) << good;
  EXPECT_TRUE(Path::parse(std::string(512, 'a')));
  EXPECT_TRUE(Path::parse("1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16"));
}

TEST(Path, RefusesTheRestWithASentence) {
  for (const char* bad :
       {"", "/", "/a", "a/", "a//b", ".", "..", "a/./b", "a/../b", "a\nb", "a\x7f", "a\u0085", "\xff", "u\u0308"}) {
    const auto path = Path::parse(bad);
    ASSERT_FALSE(path) << bad;
    EXPECT_EQ(path.error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(path.error().subject, "path");
  }
  EXPECT_FALSE(Path::parse(std::string(513, 'a')));
  EXPECT_FALSE(Path::parse("1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/17"));
}

TEST(FieldName, IsBoundedText) {
  EXPECT_TRUE(check_field_name("user name"));
  EXPECT_TRUE(check_field_name(std::string(128, 'a')));
  EXPECT_FALSE(check_field_name(""));
  EXPECT_FALSE(check_field_name(std::string(129, 'a')));
  EXPECT_FALSE(check_field_name("a\tb"));
  EXPECT_FALSE(check_field_name("u\u0308"));
}

}  // namespace
}  // namespace strongroom::secrets
