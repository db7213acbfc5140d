// Plugins that break a promise are found out, by the check of that promise.
#include <gtest/gtest.h>

#include <algorithm>

#include <strongroom/plugin_tests/check.h>

namespace strongroom::plugin_tests {
namespace {

// What the check says when it fails; empty when it does not.
std::string failure_of(const std::vector<Outcome>& outcomes, const std::string& check) {
  const auto found = std::ranges::find(outcomes, check, &Outcome::check);
  return found != outcomes.end() && found->verdict == Verdict::failed ? found->detail : "";
}

struct Broken {
  const char* kind;
  const char* check;
  const char* said;  // part of the sentence
};

void expect_found_out(const char* library, Type type, const Broken& broken) {
  Subject subject{.library = library, .type = type, .settings = {{"broken", broken.kind}}, .only = {broken.check}};
  if (broken.kind == std::string_view("hangs")) subject.patience = std::chrono::seconds(1);
  const auto outcomes = check_plugin(subject);
  ASSERT_TRUE(outcomes) << outcomes.error().message;
  ASSERT_EQ(outcomes->size(), 1U);
  const Outcome& outcome = outcomes->front();
  // Memory, under a sanitizer.
  if (outcome.verdict == Verdict::skipped) GTEST_SKIP() << outcome.detail;
  EXPECT_EQ(outcome.verdict, Verdict::failed);
  EXPECT_NE(outcome.detail.find(broken.said), std::string::npos) << outcome.detail;
}

TEST(CheckPlugin, GoesOnAfterACheckThatFailed) {
  const auto outcomes = check_plugin(
      {.library = STRONGROOM_BROKEN_EXPORTER, .type = Type::exporter, .settings = {{"broken", "crashes"}}});
  ASSERT_TRUE(outcomes) << outcomes.error().message;
  EXPECT_EQ(outcomes->size(), checks_of(Type::exporter).size());
}

class BrokenExporters : public ::testing::TestWithParam<Broken> {};

TEST_P(BrokenExporters, AreFoundOut) {
  expect_found_out(STRONGROOM_BROKEN_EXPORTER, Type::exporter, GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, BrokenExporters,
    ::testing::Values(Broken{"crashes", "exporter.writes_every_type", "ended by a signal"},
                      Broken{"ends its process", "exporter.writes_every_type", "ended its process with 0"},
                      Broken{"hangs", "exporter.writes_every_type", "in time"},
                      Broken{"leaks a descriptor", "exporter.leaves_no_descriptor_open", "descriptors"},
                      Broken{"takes any setting", "exporter.refuses_a_setting_that_it_does_not_know", "SR_INVALID"},
                      Broken{"writes nothing", "exporter.writes_every_type", "nothing"},
                      Broken{"is never the same", "exporter.writes_the_same_twice", "different"},
                      Broken{"grows", "exporter.needs_no_more_memory_for_more_rows", "memory"}));

class BrokenStorages : public ::testing::TestWithParam<Broken> {};

TEST_P(BrokenStorages, AreFoundOut) {
  expect_found_out(STRONGROOM_BROKEN_STORAGE, Type::storage, GetParam());
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, BrokenStorages,
    ::testing::Values(Broken{"forgets all when it ends", "storage.keeps_commits_when_its_process_is_killed", "SIGKILL"},
                      Broken{"hands over rows backwards", "storage.orders_keys_as_unsigned_bytes", "memcmp"},
                      Broken{"knows no limit", "storage.scans_half_open_ranges", "limit 2"},
                      Broken{"shows what is not committed", "storage.reads_a_snapshot_during_a_write", "not committed"},
                      Broken{"forgets savepoints", "storage.goes_back_to_a_savepoint", "rollback_to"},
                      Broken{"forgets marks", "storage.stores_the_mark_with_the_commit", "mark"},
                      Broken{"has many writers", "storage.has_one_writer_at_a_time", "SR_BUSY"}));

TEST(CheckPlugin, SaysWhyALibraryIsNoPlugin) {
  const auto outcomes = check_plugin({.library = "/nothing/here.so", .type = Type::exporter});
  ASSERT_TRUE(outcomes);
  ASSERT_EQ(outcomes->size(), 1U);
  EXPECT_NE((*outcomes)[0].detail.find("cannot be loaded"), std::string::npos);
}

TEST(CheckPlugin, SaysThatAPluginIsOfAnotherTypeOrHasAnotherId) {
  Subject subject{.library = STRONGROOM_BROKEN_EXPORTER, .type = Type::storage};
  auto outcomes = check_plugin(subject);
  ASSERT_TRUE(outcomes);
  EXPECT_NE(failure_of(*outcomes, "entry.has_the_table_of_its_type").find("strongroom.storage/1"), std::string::npos);
  subject.id = "com.example.other";
  outcomes = check_plugin(subject);
  ASSERT_TRUE(outcomes);
  EXPECT_NE(failure_of(*outcomes, "entry.is_complete").find("com.example.other"), std::string::npos);
}

TEST(CheckPlugin, ConfinesEachCheck) {
  Subject subject{.library = STRONGROOM_BROKEN_EXPORTER, .type = Type::exporter};
  subject.confine = [](const std::filesystem::path& folder) -> Status {
    return make_error(ErrorCode::internal, std::filesystem::is_directory(folder) ? "asked" : "there is no folder");
  };
  const auto outcomes = check_plugin(subject);
  ASSERT_TRUE(outcomes);
  EXPECT_EQ(failure_of(*outcomes, "entry.is_complete"), "asked");
}

}  // namespace
}  // namespace strongroom::plugin_tests
