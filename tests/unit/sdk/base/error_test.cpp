#include <strongroom/base/error.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace strongroom {
namespace {

TEST(ErrorTable, HasOneRowPerCodeInTheOrderOfTheEnum) {
  const auto table = error_table();
  ASSERT_EQ(table.size(), static_cast<std::size_t>(ErrorCode::audit_unavailable) + 1);
  for (std::size_t i = 0; i < table.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(table[i].code), i);
    EXPECT_EQ(&error_info(table[i].code), &table[i]);
  }
}

TEST(ErrorTable, NamesAreUnique) {
  std::set<std::string_view> names;
  std::set<std::string_view> varlink;
  for (const ErrorInfo& row : error_table()) {
    EXPECT_TRUE(names.insert(row.name).second) << row.name;
    EXPECT_TRUE(varlink.insert(row.varlink_name).second) << row.varlink_name;
  }
}

TEST(ErrorTable, EveryRowIsComplete) {
  for (const ErrorInfo& row : error_table()) {
    EXPECT_FALSE(row.name.empty());
    EXPECT_TRUE(std::ranges::all_of(row.name, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; })) << row.name;
    EXPECT_TRUE(row.varlink_name.starts_with("io.strongroom.") || row.varlink_name.starts_with("org.varlink.service."))
        << row.name;
    EXPECT_NE(row.exit_code, ExitCode::done) << row.name;
    EXPECT_GE(row.http_status, 400) << row.name;
    EXPECT_LT(row.http_status, 600) << row.name;
    EXPECT_NE(row.abi_status, 0) << row.name;
    EXPECT_TRUE(row.documentation.ends_with('.')) << row.name;
  }
}

// The varlink name of one of ours is its name in PascalCase, so that nobody has to look up which is which.
TEST(ErrorTable, OurVarlinkNamesFollowTheNames) {
  for (const ErrorInfo& row : error_table()) {
    if (!row.varlink_name.starts_with("io.strongroom.")) continue;
    std::string pascal;
    bool start = true;
    for (const char c : row.name) {
      if (c != '_') pascal.push_back(start ? static_cast<char>(c - 'a' + 'A') : c);
      start = c == '_';
    }
    EXPECT_EQ(row.varlink_name, "io.strongroom." + pascal);
  }
}

TEST(ErrorTable, IsFoundByVarlinkName) {
  for (const ErrorInfo& row : error_table()) EXPECT_EQ(error_code_of_varlink(row.varlink_name), row.code);
  EXPECT_EQ(error_code_of_varlink("io.strongroom.Unheard"), ErrorCode::internal);
  EXPECT_EQ(error_code_of_varlink(""), ErrorCode::internal);
}

}  // namespace
}  // namespace strongroom
