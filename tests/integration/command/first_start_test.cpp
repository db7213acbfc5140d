// Many programs meet a machine on which no daemon runs yet, or one that is just ending.
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>

#include "tests/support/cli.h"
#include "tests/support/raw_socket.h"
#include "tests/support/secrets.h"
#include "tests/support/test_daemon.h"

namespace strongroom::tests {
namespace {

// A home of its own, in which the client starts the daemon itself.
class FreshHome : public testing::Test {
 protected:
  ~FreshHome() override {
    if (const auto status = run({"status", "--json", "--no-start"}); status.exit_code == 0) {
      const auto at = status.output.find("\"pid\":");
      const pid_t pid = at == std::string::npos ? 0 : std::stoi(status.output.substr(at + 6));
      if (pid > 1) ::kill(pid, SIGKILL);
    }
  }

  std::unique_ptr<Process> start(std::vector<std::string> words, std::string input = {}) {
    words.insert(words.begin(), STRONGROOM_PATH);
    return std::make_unique<Process>(
        words, Process::Options{.environment = {"HOME=" + home_.path().string(), "PATH=/usr/bin:/bin"},
                                .input = std::move(input),
                                .folder = {}});
  }

  Outcome run(std::vector<std::string> words, std::string input = {}) {
    return start(std::move(words), std::move(input))->wait();
  }

  TemporaryFolder home_;
};

TEST_F(FreshHome, ClientsThatStartADaemonAtOnceShareOne) {
  std::vector<std::unique_ptr<Process>> clients;
  for (int i = 0; i < 8; ++i) clients.push_back(start({"status"}));
  for (auto& client : clients) {
    const auto outcome = client->wait();
    EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  }
}

TEST_F(FreshHome, InitDecidesWhatOpensTheStoreThatItMakes) {
  const auto made = run({"init", "--passphrase", "--no-key-file", "--no-recovery"}, "correct horse\n");
  EXPECT_EQ(made.exit_code, 0) << made.errors;
  const auto slots = run({"slot", "list", "--json"});
  EXPECT_NE(slots.output.find("passphrase"), std::string::npos) << slots.output;
  EXPECT_EQ(slots.output.find("key_file"), std::string::npos) << slots.output;
}

TEST_F(FreshHome, OutputThatCannotBeWrittenIsAFailure) {
  ASSERT_EQ(run({"secret", "set", "a"}, "value").exit_code, 0);
  const std::string command = std::string("'") + STRONGROOM_PATH + "' read a > /dev/full";
  Process shell({"/bin/sh", "-c", command},
                {.environment = {"HOME=" + home_.path().string(), "PATH=/usr/bin:/bin"}, .input = {}, .folder = {}});
  const auto outcome = shell.wait();
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_NE(outcome.errors.find("could not be written"), std::string::npos) << outcome.errors;
}

TEST(SecondStore, NeverTakesTheSocketOfALivingDaemon) {
  TestDaemon daemon;
  daemon.start();
  const TemporaryFolder other;
  Process second({STRONGROOMD_PATH, "--data", (other.path() / "d").string(), "--state", (other.path() / "s").string(),
                  "--socket", daemon.socket()},
                 {.environment = daemon.environment(), .input = {}, .folder = {}});
  const auto outcome = second.wait();
  EXPECT_EQ(outcome.exit_code, 75);
  EXPECT_NE(outcome.errors.find("another daemon listens on this socket"), std::string::npos) << outcome.errors;
  EXPECT_TRUE(client::Client::connect({.endpoint = daemon.endpoint()}));
}

TEST(BusyStop, DropsWaitingUnlocksInsteadOfWorkingThemOff) {
  TestDaemon daemon({"--kdf-memory-mib", "64"});
  daemon.start();
  ASSERT_EQ(run_cli(daemon, {"slot", "add", "passphrase"}, "right").exit_code, 0);
  std::vector<std::unique_ptr<RawSocket>> sockets;
  for (int i = 0; i < 40; ++i) {
    sockets.push_back(std::make_unique<RawSocket>(daemon.socket()));
    sockets.back()->send_message(R"({"method":"io.strongroom.Vault.Unlock","parameters":{"passphrase":"wrong"}})");
  }
  const auto started = std::chrono::steady_clock::now();
  EXPECT_EQ(daemon.stop().exit_code, 0);
  EXPECT_LT(std::chrono::steady_clock::now() - started, std::chrono::seconds(8));
}

TEST(Listing, NeverTakesConcurrentWritesForTampering) {
  TestDaemon daemon;
  daemon.start();
  std::atomic<bool> stop = false;
  std::vector<std::thread> writers;
  for (int w = 0; w < 3; ++w)
    writers.emplace_back([&, w] {
      auto client = daemon.client();
      for (int i = 0; !stop; ++i) {
        const auto stored = put(client, "k/" + std::to_string(w * 100 + i % 100), "v");
        EXPECT_TRUE(stored);
      }
    });
  auto client = daemon.client();
  for (int i = 0; i < 300; ++i) {
    const auto page = client.call<protocol::secret::List>(
        {.prefix = "k", .recursive = true, .deleted = {}, .cursor = {}, .limit = {}});
    EXPECT_TRUE(page) << page.error().message;
  }
  stop = true;
  for (auto& writer : writers) writer.join();
}

}  // namespace
}  // namespace strongroom::tests
