// Every plugin of ours and every example keeps the promises of its interface.
#include <gtest/gtest.h>

#include <ostream>

#include <strongroom/plugin_tests/check.h>

namespace strongroom::plugin_tests {
namespace {

struct Case {
  std::string name;
  Subject subject;
};

void PrintTo(const Case& plugin, std::ostream* out) {
  *out << plugin.name;
}

class PluginPromises : public ::testing::TestWithParam<Case> {};

TEST_P(PluginPromises, AreKept) {
  const auto outcomes = check_plugin(GetParam().subject);
  ASSERT_TRUE(outcomes) << outcomes.error().message;
  EXPECT_EQ(outcomes->size(), checks_of(GetParam().subject.type).size());
  for (const auto& outcome : *outcomes) {
    EXPECT_NE(outcome.verdict, Verdict::failed) << outcome.check << ": " << outcome.detail;
    if (outcome.verdict == Verdict::skipped) std::cout << outcome.check << " skipped: " << outcome.detail << '\n';
  }
}

Case of_ours(const std::string& name, Type type, std::vector<std::string> rights = {}) {
  return {name,
          {.library = std::string(STRONGROOM_PLUGIN_FOLDER) + "/" + name + ".so",
           .type = type,
           .rights = std::move(rights)}};
}

std::vector<Case> all() {
  return {of_ours("exporter_csv", Type::exporter),
          of_ours("exporter_html", Type::exporter),
          of_ours("exporter_json", Type::exporter),
          of_ours("exporter_jsonl", Type::exporter),
          of_ours("exporter_xlsx", Type::exporter, {"scratch"}),
          of_ours("monitor_journald", Type::monitor, {"journal"}),
          of_ours("monitor_prometheus", Type::monitor, {"listen"}),
          of_ours("storage_memory", Type::storage),
          of_ours("storage_sqlite", Type::storage),
          {"hello_exporter", {.library = STRONGROOM_HELLO_EXPORTER, .type = Type::exporter}},
          {"hello_monitor", {.library = STRONGROOM_HELLO_MONITOR, .type = Type::monitor}},
          {"hello_storage", {.library = STRONGROOM_HELLO_STORAGE, .type = Type::storage}}};
}

INSTANTIATE_TEST_SUITE_P(Plugins, PluginPromises, ::testing::ValuesIn(all()),
                         [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace strongroom::plugin_tests
