// A socket in our place that is not ours: no byte is sent to it, and the reason is said.
#include <gtest/gtest.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <fstream>

#include "tests/support/ordinary_user.h"
#include "tests/support/process.h"
#include "tests/support/secrets.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_daemon.h"
#include "tests/support/unix_address.h"

namespace strongroom::tests {
namespace {

// Somebody who listens in a process of its own and counts what is sent to him.
class Squatter {
 public:
  // `listen_as` is who listens; the socket belongs to whoever makes it.
  Squatter(const std::string& path, uid_t listen_as) : path_(path) {
    int ready[2];
    int counted[2];
    if (pipe(ready) != 0 || pipe(counted) != 0) throw std::runtime_error("no pipe");
    child_ = fork();
    if (child_ < 0) throw std::runtime_error("no process");
    if (child_ == 0) {
      const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
      const sockaddr_un address = address_of(path);
      if (bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) _exit(1);
      if (listen_as != geteuid() && setresuid(listen_as, listen_as, listen_as) != 0) _exit(1);
      if (listen(socket, 8) != 0 || write(ready[1], "r", 1) != 1) _exit(1);
      for (;;) {
        const int connection = accept(socket, nullptr, nullptr);
        char bytes[4096];
        for (ssize_t n = 0; (n = read(connection, bytes, sizeof bytes)) > 0;)
          if (write(counted[1], bytes, static_cast<std::size_t>(n)) != n) _exit(1);
        close(connection);
      }
    }
    close(ready[1]);
    close(counted[1]);
    counted_ = counted[0];
    char c = 0;
    const bool listens = read(ready[0], &c, 1) == 1;
    close(ready[0]);
    if (!listens) throw std::runtime_error("the squatter does not listen");
  }

  ~Squatter() {
    end();
    close(counted_);
  }

  Squatter(const Squatter&) = delete;
  Squatter& operator=(const Squatter&) = delete;

  // Ends him and returns how many bytes he got.
  std::size_t finish() {
    // Whoever was refused has closed by now, and what he had sent lies in the socket: it is read before ours is served.
    const int last = ::socket(AF_UNIX, SOCK_STREAM, 0);
    const sockaddr_un address = address_of(path_);
    const bool served =
        connect(last, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 && write(last, "x", 1) == 1;
    shutdown(last, SHUT_WR);
    char c = 0;
    if (!served || read(last, &c, 1) != 0) throw std::runtime_error("the squatter does not serve");
    close(last);
    end();
    std::size_t bytes = 0;
    char buffer[4096];
    for (ssize_t n = 0; (n = read(counted_, buffer, sizeof buffer)) > 0;) bytes += static_cast<std::size_t>(n);
    return bytes - 1;
  }

 private:
  // A pid below 1 would mean other processes than this child.
  void end() {
    if (child_ <= 0) return;
    kill(child_, SIGKILL);
    waitpid(child_, nullptr, 0);
    child_ = -1;
  }

  std::string path_;
  pid_t child_ = -1;
  int counted_ = -1;
};

class SquattedSocket : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(mkdir(place().c_str(), 0700), 0); }

  std::filesystem::path place() const { return folder_.path() / "place"; }

  std::string socket() const { return (place() / "s").string(); }

  void need_root() {
    if (geteuid() != 0) GTEST_SKIP() << "only root can be somebody else";
  }

  // The SDK and the command line refuse, with the sentence.
  void expect_refused(const std::string& sentence, const std::string& at) {
    const auto client = client::Client::connect({.endpoint = client::Endpoint{at, geteuid()}});
    ASSERT_FALSE(client);
    EXPECT_EQ(client.error().code, ErrorCode::untrusted);
    EXPECT_NE(client.error().message.find(sentence), std::string::npos) << client.error().message;
    for (const char* start : {"0", "1"}) {
      Process process({STRONGROOM_PATH, "secret", "set", "a", "--socket", at},
                      {.environment = {"HOME=" + folder_.path().string(), std::string("STRONGROOM_AUTOSTART=") + start},
                       .input = "a value",
                       .folder = {}});
      const Outcome outcome = process.wait();
      EXPECT_EQ(outcome.exit_code, 4) << outcome.errors;
      EXPECT_NE(outcome.errors.find(sentence), std::string::npos) << outcome.errors;
    }
  }

  void expect_refused(const std::string& sentence) { expect_refused(sentence, socket()); }

