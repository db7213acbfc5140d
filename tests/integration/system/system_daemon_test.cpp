// strongroomd --system as a process of its own user, without a service manager: whom it serves and whom it sends away.
#include <gtest/gtest.h>

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <memory>

#include "tests/support/ordinary_user.h"
#include "tests/support/secrets.h"
#include "tests/support/test_daemon.h"
#include "tests/support/text.h"
#include "tests/support/unix_address.h"

namespace strongroom::tests {
namespace {

constexpr uid_t k_daemon = 64321;  // users whom nobody else has
constexpr uid_t k_other = 64322;

std::vector<std::string> as(uid_t user) {
  const std::string id = std::to_string(user);
  return {"setpriv", "--reuid=" + id, "--regid=" + id, "--clear-groups", "--inh-caps=-all"};
}

// Maps root and the daemon's user to themselves and nobody else, as PrivateUsers=yes does, and becomes the rest of its
// words as root there. The maps are written from outside, as they must be.
constexpr const char* k_map_users = R"sh(
pid=$$
( until [ "$(readlink /proc/$pid/ns/user)" != "$(readlink /proc/self/ns/user)" ]; do sleep 0.01; done
  for map in uid_map gid_map; do printf '0 0 1\n64321 64321 1\n' >/proc/$pid/$map; done ) >/dev/null 2>&1 &
exec unshare --user sh -c 'until [ -n "$(cat /proc/self/gid_map)" ]; do sleep 0.01; done; exec "$@"' sh "$@"
)sh";

class SystemDaemon : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "only root can be several users";
    for (const char* program : {STRONGROOMD_PATH, STRONGROOM_PATH})
      if (const auto closed = closed_folder_above(program); !closed.empty())
        GTEST_SKIP() << closed << " is closed to ordinary users, so none can be tried";
    // Only its own folders are the daemon's; the way to them is open.
    ASSERT_EQ(chmod(daemon_.folder().c_str(), 0755), 0);
    for (const auto& folder : {daemon_.data(), daemon_.state()}) {
      ASSERT_EQ(mkdir(folder.c_str(), 0700), 0);
      ASSERT_EQ(chown(folder.c_str(), k_daemon, k_daemon), 0);
    }
    path_ = (daemon_.folder() / "passed").string();
    listening_ = socket(AF_UNIX, SOCK_STREAM, 0);
    const sockaddr_un address = address_of(path_);
    ASSERT_EQ(bind(listening_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ASSERT_EQ(listen(listening_, 8), 0);
    ASSERT_EQ(chmod(path_.c_str(), 0666), 0);
  }

  ~SystemDaemon() override {
    if (listening_ >= 0) close(listening_);
  }

  // With the socket that root listens on as descriptor 3, as the service manager passes it.
  void start(const std::vector<std::string>& around = {}) {
    std::vector<std::string> wrapper{
        "/bin/sh", "-c", "exec 3<&" + std::to_string(listening_) + "; LISTEN_FDS=1 LISTEN_PID=$$ exec \"$@\"", "sh"};
    wrapper.insert(wrapper.end(), around.begin(), around.end());
    const auto user = as(k_daemon);
    wrapper.insert(wrapper.end(), user.begin(), user.end());
    daemon_.run_under(wrapper);
    daemon_.launch();
  }

  Outcome cli(const std::vector<std::string>& around, const std::vector<std::string>& words, std::string input = {}) {
    std::vector<std::string> all = around;
    all.emplace_back(STRONGROOM_PATH);
    all.insert(all.end(), words.begin(), words.end());
    all.insert(all.end(), {"--no-start", "--socket", path_});
    Process process(std::move(all), {.environment = {"HOME=/nonexistent", "PATH=/usr/sbin:/usr/bin:/sbin:/bin"},
                                     .input = std::move(input),
                                     .folder = "/"});
    return process.wait();
  }

  void expect_served(const std::vector<std::string>& who) {
    const auto read = cli(who, {"read", "a"});
    EXPECT_EQ(read.exit_code, 0) << read.errors;
    EXPECT_EQ(read.output, "value\n");
  }

  void expect_sent_away(const std::vector<std::string>& who) {
    const auto read = cli(who, {"read", "a"});
    EXPECT_EQ(read.exit_code, 4) << read.errors;
    EXPECT_EQ(read.output, "");
    EXPECT_TRUE(holds(read.errors, "serves root alone: use sudo")) << read.errors;
  }

  TestDaemon daemon_{{"--system"}};
  std::string path_;
  int listening_ = -1;
};

TEST_F(SystemDaemon, ServesRootAndItsOwnUserAndTellsOthersWhyNot) {
  start();
  ASSERT_EQ(cli({}, {"secret", "set", "a"}, "value").exit_code, 0);
  expect_served({});
  expect_served(as(k_daemon));
  expect_sent_away(as(k_other));
  struct stat found{};
  ASSERT_EQ(stat((daemon_.data() / "lock").c_str(), &found), 0);
  EXPECT_EQ(found.st_uid, k_daemon);
  EXPECT_EQ(daemon_.stop().exit_code, 0);
}

TEST_F(SystemDaemon, KnowsRootFromOthersWhenItsUsersAreMapped) {
  Process possible({"unshare", "--user", "true"});
  if (possible.wait().exit_code != 0) GTEST_SKIP() << "this kernel makes no user namespaces";
  start({"/bin/sh", "-c", k_map_users, "sh"});
  const auto set = cli({}, {"secret", "set", "a"}, "value");
  ASSERT_EQ(set.exit_code, 0) << set.errors;
  const std::string own = std::filesystem::read_symlink("/proc/self/ns/user");
  EXPECT_NE(std::filesystem::read_symlink("/proc/" + std::to_string(daemon_.pid()) + "/ns/user"), own);
  expect_served({});
  expect_served(as(k_daemon));
  expect_sent_away(as(k_other));
  expect_sent_away(as(k_nobody));
}

TEST_F(SystemDaemon, RootOfSomebodysNamespaceIsNotRoot) {
  start();
  ASSERT_EQ(cli({}, {"secret", "set", "a"}, "value").exit_code, 0);
  auto root_there = as(k_other);
  root_there.insert(root_there.end(), {"unshare", "--user", "--map-root-user"});
  Process possible([&] {
    auto words = root_there;
    words.emplace_back("true");
    return words;
  }());
  if (possible.wait().exit_code != 0) GTEST_SKIP() << "this kernel makes no user namespaces";
  // The client would refuse first: it sees a server that is not its root.
  auto knock = root_there;
  knock.insert(knock.end(), {"python3", "-c",
                             "import socket, sys\ns = socket.socket(socket.AF_UNIX)\ns.connect(sys.argv[1])\n"
                             "sys.stdout.buffer.write(s.recv(65536))",
                             path_});
  Process knocking(knock);
  const auto outcome = knocking.wait();
  EXPECT_TRUE(holds(outcome.output, "io.strongroom.Denied")) << outcome.output << outcome.errors;
}

TEST_F(SystemDaemon, ASocketThatLetsOthersNotInIsSaidSo) {
  ASSERT_EQ(chmod(path_.c_str(), 0600), 0);
  start();
  ASSERT_EQ(cli({}, {"secret", "set", "a"}, "value").exit_code, 0);
  const auto refused = cli(as(k_other), {"read", "a"});
  EXPECT_EQ(refused.exit_code, 4);
  EXPECT_TRUE(holds(refused.errors, "may not enter the daemon's socket")) << refused.errors;
}

TEST_F(SystemDaemon, DoesNotRunAsTheUserWhoStandsForAllOthers) {
  for (const auto& folder : {daemon_.data(), daemon_.state()}) ASSERT_EQ(chown(folder.c_str(), k_nobody, k_nobody), 0);
  daemon_.run_under(as(k_nobody));
  daemon_.launch();
  const auto outcome = daemon_.wait();
  EXPECT_NE(outcome.exit_code, 0);
  EXPECT_TRUE(holds(outcome.errors, "needs a user of its own, not 'nobody'")) << outcome.errors;
}

TEST_F(SystemDaemon, RootDoesNotWriteIntoTheFoldersOfItsUser) {
  daemon_.launch();
  const auto outcome = daemon_.wait();
  EXPECT_EQ(outcome.exit_code, 4);
  EXPECT_TRUE(holds(outcome.errors, "run this as that user: 'runuser -u #64321")) << outcome.errors;
  EXPECT_TRUE(std::filesystem::is_empty(daemon_.data()));
}

// Needs no daemon and no root: the program answers where the configuration of the one that is asked lies.
TEST(MachineDaemon, IsMeantByItsSocketHoweverThatIsNamed) {
  const std::string socket = "/run/strongroom/io.strongroom";
  const auto path_of = [](std::vector<std::string> words, const std::vector<std::string>& more) {
    words.insert(words.begin(), {STRONGROOM_PATH, "config", "path"});
    std::vector<std::string> environment{"HOME=/nonexistent", "PATH=/usr/bin:/bin"};
    environment.insert(environment.end(), more.begin(), more.end());
    return Process(words, {.environment = environment, .input = {}, .folder = {}}).wait().output;
  };
  for (const auto& said : {path_of({"--system"}, {}), path_of({}, {"STRONGROOM_SOCKET=" + socket}),
                           path_of({"--socket", socket}, {"STRONGROOM_SOCKET=/elsewhere"})})
    EXPECT_EQ(said, "/etc/strongroom/config.toml\n");
  for (const auto& said : {path_of({}, {}), path_of({"--socket", "/elsewhere"}, {"STRONGROOM_SOCKET=" + socket})})
    EXPECT_EQ(said, "/nonexistent/.config/strongroom/config.toml\n");
}

}  // namespace
}  // namespace strongroom::tests
