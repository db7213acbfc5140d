// The limits of the real daemon: descriptors of the process, and what its flags set.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/security/abuse.h"
#include "tests/support/secrets.h"

namespace strongroom::tests {
namespace {

std::string limit_of_open_files(pid_t pid) {
  std::ifstream limits("/proc/" + std::to_string(pid) + "/limits");
  for (std::string line; std::getline(limits, line);)
    if (line.starts_with("Max open files")) return line;
  return "nothing";
}

TEST(Limits, TheSoftLimitOfOpenFilesIsRaisedToTheHardOne) {
  TestDaemon daemon({"--storage", "memory"});
  daemon.run_under({"prlimit", "--nofile=256:3000"});
  daemon.start();
  const std::string line = limit_of_open_files(daemon.pid());
  EXPECT_NE(line.find("3000                 3000"), std::string::npos) << line;
  EXPECT_EQ(daemon.stop().errors.find("open files"), std::string::npos);
}

TEST(Limits, FewOpenFilesMeanFewerConnectionsAndTheLogSaysSo) {
  TestDaemon daemon({"--storage", "memory"});
  daemon.run_under({"prlimit", "--nofile=100:100"});
  daemon.start();
  const auto clients = crowd(daemon, 36, "");
  RawSocket refused(daemon.socket());
  EXPECT_NE(refused.receive().value_or("").find("limits.connections"), std::string::npos);
  const auto outcome = daemon.stop();
  EXPECT_EQ(outcome.exit_code, 0);
  EXPECT_NE(outcome.errors.find("the limit of open files (100) allows 36 connections, not 2200"), std::string::npos)
      << outcome.errors;
}

TEST(Limits, FlagsReachTheTransport) {
  TestDaemon daemon({"--storage", "memory", "--idle-seconds", "1", "--half-message-seconds", "1"});
  daemon.start();
  auto client = daemon.client();
  ASSERT_TRUE(put(client, "a", "value"));
  RawSocket half(daemon.socket());
  half.send("{");
  EXPECT_NE(half.receive().value_or("").find("limits.half_message_seconds"), std::string::npos);
  RawSocket idle(daemon.socket());
  EXPECT_NE(idle.receive().value_or("").find("limits.idle_seconds"), std::string::npos);
  const auto got = get(client, "a");
  EXPECT_TRUE(got) << "a client whose idle connection was closed: " << got.error().message;
  const auto log = daemon.stop().errors;
  EXPECT_NE(log.find("warning: dropped 1 client whose message did not end in time"), std::string::npos) << log;
  EXPECT_NE(log.find("idle"), std::string::npos) << log;
}

}  // namespace
}  // namespace strongroom::tests
