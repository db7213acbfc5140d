// Whatever a monitor does in its process, the daemon lives, nobody waits longer than a deadline, and it learns nothing.
#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <iostream>
#include <sstream>

#include "daemon/monitoring/hub.h"
#include "tests/plugin_runner/hostile/monitor_expectations.h"
#include "tests/support/eventually.h"

namespace strongroom::tests::hostile {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

volatile sig_atomic_t signals_of_plugins = 0;

void count_signal(int) {
  signals_of_plugins = signals_of_plugins + 1;
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x20 && c != 0x7f; });
}

// What must have been refused, and what must have worked for that to mean anything.
void check_said(const std::string& said) {
  EXPECT_EQ(said.find("BREACH"), std::string::npos) << said;
  EXPECT_EQ(said.find("failed:"), std::string::npos) << said;
  EXPECT_EQ(said.find(Zoo::k_canary), std::string::npos) << said;
  std::istringstream lines(said);
  for (std::string line; std::getline(lines, line);) EXPECT_TRUE(is_printable(line)) << line;
}

class HostileMonitor : public testing::TestWithParam<MonitorExpectation> {
 protected:
  static void SetUpTestSuite() { signal(SIGURG, count_signal); }

  static void check_outcome(const MonitorOutcome& outcome) {
    const MonitorExpectation& expected = GetParam();
    EXPECT_EQ(outcome.step, expected.step) << (outcome.error ? outcome.error->message : "it has worked");
    ASSERT_EQ(outcome.error.has_value(), expected.step != Told::nowhere);
    const std::string& said = outcome.error ? outcome.error->message : outcome.said;
    EXPECT_NE(said.find(expected.words), std::string::npos) << said;
    if (!outcome.error) return;
    EXPECT_EQ(outcome.error->code, expected.code)
        << error_info(outcome.error->code).name << ": " << outcome.error->message;
    EXPECT_TRUE(is_printable(outcome.error->message));
    EXPECT_LE(outcome.error->message.size(), 1024U);
  }

  static void check_speed(const MonitorOutcome& outcome) {
    if (GetParam().patience != Patience::usual) {
      EXPECT_LT(outcome.lasted, milliseconds(500 + 2500));
    } else if (outcome.noticed) {
      std::cout << "noticed after " << std::chrono::duration<double, std::milli>(*outcome.noticed).count() << " ms\n";
      EXPECT_LT(*outcome.noticed, seconds(1));
    }
    // A monitor is not asked whether it may be closed.
    EXPECT_LT(outcome.closed, seconds(2));
  }

  // Its state: one that has failed is not used again at once, and whoever asks is told why and until when.
  static void check_state(Zoo& zoo, MonitorZoo& monitors, const MonitorOutcome& outcome) {
    const bool failed = GetParam().step != Told::nowhere;
    EXPECT_EQ(outcome.usable, !failed);
    const auto problems = zoo.house().plugins().problems();
    ASSERT_EQ(problems.size(), failed ? 1U : 0U);
    if (!failed) return;
    EXPECT_NE(problems[0].find(Zoo::k_id), std::string::npos) << problems[0];
    EXPECT_NE(problems[0].find(GetParam().words), std::string::npos) << problems[0];
    const auto again = monitors.monitors().open(Zoo::k_id, {});
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, ErrorCode::plugin_unavailable) << again.error().message;
  }
};

TEST_P(HostileMonitor, HarmsNobodyButItself) {
  const Deadlines deadlines = deadlines_of(GetParam().patience);
  Zoo zoo(deadlines);
  MonitorZoo monitors(zoo, deadlines);
  const Holdings before = Holdings::now();
  const MonitorOutcome outcome = monitors.run(GetParam().kind);
  check_outcome(outcome);
  check_said(outcome.said);
  check_speed(outcome);
  check_state(zoo, monitors, outcome);
  const Holdings after = Holdings::now();
  EXPECT_EQ(after.descriptors, before.descriptors);
  EXPECT_FALSE(after.has_children);
  EXPECT_EQ(zoo.damage(), "");
  EXPECT_EQ(signals_of_plugins, 0);
  // What was approved in its place is used at once.
  ASSERT_TRUE(zoo.house().plugins().remove(Zoo::k_id));
  const MonitorOutcome next = monitors.run("monitor_ordinary");
  EXPECT_FALSE(next.error) << next.error->message;
}

