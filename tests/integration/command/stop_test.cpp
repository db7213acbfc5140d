// One daemon for a data folder, and an end that finishes what was begun.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include "tests/support/raw_socket.h"
#include "tests/support/secrets.h"
#include "tests/support/test_daemon.h"

namespace strongroom::tests {
namespace {

TEST(SecondDaemon, SaysWhoServesTheFolderAndLeavesTheFirstAlone) {
  TestDaemon daemon;
  daemon.start();
  auto client = daemon.client();
  ASSERT_TRUE(put(client, "a", "value"));
  for (const std::string& socket : {daemon.socket(), (daemon.folder() / "other" / "s").string()}) {
    Process second(
        {STRONGROOMD_PATH, "--data", daemon.data().string(), "--state", daemon.state().string(), "--socket", socket},
        {.environment = daemon.environment(), .input = {}, .folder = {}});
    const Outcome outcome = second.wait();
    EXPECT_EQ(outcome.exit_code, 75);
    EXPECT_NE(outcome.errors.find("another strongroomd (process " + std::to_string(daemon.pid()) + ")"),
              std::string::npos)
        << outcome.errors;
  }
  EXPECT_EQ(get(client, "a").value(), "value");
  EXPECT_TRUE(client::Client::connect({.endpoint = daemon.endpoint()}));
  EXPECT_TRUE(put(client, "a", "newer"));
}

TEST(Stop, FinishesWhatWasSentBeforeIt) {
  TestDaemon daemon;
  daemon.start();
  RawSocket socket(daemon.socket());
  std::string calls;
  constexpr int k_calls = 400;
  for (int i = 0; i < k_calls; ++i)
    calls += R"({"method":"io.strongroom.Secret.Put","parameters":{"path":"p/)" + std::to_string(i) +
             R"(","fields":{"value":"v"}}})" + '\0';
  ASSERT_TRUE(socket.send(calls));
  // The first answer shows that the daemon has taken the calls in.
  ASSERT_TRUE(socket.receive());
  const auto begin = std::chrono::steady_clock::now();
  std::thread stopping([&] { EXPECT_EQ(daemon.stop().exit_code, 0); });
  int answered = 1;
  while (const auto answer = socket.receive()) {
    EXPECT_NE(answer->find("\"version\":1"), std::string::npos) << *answer;
    ++answered;
  }
  stopping.join();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(6));
  EXPECT_FALSE(std::filesystem::exists(daemon.socket()));
  daemon.start();
  auto client = daemon.client();
  for (int i = 0; i < answered; ++i) EXPECT_TRUE(get(client, "p/" + std::to_string(i))) << i;
  EXPECT_EQ(compared_status(client).freshness, protocol::service::Freshness::unverified);
}

TEST(Stop, IsNotHeldUpByClientsThatDoNothing) {
  TestDaemon daemon;
  daemon.start();
  RawSocket silent(daemon.socket());
  RawSocket half(daemon.socket());
  ASSERT_TRUE(half.send(R"({"method":"io.stro)"));
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_EQ(daemon.stop().exit_code, 0);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(6));
}

TEST(Stop, BySigintIsAsClean) {
  TestDaemon daemon;
  daemon.start();
  ::kill(daemon.pid(), SIGINT);
  EXPECT_EQ(daemon.wait().exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists(daemon.data() / "store.db-wal"));
}

TEST(Stop, IsNotCausedBySighup) {
  TestDaemon daemon;
  daemon.start();
  ::kill(daemon.pid(), SIGHUP);
  auto client = daemon.client();
  EXPECT_TRUE(put(client, "a", "value"));
  EXPECT_TRUE(daemon.running());
}

}  // namespace
}  // namespace strongroom::tests
