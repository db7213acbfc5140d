// The machine fails at any call that the audit log makes: no acknowledged operation and no revealed secret is without
// its event, nothing that cannot be logged is done, and the log goes on.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/fault/log_house.h"
#include "tests/support/eventually.h"

namespace strongroom::tests {
namespace {

namespace audit = protocol::audit;
namespace vault = protocol::vault;

constexpr std::size_t k_most_calls = 6;  // of an operation that are tried with one fault

enum class End { stop, kill };

void keep(TestDaemon& daemon, End end, Prepared& prepared) {
  auto client = daemon.client();
  prepared.entries = status_of(client).audit.value().entries;
  if (end == End::kill)
    daemon.kill();
  else
    ASSERT_EQ(daemon.stop().exit_code, 0);
  for (const char* part : {"data", "state"})
    std::filesystem::copy(daemon.folder() / part, prepared.folder.path() / part,
                          std::filesystem::copy_options::recursive);
}

// Bytes of the newest segment up to its last entry.
std::uint64_t used(const TestDaemon& daemon) {
  std::filesystem::path newest;
  for (const auto& file : std::filesystem::directory_iterator(daemon.state() / "audit" / "segments"))
    newest = std::max(newest, file.path());
  std::ifstream file(newest, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  return bytes.find_last_not_of('\0') + 1;
}

// Makes the newest segment so full that the next event begins another.
void fill_segment(const TestDaemon& daemon, client::Client& client) {
  constexpr std::uint64_t k_segment = 1 << 20;
  constexpr std::uint64_t k_usual_entry = 4096;
  for (std::uint64_t at = used(daemon); at + k_usual_entry <= k_segment; at = used(daemon)) {
    wire::GetManyRequest request;
    const std::uint64_t room = k_segment - at - k_usual_entry;
    for (std::uint64_t i = 0; i < std::clamp<std::uint64_t>(room / 600, 1, 60); ++i)
      request.items.push_back({.path = "none/" + std::to_string(i) + std::string(480, 'x')});
    ASSERT_TRUE(client.call<wire::GetMany>(request));
  }
}

struct Case {
  const Operation* operation = nullptr;
  const Prepared* prepared = nullptr;  // none: the daemon makes its store
  bool at_start = false;               // the calls of the start count as well
  std::string fault;
  std::size_t at = 0;
  ShimCall call;  // the one that it meets, if all goes as it did when it was counted

  std::string name() const {
    return std::string(at_start ? prepared ? "restart and " : "first start and " : "") + operation->name + ": " +
           fault + " at call " + std::to_string(at) + ", " + call.kind + " of " + call.file;
  }
};

class LogFault : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    usual_ = new Prepared;
    full_ = new Prepared;
    TestDaemon daemon;
    daemon.start();
    {
      auto client = daemon.client();
      prepare_store(client);
    }
    keep(daemon, End::stop, *usual_);
    daemon.start();
    {
      auto client = daemon.client();
      fill_segment(daemon, client);
    }
    keep(daemon, End::kill, *full_);
  }

  static void TearDownTestSuite() {
    delete usual_;
    delete full_;
  }

  // The calls of an operation when nothing fails.
  static std::vector<ShimCall> counted(const Case& of, const std::vector<std::string>& settings) {
    LogHouse house(of.prepared);
    house.break_it(settings, !of.at_start);
    Told told;
    run(house, of, told);
    EXPECT_TRUE(told.refusals.empty()) << of.name() << told.refusals.front().message;
    const auto calls = house.calls();
    house.daemon().kill();
    return calls;
  }

  // Starts and acts. False when the daemon ended before it answered at all.
  static bool run(LogHouse& house, const Case& of, Told& told) {
    if (!house.try_start()) return false;
    auto client = client::Client::connect({.endpoint = house.daemon().endpoint()});
    if (!client) return false;
    house.arm();
    of.operation->act(*client, told);
    return true;
  }

  static const Operation& operation(const std::string& name) {
    for (const auto& each : operations())
      if (each.name == name) return each;
    throw std::runtime_error("no operation " + name);
  }