std::string name_of_kind(const testing::TestParamInfo<MonitorExpectation>& info) {
  return info.param.kind;
}

INSTANTIATE_TEST_SUITE_P(Kinds, HostileMonitor, testing::ValuesIn(monitor_expectations()), name_of_kind);

TEST(HostileMonitorKinds, EveryModuleHasAnExpectation) {
  std::istringstream built(HOSTILE_KINDS);
  std::vector<std::string> modules;
  for (std::string kind; built >> kind;)
    if (kind != "monitor_misuse_journal") modules.push_back(kind);
  std::vector<std::string> expected;
  for (const auto& one : monitor_expectations()) expected.push_back(one.kind);
  std::ranges::sort(modules);
  std::ranges::sort(expected);
  EXPECT_EQ(modules, expected);
}

// A right gives what it names and nothing besides.
TEST(HostileMonitorRights, ToListenGivesNeitherFilesNorProgramsNorSockets) {
  for (const char* kind :
       {"monitor_open_sockets", "monitor_read_data", "monitor_read_system", "monitor_run_shell", "monitor_try_fork"}) {
    Zoo zoo({});
    const MonitorOutcome outcome = MonitorZoo(zoo, {}).run(kind, R"("listen")");
    EXPECT_FALSE(outcome.error) << kind << ": " << outcome.error->message;
    EXPECT_NE(outcome.said.find("denied:"), std::string::npos) << kind;
    check_said(outcome.said);
    EXPECT_EQ(zoo.damage(), "") << kind;
  }
}

TEST(HostileMonitorRights, TheJournalsSocketIsForWritingAlone) {
  Zoo zoo({});
  MonitorZoo monitors(zoo, {});
  const MonitorOutcome outcome = monitors.run("monitor_misuse_journal", R"("journal")");
  EXPECT_FALSE(outcome.error) << outcome.error->message;
  EXPECT_NE(outcome.said.find("denied:"), std::string::npos) << outcome.said;
  EXPECT_EQ(monitors.journal(), "x");
  check_said(outcome.said);
  EXPECT_EQ(zoo.damage(), "");
}

// Nobody who stops the daemon, or disables a monitor, waits for a call that a monitor does not end.
TEST(HostileMonitorEnd, IsNotWaitedFor) {
  for (const char* kind : {"monitor_sleep_in_open", "monitor_sleep_in_events", "monitor_spin_in_metrics"}) {
    Zoo zoo({});
    MonitorZoo monitors(zoo, deadlines_of(Patience::usual));
    ASSERT_TRUE(zoo.install_monitor(kind, ""));
    monitoring::Hub hub(monitors.monitors(),
                        {.measure = [] { return std::vector<monitoring::Metric>(); }, .report = {}});
    hub.refresh();
    evidence::Event event;
    event.action = "secret.get";
    hub.observe(event, 1);
    ASSERT_TRUE(eventually([&] { return zoo.logged().find("begun") != std::string::npos; })) << kind;
    const auto began = std::chrono::steady_clock::now();
    hub.stop();
    EXPECT_LT(std::chrono::steady_clock::now() - began, seconds(5)) << kind;
    EXPECT_FALSE(Holdings::now().has_children);
    // That it was not let finish is no failure of it.
    EXPECT_TRUE(zoo.house().plugins().may_use(Zoo::k_id)) << kind;
  }
}

// All that a monitor hears of an event whose names, reasons and details are secret.
TEST(HostileMonitorRights, WhatAMonitorHearsNamesNothing) {
  Zoo zoo({});
  MonitorZoo monitors(zoo, {});
  ASSERT_TRUE(zoo.install_monitor("monitor_tell", ""));
  monitoring::Hub hub(monitors.monitors(), {.measure = [] { return std::vector<monitoring::Metric>(); }, .report = {}});
  hub.refresh();
  evidence::Event event;
  event.action = "secret.get";
  event.result = "ok";
  event.actor = "uid:1000";
  event.client = event.detail = event.reason = Zoo::k_canary;
  event.paths = {Zoo::k_canary};
  hub.observe(event, 1);
  EXPECT_TRUE(eventually([&] { return zoo.logged().find("heard: uid:1000") != std::string::npos; }));
  hub.stop();
  check_said(zoo.logged());
}

}  // namespace
}  // namespace strongroom::tests::hostile
