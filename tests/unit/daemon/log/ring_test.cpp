#include "daemon/log/ring.h"

#include <gtest/gtest.h>

namespace strongroom::log {
namespace {

Entry entry(std::string message, Level level = Level::info, std::string source = "daemon") {
  return {.time_ms = 1, .level = level, .source = std::move(source), .message = std::move(message)};
}

std::vector<std::string> messages(const std::vector<Entry>& entries) {
  std::vector<std::string> out;
  for (const auto& one : entries) out.push_back(one.message);
  return out;
}

using Messages = std::vector<std::string>;

TEST(Ring, KeepsTheLastFiveHundredWithTheirNumbers) {
  Ring ring;
  EXPECT_EQ(ring.last(), 0u);
  for (int i = 1; i <= 600; ++i) ring.add(entry(std::to_string(i)));
  const auto all = ring.find({});
  ASSERT_EQ(all.size(), Ring::k_entries);
  EXPECT_EQ(all.front().message, "101");
  EXPECT_EQ(all.front().id, 101u);
  EXPECT_EQ(all.back().id, 600u);
  EXPECT_EQ(ring.last(), 600u);
}

TEST(Ring, LongEntriesPushOutMore) {
  Ring ring;
  for (int i = 0; i < 500; ++i) ring.add(entry(std::string(4096, 'x')));
  EXPECT_LE(ring.find({}).size() * 4096, Ring::k_bytes);
  ring.add(entry("short"));
  EXPECT_EQ(ring.find({}).back().message, "short");
}

TEST(Ring, FindsByLevelTextAndNumber) {
  Ring ring;
  ring.add(entry("one", Level::debug));
  ring.add(entry("Two of them", Level::warning, "plugins"));
  ring.add(entry("three", Level::error));
  EXPECT_EQ(messages(ring.find({.level = Level::warning})), (Messages{"Two of them", "three"}));
  EXPECT_EQ(messages(ring.find({.text = "tWO OF"})), Messages{"Two of them"});
  EXPECT_EQ(messages(ring.find({.text = "Plugins"})), Messages{"Two of them"});
  EXPECT_EQ(messages(ring.find({.after = 2})), Messages{"three"});
  EXPECT_TRUE(ring.find({.after = 3}).empty());
}

TEST(Ring, APageIsTheLastOfAllOrTheFirstBehindANumber) {
  Ring ring;
  for (int i = 1; i <= 9; ++i) ring.add(entry(std::to_string(i)));
  EXPECT_EQ(messages(ring.find({.most = 2})), (Messages{"8", "9"}));
  EXPECT_EQ(messages(ring.find({.after = 0, .most = 2})), (Messages{"1", "2"}));
  EXPECT_EQ(messages(ring.find({.after = 5, .most = 2})), (Messages{"6", "7"}));
}

}  // namespace
}  // namespace strongroom::log