  // What is tried: every operation, starts, and operations that begin a segment.
  static std::vector<Case> subjects() {
    std::vector<Case> all;
    for (const auto& each : operations()) all.push_back({.operation = &each, .prepared = usual_});
    all.push_back({.operation = &operation("put"), .prepared = full_});
    all.push_back({.operation = &operation("get"), .prepared = full_});
    all.push_back({.operation = &operation("put"), .prepared = nullptr, .at_start = true});
    all.push_back({.operation = &operation("put"), .prepared = usual_, .at_start = true});
    return all;
  }

  // Each subject with each fault at each call, or at as many as there is time for.
  static std::vector<Case> cases(const std::vector<std::string>& faults, const std::vector<std::string>& settings,
                                 std::size_t most) {
    std::vector<Case> all;
    for (const auto& subject : subjects()) {
      const auto calls = counted(subject, settings);
      EXPECT_FALSE(calls.empty() && settings.empty()) << subject.name() << " touches no file of the log";
      const std::size_t tried = std::min(calls.size(), subject.at_start ? 2 * most : most);
      for (std::size_t i = 0; i < tried; ++i) {
        const std::size_t at = tried == 1 ? 0 : i * (calls.size() - 1) / (tried - 1);
        for (const auto& fault : faults) {
          if ((fault == "torn" || fault == "short") && calls[at].kind != "write") continue;
          Case one = subject;
          one.fault = fault;
          one.at = at + 1;
          one.call = calls[at];
          all.push_back(one);
        }
      }
    }
    return all;
  }

  static std::vector<std::string> settings_of(const Case& of, std::vector<std::string> more = {}) {
    more.push_back("LOG_SHIM_DO=" + of.fault);
    more.push_back("LOG_SHIM_AT=" + std::to_string(of.at));
    return more;
  }

  static void expect_recovered(LogHouse& house, const Case& of, const Told& told) {
    house.mend();
    house.daemon().start();
    auto client = house.daemon().client();
    // A lock stays.
    if (status_of(client).state == protocol::service::StoreState::locked) {
      const auto unlocked = client.call<vault::Unlock>({});
      ASSERT_TRUE(unlocked) << unlocked.error().message;
    }
    expect_events(client, house.first(), told, *of.operation);
    expect_log_goes_on(client, "after/all");
  }

