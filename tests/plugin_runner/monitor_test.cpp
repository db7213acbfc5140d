// Monitors in processes of their own: what reaches them, and that nothing waits for them.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <thread>

#include <strongroom/abi/monitor.h>

#include "daemon/monitoring/hub.h"
#include "daemon/plugin_host/plugin_monitors.h"
#include "tests/contract/plugin_files.h"
#include "tests/plugin_runner/plugin_house.h"
#include "tests/support/eventually.h"

namespace strongroom::plugin_host {
namespace {

using namespace std::chrono_literals;

constexpr const char* k_journald = "io.strongroom.monitor.journald";
constexpr const char* k_prometheus = "io.strongroom.monitor.prometheus";
constexpr const char* k_canary = "CANARY-4711";

Descriptor bound(const std::filesystem::path& path, int type) {
  Descriptor made(socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string text = path.string();
  std::copy(text.begin(), text.end(), address.sun_path);
  EXPECT_EQ(bind(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  return made;
}

class PluginMonitor : public ::testing::Test {
 protected:
  PluginMonitor() {
    options_.sockets = house_.folder();
    options_.journal = house_.folder() / "journal";
    options_.deadlines.call = 5s;
    journal_ = bound(options_.journal, SOCK_DGRAM);
    monitors_ = std::make_unique<PluginMonitors>(house_.plugins(), options_);
    hub_ = std::make_unique<monitoring::Hub>(
        *monitors_,
        monitoring::Hub::Ports{.measure =
                                   [] {
                                     using monitoring::MetricKind;
                                     return std::vector<monitoring::Metric>{
                                         {"answer", "What is measured.", 42},
                                         {"call_seconds", "How long it took.", 3, MetricKind::bucket, 10},
                                         {"call_seconds", "How long it took.", 4, MetricKind::bucket, SR_METRIC_ALL},
                                         {"call_seconds", "How long it took.", 0.5, MetricKind::sum}};
                                   },
                               .report = [this](std::string_view line) { reported_.emplace_back(line); }});
  }

  ~PluginMonitor() override { hub_->stop(); }

  void enable(const char* id) {
    ASSERT_TRUE(house_.plugins().set_enabled(id, true));
    hub_->refresh();
  }

  // One event that names everything that a monitor must not hear.
  void observe(std::string_view action, std::string_view result = "ok", std::uint64_t sequence = 1) {
    evidence::Event event;
    event.action = action;
    event.result = result;
    event.actor = "uid:1000";
    event.client = k_canary;
    event.detail = k_canary;
    event.reason = k_canary;
    event.paths = {k_canary};
    event.uid = 1000;
    hub_->observe(event, sequence);
  }

  // The next entry of the journal; empty when there is none within a second.
  std::string entry() const {
    const timeval patience{1, 0};
    setsockopt(journal_.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    std::string text(65536, '\0');
    const ssize_t n = recv(journal_.get(), text.data(), text.size(), 0);
    text.resize(n < 0 ? 0 : static_cast<std::size_t>(n));
    return text;
  }

  // To the metrics; nothing when nobody listens.
  Descriptor connected() const {
    Descriptor client(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = (house_.folder() / (std::string(k_prometheus) + ".socket")).string();
    std::copy(path.begin(), path.end(), address.sun_path);
    if (connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return {};
    return client;
  }

  std::string scrape(const std::string& request = "GET /metrics HTTP/1.0\r\n\r\n") const {
    const Descriptor client = connected();
    if (!client) return {};
    if (send(client.get(), request.data(), request.size(), MSG_NOSIGNAL) < 0) return {};
    std::string all;
    char piece[4096];
    for (ssize_t n = 0; (n = recv(client.get(), piece, sizeof piece, 0)) > 0;)
      all.append(piece, static_cast<std::size_t>(n));
    return all;
  }

  tests::PluginHouse house_;
  PluginMonitors::Options options_;
  Descriptor journal_;
  std::vector<std::string> reported_;
  std::unique_ptr<PluginMonitors> monitors_;
  std::unique_ptr<monitoring::Hub> hub_;
};

TEST_F(PluginMonitor, NoneRunsUnlessSomebodyWantsIt) {
  EXPECT_TRUE(monitors_->enabled()->empty());
  observe("secret.get");
  EXPECT_EQ(entry(), "");
}

TEST_F(PluginMonitor, TheJournalHearsOfEventsAndOfNoNames) {
  enable(k_journald);
  observe("secret.get");
  observe("secret.put", "denied", 2);
  const std::string first = entry();
  EXPECT_NE(first.find("STRONGROOM_ACTION=secret.get\n"), std::string::npos) << first;
  EXPECT_NE(first.find("SYSLOG_IDENTIFIER=strongroom\n"), std::string::npos);
  EXPECT_NE(first.find("PRIORITY=5\n"), std::string::npos);
  const std::string second = entry();
  EXPECT_NE(second.find("STRONGROOM_RESULT=denied\n"), std::string::npos) << second;
  EXPECT_NE(second.find("PRIORITY=4\n"), std::string::npos);
  EXPECT_EQ((first + second).find(k_canary), std::string::npos);
}

TEST_F(PluginMonitor, PrometheusCountsAndShowsWhatIsMeasured) {
  enable(k_prometheus);
  for (std::uint64_t i = 0; i < 1000; ++i) observe("secret.get", "ok", i);
  observe("secret.get", "not_found");
  ASSERT_TRUE(tests::eventually([&] {
    const std::string page = scrape();
    return page.find("{action=\"secret.get\",decision=\"allowed\",result=\"ok\"} 1000\n") != std::string::npos &&
           page.find("strongroom_answer 42") != std::string::npos;
  })) << scrape();
  const std::string page = scrape();
  EXPECT_TRUE(page.starts_with("HTTP/1.0 200 OK\r\n")) << page;
  EXPECT_NE(page.find("result=\"not_found\"} 1\n"), std::string::npos) << page;
  EXPECT_EQ(page.find(k_canary), std::string::npos);
  EXPECT_NE(page.find("# TYPE strongroom_call_seconds histogram\n"
                      "strongroom_call_seconds_bucket{le=\"0.001024\"} 3.0\n"
                      "strongroom_call_seconds_bucket{le=\"+Inf\"} 4.0\n"
                      "strongroom_call_seconds_count 4.0\n"
                      "strongroom_call_seconds_sum 0.5\n"),
            std::string::npos)
      << page;
  EXPECT_TRUE(scrape("GET / HTTP/1.0\r\n\r\n").starts_with("HTTP/1.0 404"));
  EXPECT_TRUE(scrape(std::string(20'000, 'x')).starts_with("HTTP/1.0 404"));
}

// The process is stopped, as one that sleeps for ever.
TEST_F(PluginMonitor, OneOfAnOlderMinorWorksWithWhatItKnows) {
  const std::string manifest =
      R"({"id": "com.example.monitor.older", "type": "monitor", "abi": "1.0", "file": "older_minor.so",
    "sha256": ")" +
      to_hex(strongroom::testing::digest_of(OLDER_MINOR)) + R"(", "rights": []})";
  const Descriptor library(::open(OLDER_MINOR, O_RDONLY | O_CLOEXEC));
  const auto installed = house_.plugins().install(manifest, library);
  ASSERT_TRUE(installed) << installed.error().message;
  EXPECT_EQ(installed->abi, "1.0");
  hub_->refresh();
  observe("secret.get");
  const auto said = [&](std::string_view line) {
    const auto lines = house_.plugins().logs("com.example.monitor.older");
    return lines && std::ranges::any_of(*lines, [&](const auto& each) { return each.text == line; });
  };
  EXPECT_TRUE(
      tests::eventually([&] { return said("events: 1 known, 0 unknown") && said("metrics: 1 known, 3 unknown"); }));
}

TEST_F(PluginMonitor, OneThatSleepsMakesNobodyWaitAndLosesEvents) {
  enable(k_journald);
  observe("secret.get");
  ASSERT_NE(entry(), "");
  const auto begun = std::chrono::steady_clock::now();
  ASSERT_EQ(system(("pkill -STOP -P " + std::to_string(getpid()) + " strongroom-plug").c_str()), 0);
  constexpr std::uint64_t k_many = 100'000;
  for (std::uint64_t i = 0; i < k_many; ++i) observe("secret.get", "ok", i);
  // Far less than the deadline of a call: nothing was waited for.
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 4s);
  EXPECT_TRUE(tests::eventually([&] { return hub_->lost() >= k_many / 2; })) << hub_->lost();
  // It is ended at its deadline, and a new one says what was lost.
  EXPECT_TRUE(tests::eventually([&] {
    observe("secret.list");
    return entry().find("events were lost") != std::string::npos;
  }));
  EXPECT_FALSE(reported_.empty());
}

// One good call proves little.
TEST_F(PluginMonitor, ACrashLoopIsTriedLessAndLessOften) {
  ASSERT_TRUE(house_.install(HELLO_MONITOR));
  hub_->refresh();
  constexpr const char* k_hello = "com.example.monitor.hello";
  const auto heard = [&] {
    const auto lines = house_.plugins().logs(k_hello);
    return lines ? lines->size() : 0;
  };
  std::vector<std::int64_t> pauses;
  for (int i = 0; i < 2; ++i) {
    const std::size_t before = heard();
    ASSERT_TRUE(tests::eventually([&] {
      observe("secret.get", "denied");
      return heard() > before;
    }));
    ASSERT_EQ(system(("pkill -KILL -P " + std::to_string(getpid()) + " strongroom-plug").c_str()), 0);
    ASSERT_TRUE(tests::eventually([&] {
      observe("secret.get", "denied");
      return house_.plugins().get(k_hello)->plugin.next_try_ms.has_value();
    }));
    pauses.push_back(*house_.plugins().get(k_hello)->plugin.next_try_ms - system_clock().now_ms());
  }
  EXPECT_LE(pauses[0], 1100);
  EXPECT_GT(pauses[1], 1100);
}

// It has no caller who could be at fault.
TEST_F(PluginMonitor, AnOrdinaryErrorOfItsIsAFailureToo) {
  enable(k_journald);
  observe("secret.get");
  ASSERT_NE(entry(), "");
  journal_ = Descriptor();
  ASSERT_TRUE(tests::eventually([&] {
    observe("secret.get");
    return !house_.plugins().may_use(k_journald);
  }));
}

TEST_F(PluginMonitor, NoneTakesThePlaceOfTheDaemonsSocket) {
  options_.taken = house_.folder() / (std::string(k_prometheus) + ".socket");
  tests::write_file(options_.taken, "the daemon's");
  monitors_ = std::make_unique<PluginMonitors>(house_.plugins(), options_);
  ASSERT_TRUE(house_.plugins().set_enabled(k_prometheus, true));
  const auto refused = monitors_->open(k_prometheus, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::conflict);
  EXPECT_EQ(tests::content_of(options_.taken), "the daemon's");
}

// Somebody who sends a byte now and then keeps the others waiting for one patience and no longer.
TEST_F(PluginMonitor, ASlowReaderOfMetricsDoesNotKeepTheOthers) {
  enable(k_prometheus);
  observe("secret.get");
  ASSERT_TRUE(tests::eventually([&] { return !scrape().empty(); }));
  const Descriptor slow = connected();
  std::atomic<bool> stop = false;
  std::thread dripping([&] {
    for (; !stop && send(slow.get(), "x", 1, MSG_NOSIGNAL) == 1;) std::this_thread::sleep_for(100ms);
  });
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_TRUE(scrape().starts_with("HTTP/1.0 200 OK"));
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 15s);
  stop = true;
  dripping.join();
}

TEST_F(PluginMonitor, WithoutAJournalItSaysSoAndIsTriedAgain) {
  journal_ = Descriptor();
  std::filesystem::remove(options_.journal);
  enable(k_journald);
  observe("secret.get");
  ASSERT_TRUE(tests::eventually([&] { return house_.plugins().get(k_journald)->plugin.problem.has_value(); }));
  EXPECT_EQ(house_.plugins().get(k_journald)->plugin.problem, "the system's journal cannot be reached");
  journal_ = bound(options_.journal, SOCK_DGRAM);
  ASSERT_TRUE(house_.plugins().set_enabled(k_journald, true));
  hub_->refresh(k_journald);
  observe("secret.get");
  EXPECT_NE(entry(), "");
}

TEST_F(PluginMonitor, AStrangersMonitorIsInstalledAndHeard) {
  ASSERT_TRUE(house_.install(HELLO_MONITOR));
  hub_->refresh();
  observe("vault.unlock", "wrong_credential");
  ASSERT_TRUE(tests::eventually([&] { return house_.plugins().logs("com.example.monitor.hello")->size() == 2; }));
  const auto lines = house_.plugins().logs("com.example.monitor.hello").value();
  EXPECT_EQ(lines[0].text, "hello");
  EXPECT_EQ(lines[1].text, "uid:1000 vault.unlock: wrong_credential");
}

}  // namespace
}  // namespace strongroom::plugin_host
