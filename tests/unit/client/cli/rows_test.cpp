#include <gtest/gtest.h>

#include "client/cli/keyrings/rows.h"

namespace strongroom::cli::keyrings {
namespace {

constexpr std::size_t k_mebibyte = 1024 * 1024;

Row row_of(ForeignItem item) {
  std::vector<ForeignItem> items;
  items.push_back(std::move(item));
  return std::move(rows_of(std::move(items), "f", "test").front());
}

Row row_of_field(const std::string& name, const std::string& value) {
  ForeignItem item{.names = {"x"}};
  add_field(item, name, Secret(as_bytes(value)));
  return row_of(std::move(item));
}

void expect_failed(const Row& row, std::string_view why) {
  EXPECT_EQ(row.result, "failed");
  EXPECT_NE(row.note.find(why), std::string::npos) << row.note;
}

TEST(Rows, WhatNoSecretCanHoldFailsByItself) {
  EXPECT_EQ(row_of_field("value", std::string(k_mebibyte, 'x')).result, "new");
  expect_failed(row_of_field("value", std::string(k_mebibyte + 1, 'x')), "larger than 1 MiB");
  expect_failed(row_of_field("caf\xe9", "v"), "not UTF-8");
  EXPECT_EQ(row_of_field(std::string(128, 'n'), "v").result, "new");
  expect_failed(row_of_field(std::string(129, 'n'), "v"), "longer than 128 bytes");
  ForeignItem item{.names = {std::string(511, 'n')}};
  add_field(item, "value", Secret(as_bytes(std::string_view("v"))));
  expect_failed(row_of(std::move(item)), "longer than 512 bytes");
}

TEST(Rows, WhatIsNotWantedIsLeftOutAndCompletely) {
  ForeignItem item{.names = {"x"}};
  add_field(item, "value", Secret(as_bytes(std::string_view("v"))));
  item.incomplete = true;
  item.not_wanted = "it is ours";
  const Row row = row_of(std::move(item));
  EXPECT_EQ(row.result, "left out");
  EXPECT_EQ(row.note, "it is ours");
  EXPECT_FALSE(row.incomplete);
}

}  // namespace
}  // namespace strongroom::cli::keyrings