  static inline Prepared* usual_ = nullptr;
  static inline Prepared* full_ = nullptr;
};

TEST_F(LogFault, KilledAtAnyCallLosesNothingThatWasAcknowledgedAndNoEvent) {
  const auto all = cases({"kill", "kill_after", "torn"}, {}, k_most_calls);
  EXPECT_LT(all.size(), 300U);
  std::atomic<std::size_t> killed = 0;
  in_parallel<Case>(all, [&](const Case& each) {
    SCOPED_TRACE(each.name());
    LogHouse house(each.prepared);
    house.break_it(settings_of(each), !each.at_start);
    Told told;
    (void)run(house, each, told);
    if (house.calls().size() >= each.at) ++killed;
    house.daemon().kill();
    expect_recovered(house, each, told);
  });
  RecordProperty("cases", static_cast<int>(all.size()));
  RecordProperty("killed", static_cast<int>(killed));
  EXPECT_GT(killed, all.size() * 3 / 4) << "the faults miss the operations";
}

TEST_F(LogFault, WithoutSpaceNothingIsRevealedOrChangedUntilItReturns) {
  const auto all = cases({"enospc", "eio", "short"}, {"LOG_SHIM_ONLY=write,rename,truncate,allocate,unlink"}, 3);
  EXPECT_LT(all.size(), 150U);
  in_parallel<Case>(all, [&](const Case& each) {
    SCOPED_TRACE(each.name());
    LogHouse house(each.prepared);
    house.break_it(settings_of(each, {"LOG_SHIM_ONLY=write,rename,truncate,allocate,unlink"}), !each.at_start);
    Told told;
    if (!run(house, each, told)) {
      const Outcome outcome = house.daemon().wait();
      EXPECT_TRUE(each.at_start) << outcome.errors;
      EXPECT_EQ(outcome.exit_code, 1) << outcome.errors;
      return expect_recovered(house, each, told);
    }
    auto client = house.daemon().client();
    const auto refused = put(client, "refused/a", "never");
    ASSERT_FALSE(refused);
    const bool locked = status_of(client).state == protocol::service::StoreState::locked;
    EXPECT_EQ(refused.error().code, locked ? ErrorCode::locked : ErrorCode::audit_unavailable)
        << refused.error().message;
    const auto revealed = get(client, "kept/a");
    EXPECT_FALSE(revealed);
    house.free_space();
    std::optional<Error> hindrance;
    EXPECT_TRUE(eventually([&] {
      const auto unlocked = client.call<vault::Unlock>({});
      hindrance = unlocked ? std::nullopt : std::optional(unlocked.error());
      return unlocked.has_value();
    })) << hindrance->message;
    // A log that could not be begun is tried again by itself.
    Error gone;
    ASSERT_TRUE(eventually([&] {
      const auto found = get(client, "refused/a");
      if (!found) gone = found.error();
      return !found && gone.code == ErrorCode::not_found;
    })) << gone.message;
    expect_events(client, house.first(), told, *each.operation);
    expect_log_goes_on(client, "after/it");
    house.daemon().kill();
    expect_recovered(house, each, told);
  });
}

bool is_of_segments(const std::string& file) {
  return file.starts_with("segments") || file == "spare" || file == "reserve";
}

TEST_F(LogFault, ASyncThatFailsOnceEndsTheDaemonWithoutAnAcknowledgement) {
  auto all = cases({"eio"}, {"LOG_SHIM_ONLY=sync"}, 4);
  EXPECT_LT(all.size(), 80U);
  in_parallel<Case>(all, [&](const Case& each) {
    if (!is_of_segments(each.call.file)) return;
    SCOPED_TRACE(each.name());
    LogHouse house(each.prepared);
    house.break_it(settings_of(each, {"LOG_SHIM_ONLY=sync"}), !each.at_start);
    Told told;
    (void)run(house, each, told);
    if (house.calls().size() < each.at) {
      house.daemon().kill();
      return expect_recovered(house, each, told);
    }
    const Outcome outcome = house.daemon().wait();
    EXPECT_NE(outcome.exit_code, 0);
    EXPECT_LT(outcome.exit_code, 128) << outcome.errors;
    expect_recovered(house, each, told);
  });
}

// The sync that an answer waits for begins after its event, also when several clients share it and ask again meanwhile.
TEST_F(LogFault, NoAnswerLeavesBeforeASyncThatBeganAfterItsEvent) {
  constexpr auto k_slow = std::chrono::milliseconds(200);
  LogHouse house(usual_);
  house.break_it({"LOG_SHIM_ONLY=sync", "LOG_SHIM_AT=1", "LOG_SHIM_DO=slow"}, true);
  ASSERT_TRUE(house.try_start());
  std::vector<std::unique_ptr<client::Client>> clients;
  for (int i = 0; i < 6; ++i) clients.push_back(std::make_unique<client::Client>(house.daemon().client()));
  ASSERT_TRUE(get(*clients.front(), "kept/a"));
  house.arm();
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < clients.size(); ++i)
    threads.emplace_back([&, i] {
      for (int n = 0; n < 3; ++n) {
        const auto begun = std::chrono::steady_clock::now();
        const bool writes = i == 0;
        const bool answered =
            writes ? put(*clients[i], "slow/a", "x").has_value() : get(*clients[i], "kept/a").has_value();
        EXPECT_TRUE(answered);
        EXPECT_GE(std::chrono::steady_clock::now() - begun, k_slow);
      }
    });
  for (auto& thread : threads) thread.join();
  house.free_space();
  house.daemon().kill();
}

}  // namespace
}  // namespace strongroom::tests