  TemporaryFolder folder_;
};

TEST_F(SquattedSocket, TheSquatterCountsWhatIsSentToHim) {
  Squatter squatter(socket(), geteuid());
  {
    auto client = client::Client::connect(
        {.endpoint = client::Endpoint{socket(), geteuid()}, .deadline = client::Milliseconds(200)});
    ASSERT_TRUE(client);
    EXPECT_FALSE(client->call<protocol::service::GetStatus>({}));
  }
  EXPECT_GT(squatter.finish(), 0u);
}

TEST_F(SquattedSocket, ServedByAnotherUserGetsNothing) {
  need_root();
  if (IsSkipped()) return;
  Squatter squatter(socket(), k_nobody);
  expect_refused("served by another user");
  EXPECT_EQ(squatter.finish(), 0u);
}

TEST_F(SquattedSocket, OfAnotherUserGetsNothing) {
  need_root();
  if (IsSkipped()) return;
  Squatter squatter(socket(), k_nobody);
  ASSERT_EQ(chown(socket().c_str(), k_nobody, k_nobody), 0);
  expect_refused("belongs to another user");
  EXPECT_EQ(squatter.finish(), 0u);
}

TEST_F(SquattedSocket, BoundEarlyInAFolderOfAnotherUserGetsNothing) {
  need_root();
  if (IsSkipped()) return;
  ASSERT_EQ(chown(place().c_str(), k_nobody, k_nobody), 0);
  Squatter squatter(socket(), k_nobody);
  expect_refused("folder belongs to another user");
  EXPECT_EQ(squatter.finish(), 0u);
}

TEST_F(SquattedSocket, InALinkedFolderGetsNothing) {
  Squatter squatter(socket(), geteuid());
  const std::filesystem::path link = folder_.path() / "link";
  std::filesystem::create_directory_symlink(place(), link);
  expect_refused("not a folder", (link / "s").string());
  EXPECT_EQ(squatter.finish(), 0u);
}

TEST_F(SquattedSocket, InAFolderWritableByOthersGetsNothing) {
  for (const mode_t mode : {mode_t{0720}, mode_t{0702}, mode_t{0777}, mode_t{01777}}) {
    Squatter squatter(socket(), geteuid());
    ASSERT_EQ(chmod(place().c_str(), mode), 0);
    expect_refused("writable by others");
    EXPECT_EQ(squatter.finish(), 0u);
    unlink(socket().c_str());
  }
}

TEST_F(SquattedSocket, ThatIsAFileOrALinkIsRefused) {
  {
    std::ofstream(socket()) << "not a socket";
  }
  expect_refused("not a socket");
  unlink(socket().c_str());
  const std::string real = (folder_.path() / "real").string();
  Squatter squatter(real, geteuid());
  std::filesystem::create_symlink(real, socket());
  expect_refused("not a socket");
  EXPECT_EQ(squatter.finish(), 0u);
}

TEST(SquattedPlace, ADaemonDoesNotReplaceWhatIsNotItsSocket) {
  TestDaemon daemon;
  std::filesystem::create_directory(std::filesystem::path(daemon.socket()).parent_path());
  chmod(std::filesystem::path(daemon.socket()).parent_path().c_str(), 0700);
  {
    std::ofstream(daemon.socket()) << "a file of somebody";
  }
  daemon.launch();
  const Outcome outcome = daemon.wait();
  EXPECT_EQ(outcome.exit_code, 4) << outcome.errors;
  EXPECT_NE(outcome.errors.find("not our socket"), std::string::npos) << outcome.errors;
  EXPECT_TRUE(std::filesystem::is_regular_file(daemon.socket()));
}

TEST(SquattedPlace, ADaemonDoesNotListenInAFolderOpenToOthers) {
  TestDaemon daemon;
  const auto folder = std::filesystem::path(daemon.socket()).parent_path();
  std::filesystem::create_directory(folder);
  ASSERT_EQ(chmod(folder.c_str(), 0755), 0);
  daemon.launch();
  const Outcome outcome = daemon.wait();
  EXPECT_EQ(outcome.exit_code, 4) << outcome.errors;
  EXPECT_NE(outcome.errors.find("chmod 700"), std::string::npos) << outcome.errors;
}

// Even when the rights of the socket are opened by mistake.
TEST(ForeignCaller, GetsNothingAndDisturbsNobody) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can be somebody else";
  TestDaemon daemon;
  daemon.start();
  auto client = daemon.client();
  ASSERT_TRUE(put(client, "a", "value"));
  chmod(daemon.folder().c_str(), 0755);
  chmod(std::filesystem::path(daemon.socket()).parent_path().c_str(), 0755);
  chmod(daemon.socket().c_str(), 0666);
  const pid_t child = fork();
  if (child == 0) {
    if (setresuid(k_nobody, k_nobody, k_nobody) != 0) _exit(2);
    const int socket = ::socket(AF_UNIX, SOCK_STREAM, 0);
    const sockaddr_un address = address_of(daemon.socket());
    if (connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) _exit(3);
    const char call[] = R"({"method":"org.varlink.service.GetInfo"})";
    (void)send(socket, call, sizeof call, MSG_NOSIGNAL);
    char answer[4096];
    const ssize_t n = recv(socket, answer, sizeof answer, 0);
    _exit(n <= 0 ? 0 : 1);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0) << "1: it got an answer, 2 and 3: it could not ask";
  EXPECT_EQ(get(client, "a").value(), "value");
}

}  // namespace
}  // namespace strongroom::tests
