// What a service manager passes and is told: sockets, readiness, the watchdog.
#include <gtest/gtest.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>

#include "tests/support/secrets.h"
#include "tests/support/test_daemon.h"
#include "tests/support/unix_address.h"

namespace strongroom::tests {
namespace {

// The manager's end of NOTIFY_SOCKET.
class Notifications {
 public:
  explicit Notifications(const std::string& path)
      : path_(path), socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    const sockaddr_un address = address_of(path);
    if (bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
      throw std::runtime_error("no socket");
  }

  ~Notifications() { close(socket_); }

  Notifications(const Notifications&) = delete;
  Notifications& operator=(const Notifications&) = delete;

  const std::string& path() const { return path_; }

  // Whether a message with that line comes.
  bool wait_for(const std::string& line) {
    pollfd watched{socket_, POLLIN, 0};
    while (poll(&watched, 1, 10'000) > 0) {
      char text[1024];
      const ssize_t n = recv(socket_, text, sizeof text, 0);
      if (n > 0 &&
          ("\n" + std::string(text, static_cast<std::size_t>(n)) + "\n").find("\n" + line + "\n") != std::string::npos)
        return true;
    }
    return false;
  }

 private:
  std::string path_;
  int socket_;
};

TEST(ServiceManager, IsToldOfReadinessTheWatchdogAndTheEnd) {
  TestDaemon daemon;
  Notifications notifications((daemon.folder() / "notify").string());
  daemon.add_environment("NOTIFY_SOCKET=" + notifications.path());
  daemon.add_environment("WATCHDOG_USEC=100000");
  daemon.launch();
  EXPECT_TRUE(notifications.wait_for("READY=1"));
  EXPECT_TRUE(client::Client::connect({.endpoint = daemon.endpoint()})) << "ready before it serves";
  EXPECT_TRUE(notifications.wait_for("WATCHDOG=1"));
  EXPECT_TRUE(notifications.wait_for("WATCHDOG=1"));
  EXPECT_EQ(daemon.stop().exit_code, 0);
  EXPECT_TRUE(notifications.wait_for("STOPPING=1"));
}

// The shell stands for the manager: it has the socket as descriptor 3 and becomes the daemon, whose pid it knows.
TEST(ServiceManager, PassesASocketThatIsServedAndLeftInPlace) {
  TestDaemon daemon;
  const std::string path = (daemon.folder() / "passed").string();
  const int listening = socket(AF_UNIX, SOCK_STREAM, 0);
  const sockaddr_un address = address_of(path);
  ASSERT_EQ(bind(listening, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(listen(listening, 8), 0);
  daemon.run_under(
      {"/bin/sh", "-c", "exec 3<&" + std::to_string(listening) + "; LISTEN_FDS=1 LISTEN_PID=$$ exec \"$@\"", "sh"});
  daemon.launch();
  auto client = client::Client::connect({.endpoint = client::Endpoint{path, geteuid()}});
  ASSERT_TRUE(client) << client.error().message;
  ASSERT_TRUE(put(*client, "a", "value"));
  EXPECT_EQ(get(*client, "a").value(), "value");
  EXPECT_FALSE(std::filesystem::exists(daemon.socket()));
  EXPECT_EQ(daemon.stop().exit_code, 0);
  EXPECT_TRUE(std::filesystem::exists(path));
  close(listening);
}

TEST(ServiceManager, ASocketForAnotherProcessIsNotTaken) {
  TestDaemon daemon;
  daemon.add_environment("LISTEN_FDS=1");
  daemon.add_environment("LISTEN_PID=1");
  daemon.start();
  EXPECT_TRUE(std::filesystem::exists(daemon.socket()));
}

TEST(ServiceManager, WhatIsNoListeningSocketIsRefused) {
  TestDaemon daemon;
  daemon.run_under({"/bin/sh", "-c", "exec 3</dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec \"$@\"", "sh"});
  daemon.launch();
  const Outcome outcome = daemon.wait();
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_NE(outcome.errors.find("socket"), std::string::npos) << outcome.errors;
}

}  // namespace
}  // namespace strongroom::tests
