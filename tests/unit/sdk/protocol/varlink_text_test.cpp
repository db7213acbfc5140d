#include <gtest/gtest.h>

#include <set>

#include <strongroom/protocol/catalogue.h>

namespace strongroom::protocol {
namespace {

TEST(Catalogue, FullNamesAreUniqueAndFound) {
  std::set<std::string> names;
  for (const auto* area : catalogue())
    for (const auto& method : area->methods) {
      const std::string name = std::string(area->name) + "." + std::string(method.info->name);
      EXPECT_TRUE(names.insert(name).second) << name;
      EXPECT_EQ(find_method(name), &method);
      EXPECT_TRUE(method.info->documentation.ends_with('.')) << name;
    }
  EXPECT_GE(names.size(), 16u);
  EXPECT_EQ(find_method("io.strongroom.Secret.Nothing"), nullptr);
  EXPECT_EQ(find_method("Nothing"), nullptr);
}

TEST(VarlinkText, DefinesEveryTypeBeforeTheMethodsThatUseIt) {
  for (const auto* area : catalogue()) {
    const std::string text = varlink_text(*area);
    EXPECT_NE(text.find("interface " + std::string(area->name) + "\n"), std::string::npos);
    for (const auto& method : area->methods)
      EXPECT_NE(text.find("\nmethod " + std::string(method.info->name) + "("), std::string::npos);
  }
}

TEST(VarlinkText, DeclaresEveryErrorOfOurs) {
  const std::string text = errors_varlink_text();
  for (const auto& row : error_table()) {
    constexpr std::string_view k_prefix = "io.strongroom.";
    if (!row.varlink_name.starts_with(k_prefix)) continue;
    EXPECT_NE(text.find("error " + std::string(row.varlink_name.substr(k_prefix.size())) + " ("), std::string::npos)
        << row.name;
  }
}

}  // namespace
}  // namespace strongroom::protocol
