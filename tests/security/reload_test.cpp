// SIGHUP: what can change does, what cannot is named, and a broken file changes nothing.
#include <gtest/gtest.h>

#include <sys/un.h>

#include <fstream>

#include "tests/security/abuse.h"
#include "tests/support/secrets.h"

namespace strongroom::tests {
namespace {

// Where systemd would hear the daemon.
class NotifySocket {
 public:
  explicit NotifySocket(const std::string& path) : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    if (bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("no socket at " + path);
    const timeval timeout{10, 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  }

  ~NotifySocket() { close(socket_); }

  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;

  std::string next() {
    char text[512];
    const ssize_t n = recv(socket_, text, sizeof text, 0);
    return n > 0 ? std::string(text, static_cast<std::size_t>(n)) : std::string();
  }

 private:
  int socket_;
};

class Reload : public testing::Test {
 protected:
  void SetUp() override {
    daemon_.add_flags({"--config", file_});
    daemon_.add_environment("NOTIFY_SOCKET=" + place_);
  }

  void write(const std::string& text) { std::ofstream(file_) << text; }

  // Ends when the daemon says that it has done it.
  void reload() {
    kill(daemon_.pid(), SIGHUP);
    const std::string reloading = manager_.next();
    EXPECT_TRUE(reloading.starts_with("RELOADING=1\nMONOTONIC_USEC=")) << reloading;
    EXPECT_TRUE(manager_.next().starts_with("READY=1"));
  }

  void start(const std::string& text) {
    write(text);
    daemon_.start();
    EXPECT_TRUE(manager_.next().starts_with("READY=1"));
  }

  TestDaemon daemon_{{"--storage", "memory"}};
  std::string file_ = (daemon_.folder() / "c.toml").string();
  std::string place_ = (daemon_.folder() / "n").string();
  NotifySocket manager_{place_};
};

TEST_F(Reload, LimitsAndTheLogLevelChangeWhileClientsAreConnected) {
  start("[limits]\nconnections = 3\n");
  auto client = daemon_.client();
  ASSERT_TRUE(put(client, "a", "value"));
  write("[limits]\nconnections = 1\nhalf_message_seconds = 1\n[log]\nlevel = \"debug\"\n");
  reload();
  ASSERT_TRUE(get(client, "a")) << "an open connection stays";
  RawSocket refused(daemon_.socket());
  EXPECT_NE(refused.receive().value_or("").find("limits.connections"), std::string::npos);
  write("[limits]\nconnections = 5\nhalf_message_seconds = 1\n");
  reload();
  RawSocket half(daemon_.socket());
  half.send("{");
  EXPECT_NE(half.receive().value_or("").find("within 1 s"), std::string::npos);
  const auto log = daemon_.stop().errors;
  for (const auto* line : {"changed: limits.connections", "changed: limits.half_message_seconds", "changed: log.level",
                           "the configuration was read anew"})
    EXPECT_NE(log.find(line), std::string::npos) << line << " is missing in:\n" << log;
}

TEST_F(Reload, WhatNeedsARestartIsNamedEachTimeAndDoesNotChange) {
  start("[daemon]\nthreads = 1\n");
  write("[daemon]\nthreads = 2\n[vault]\nkdf_passes = 4\n");
  reload();
  reload();
  auto client = daemon_.client();
  EXPECT_TRUE(put(client, "a", "value"));
  const auto log = daemon_.stop().errors;
  const auto first = log.find("needs a restart: daemon.threads");
  ASSERT_NE(first, std::string::npos) << log;
  EXPECT_NE(log.find("needs a restart: daemon.threads", first + 1), std::string::npos) << log;
  EXPECT_NE(log.find("needs a restart: vault.kdf_passes"), std::string::npos) << log;
}

TEST_F(Reload, ABrokenFileIsNamedWithItsLineAndTheOldSettingsStay) {
  start("[limits]\nconnections = 2\n");
  write("[limits]\nconnections = 1\n\nconections = 7\n");
  reload();
  // The connection by which start() looked may be open for a moment still.
  EXPECT_TRUE(eventually([&] {
    RawSocket first(daemon_.socket());
    RawSocket second(daemon_.socket());
    second.send_message(R"({"method":"org.varlink.service.GetInfo"})");
    return second.receive().value_or("").find("vendor") != std::string::npos;
  })) << "the old limit is gone";
  const auto log = daemon_.stop().errors;
  EXPECT_NE(log.find(file_ + ":4: there is no setting 'limits.conections'"), std::string::npos) << log;
  EXPECT_NE(log.find("the old one stays"), std::string::npos) << log;
}

TEST_F(Reload, AVariableThatNobodyReadsIsNamedAtTheStart) {
  daemon_.add_environment("STRONGROOM_LOGLEVEL=debug");
  daemon_.add_environment("STRONGROOM_AUTOSTART=0");
  daemon_.add_environment("STRONGROOM_REASON=none");
  start("");
  const auto log = daemon_.stop().errors;
  EXPECT_NE(log.find("STRONGROOM_LOGLEVEL is not known; did you mean STRONGROOM_LOG_LEVEL?"), std::string::npos) << log;
  EXPECT_EQ(log.find("STRONGROOM_AUTOSTART"), std::string::npos) << log;
  EXPECT_EQ(log.find("STRONGROOM_REASON"), std::string::npos) << log;
}

}  // namespace
}  // namespace strongroom::tests
