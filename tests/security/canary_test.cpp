// A value is in the daemon's memory while its request is under way, and nowhere afterwards.
#include <gtest/gtest.h>

#include <unistd.h>

#include "tests/security/canary.h"
#include "tests/support/cli.h"
#include "tests/support/ordinary_user.h"
#include "tests/support/raw_socket.h"
#include "tests/support/secrets.h"
#include "tests/support/test_daemon.h"

namespace strongroom::tests {
namespace {

class Canary : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "only root can read the memory of a process that is not dumpable";
    daemon_.start();
  }

  // Remembers and returns a value; `kind` says what of.
  std::string canary(const std::string& kind, std::string value) {
    needles_.add(kind, value);
    return value;
  }

  // Values of each form and of sizes around what storage and buffers treat differently.
  std::vector<std::string> values(const std::string& kind) {
    std::vector<std::string> all;
    for (const std::size_t size : {32u, 253u, 3000u, 5000u, 70'000u, 300'000u})
      all.push_back(canary(kind + " text", random_text(size)));
    for (const std::size_t size : {32u, 253u, 5000u, 70'000u})
      all.push_back(canary(kind + " binary", random_bytes(size) + '\0'));
    std::string lines;
    for (int i = 0; i < 20; ++i) lines += random_text(40) + "\n\t\"quoted\\\"" + random_text(20) + "\n";
    // The common words between random ones would be found everywhere.
    canary_lines(kind + " lines", lines);
    all.push_back(lines);
    return all;
  }

  void canary_lines(const std::string& kind, const std::string& lines) {
    for (std::size_t at = 0; at + 32 <= lines.size(); at += 40)
      if (lines.substr(at, 32).find_first_of("\n\"") == std::string::npos) needles_.add(kind, lines.substr(at, 32));
  }

  void expect_gone() {
    expect_gone_from_memory(daemon_.pid(), needles_);
    for (const auto& line : find_in_files(daemon_.folder(), needles_)) ADD_FAILURE() << line;
  }

  TestDaemon daemon_{{"--log-level", "debug", "--log-target", "file"}};
  Needles needles_;
};

TEST_F(Canary, TheScannerFindsWhatAProcessHolds) {
  const std::string value = canary("own", random_bytes(40));
  EXPECT_FALSE(find_in_memory(getpid(), needles_).empty());
  EXPECT_TRUE(find_in_memory(daemon_.pid(), needles_).empty());
  const std::string base64(to_hex(as_bytes(value)));
  std::vector<std::string> found;
  needles_.find_in(base64, "a string", found);
  EXPECT_FALSE(found.empty());
}

TEST_F(Canary, IsInMemoryWhileItsRequestIsUnderWayAndNotAfterwards) {
  const std::string value = canary("unfinished", random_text(64));
  {
    RawSocket socket(daemon_.socket());
    ASSERT_TRUE(
        socket.send(R"({"method":"io.strongroom.Secret.Put","parameters":{"path":"a","fields":{"value":")" + value));
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    bool seen = false;
    while (!seen && std::chrono::steady_clock::now() < until) seen = !find_in_memory(daemon_.pid(), needles_).empty();
    ASSERT_TRUE(seen) << "the scanner does not find what is there";
  }
  expect_gone();
}

TEST_F(Canary, IsGoneAfterPutAndGet) {
  auto client = daemon_.client();
  int number = 0;
  for (const auto& value : values("put")) {
    const std::string path = "single/" + std::to_string(number++);
    ASSERT_TRUE(put(client, path, value));
    ASSERT_TRUE(put(client, path, value));
    EXPECT_EQ(get(client, path).value(), value);
    EXPECT_EQ(get(client, path, 1).value(), value);
  }
  expect_gone();
}

TEST_F(Canary, IsGoneAfterMerging) {
  auto client = daemon_.client();
  for (const auto& value : values("merged")) {
    ASSERT_TRUE(put(client, "merged", value));
    auto request = put_request("merged", "other", "another");
    request.merge = true;
    ASSERT_TRUE(client.call<wire::Put>(request));
  }
  expect_gone();
}

TEST_F(Canary, IsGoneAfterBatches) {
  auto client = daemon_.client();
  wire::PutManyRequest puts;
  wire::GetManyRequest gets;
  const auto all = values("batch");
  for (std::size_t i = 0; i < all.size(); ++i) {
    puts.items.push_back(put_request("batch/" + std::to_string(i), all[i]));
    gets.items.push_back({.path = "batch/" + std::to_string(i), .version = {}, .only = {}});
  }
  const auto put_all = client.call<wire::PutMany>(puts);
  ASSERT_TRUE(put_all);
  auto got = client.call<wire::GetMany>(gets);
  ASSERT_TRUE(got);
  for (const auto& item : got->items) EXPECT_FALSE(item.problem) << item.problem->message;
  expect_gone();
}

TEST_F(Canary, IsGoneAfterPipelinedCalls) {
  auto client = daemon_.client();
  std::vector<wire::PutRequest> puts;
  std::vector<wire::GetRequest> gets;
  for (int i = 0; i < 100; ++i) {
    const std::string path = "pipe/" + std::to_string(i % 10);
    puts.push_back(put_request(path, canary("pipelined", random_text(100))));
    gets.push_back({.path = path, .version = {}, .only = {}});
  }
  for (const auto& answer : client.call_pipelined<wire::Put>(puts)) ASSERT_TRUE(answer);
  for (const auto& answer : client.call_pipelined<wire::Get>(gets)) ASSERT_TRUE(answer);
  expect_gone();
}

TEST_F(Canary, IsGoneAfterTheCommandLine) {
  int number = 0;
  for (const std::string& value : {canary("piped", random_text(200)), canary("piped", random_bytes(200))}) {
    const std::string path = "cli/" + std::to_string(number++);
    EXPECT_EQ(run_cli(daemon_, {"secret", "set", path, "--raw"}, value).exit_code, 0);
    EXPECT_EQ(run_cli(daemon_, {"read", path, "--no-newline"}).output, value);
    EXPECT_EQ(run_cli(daemon_, {"secret", "get", path}).exit_code, 0);
  }
  expect_gone();
}

TEST_F(Canary, IsGoneAfterRefusedCalls) {
  auto client = daemon_.client();
  const std::string value = canary("refused", random_text(3000));
  auto unmet = put_request("a", value);
  unmet.check_version = 7;
  EXPECT_FALSE(client.call<wire::Put>(unmet));
  EXPECT_FALSE(put(client, "a//b", value));
  EXPECT_FALSE(put(client, "a", canary("too large", random_text(1024 * 1024 + 1))));
  RawSocket socket(daemon_.socket());
  socket.send_message(R"({"method":"io.strongroom.Secret.Put","parameters":{"path":"a","fields":{"value":")" + value +
                      "\"},\"nothing\":1}}");
  ASSERT_TRUE(socket.receive());
  socket.send_message(R"({"method":"io.strongroom.Secret.Put","parameters":{"path":"a","fields":{"value":")" + value +
                      "\"}");
  ASSERT_TRUE(socket.receive());
  expect_gone();
}

TEST_F(Canary, IsGoneWhenNobodyTakesTheAnswer) {
  auto client = daemon_.client();
  ASSERT_TRUE(put(client, "large", canary("untaken", random_text(900'000))));
  {
    RawSocket socket(daemon_.socket());
    for (int i = 0; i < 8; ++i)
      ASSERT_TRUE(socket.send_message(R"({"method":"io.strongroom.Secret.Get","parameters":{"path":"large"}})"));
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    bool seen = false;
    while (!seen && std::chrono::steady_clock::now() < until) seen = !find_in_memory(daemon_.pid(), needles_).empty();
    EXPECT_TRUE(seen) << "an answer that waits must be somewhere";
  }
  expect_gone();
}

TEST(DaemonMemory, IsClosedToItsOwnUser) {
  if (passed_on_to_ordinary_user()) return;
  TestDaemon daemon;
  daemon.start();
  EXPECT_NE(access(("/proc/" + std::to_string(daemon.pid()) + "/mem").c_str(), R_OK), 0);
  EXPECT_THROW(find_in_memory(daemon.pid(), Needles()), std::runtime_error);
}

}  // namespace
}  // namespace strongroom::tests
