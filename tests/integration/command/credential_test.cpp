// The slot that opens by a credential of the service manager: real credentials, encrypted by systemd-creds with a
// machine's key and decrypted into a folder as the manager does it.
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <regex>

#include "tests/security/canary.h"
#include "tests/support/cli.h"
#include "tests/support/text.h"

namespace strongroom::tests {
namespace {

namespace fs = std::filesystem;

// A machine with a key of its own, which lives in a mount that nobody else sees: the one of this machine is not
// touched.
constexpr const char* k_machine = R"(
mount -t tmpfs -o mode=755 tmpfs /var/lib/systemd
cd "$0"
for name in "$@"; do
  systemd-creds encrypt --with-key=host --name=strongroom.key "$name" "$name.cred"
  mkdir -m 700 "$name.d"
  systemd-creds decrypt --name=strongroom.key "$name.cred" "$name.d/strongroom.key"
  chmod 0400 "$name.d/strongroom.key"
done
if systemd-creds decrypt --name=another.key "$1.cred" "$1.another"; then exit 90; fi
umount /var/lib/systemd
mount -t tmpfs -o mode=755 tmpfs /var/lib/systemd
if systemd-creds decrypt --name=strongroom.key "$1.cred" "$1.elsewhere"; then exit 91; fi
)";

class Credential : public testing::Test {
 protected:
  void SetUp() override {
    if (geteuid() != 0) GTEST_SKIP() << "only root can encrypt with a machine's key";
    Process there({"/bin/sh", "-c", "command -v systemd-creds && unshare --mount true"});
    if (there.wait().exit_code != 0) GTEST_SKIP() << "systemd-creds is not installed, or no mount can be made";
    file("right", random_bytes(32));
    file("other", random_bytes(32));
    file("short", random_bytes(31));
    Process made({"unshare", "--mount", "--propagation", "private", "sh", "-e", "-c", k_machine,
                  folder_.path().string(), "right", "other", "short"},
                 {});
    const Outcome outcome = made.wait();
    ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
    ASSERT_EQ(content(folder_.path() / "right.d" / "strongroom.key"), content(folder_.path() / "right"));
    ASSERT_NE(content(folder_.path() / "right.cred").find_first_not_of('\n'), std::string::npos);
  }

  void file(const std::string& name, const std::string& bytes) const {
    std::ofstream(folder_.path() / name, std::ios::binary) << bytes;
  }

  fs::path credential(const std::string& name) const { return folder_.path() / (name + ".d") / "strongroom.key"; }

  Outcome cli(std::vector<std::string> words, std::string input = {}) {
    return run_cli(*daemon_, std::move(words), std::move(input));
  }

  // A daemon over the same store, as the manager starts it with that credential; empty: with none.
  void start(const std::string& name) {
    std::vector<std::string> wrapper{"env"};
    if (!name.empty()) wrapper.push_back("CREDENTIALS_DIRECTORY=" + (folder_.path() / (name + ".d")).string());
    daemon_->run_under(wrapper);
    daemon_->start();
  }

  void restart(const std::string& name) {
    EXPECT_EQ(daemon_->stop().exit_code, 0);
    start(name);
  }

  // With the credential "right" as the only way in without a person.
  void make_store() {
    start("right");
    const auto init = cli({"init"});
    ASSERT_EQ(init.exit_code, 0) << init.errors;
    std::smatch found;
    ASSERT_TRUE(std::regex_search(init.output, found, std::regex("([0-9A-Z]{5}-){6}[0-9A-Z]{5}")));
    code_ = found.str();
    ASSERT_EQ(cli({"secret", "set", "a"}, "value").exit_code, 0);
    const auto added = cli({"slot", "add", "credential", "--label", "machine"});
    ASSERT_EQ(added.exit_code, 0) << added.errors;
    ASSERT_EQ(cli({"slot", "remove", slot("key_file")}).exit_code, 0);
  }

  std::string slot(const std::string& type) {
    const std::string list = cli({"slot", "list"}).output;
    std::smatch found;
    return std::regex_search(list, found, std::regex("([0-9a-f]{16}) +" + type)) ? found[1].str() : "";
  }

  void expect_open() {
    EXPECT_EQ(cli({"read", "a"}).output, "value\n");
    EXPECT_TRUE(holds(cli({"status", "--json"}).output, "\"opened_by\":\"credential (machine)\""));
  }

  // The store stays locked and says why when it is asked to open.
  void expect_locked(const std::string& reason) {
    EXPECT_EQ(cli({"read", "a"}).exit_code, 5);
    const auto unlock = cli({"unlock"});
    EXPECT_NE(unlock.exit_code, 0);
    EXPECT_TRUE(holds(unlock.errors, reason)) << unlock.errors;
  }

  // The same at the start, with nobody asking.
  void expect_locked_after_restart(const std::string& name, const std::string& reason) {
    restart(name);
    const std::string status = cli({"status"}).output;
    EXPECT_TRUE(holds(status, reason)) << status;
    expect_locked(reason);
  }

  TemporaryFolder folder_;
  std::unique_ptr<TestDaemon> daemon_ =
      std::make_unique<TestDaemon>(std::vector<std::string>{"--kdf-memory-mib", "64"});
  std::string code_;
};

TEST_F(Credential, OpensTheStoreAtEveryStart) {
  make_store();
  restart("right");
  expect_open();
  EXPECT_EQ(cli({"lock"}).exit_code, 0);
  EXPECT_EQ(cli({"unlock"}).exit_code, 0);
  expect_open();
  EXPECT_EQ(cli({"slot", "test", slot("credential")}).exit_code, 0);
  Needles needles;
  needles.add("the credential", content(folder_.path() / "right"));
  EXPECT_TRUE(find_in_files(daemon_->folder(), needles).empty());
  expect_gone_from_memory(daemon_->pid(), needles);
}

TEST_F(Credential, WhateverIsWrongWithItIsSaid) {
  make_store();
  expect_locked_after_restart("other", "the credential 'strongroom.key' does not open this store");
  expect_locked_after_restart("short", "the credential 'strongroom.key' has less than 32 bytes");
  fs::remove(credential("short"));
  expect_locked("the service manager has handed over no credential 'strongroom.key'");
  ASSERT_EQ(chmod(credential("other").c_str(), 0444), 0);
  expect_locked_after_restart("other", "strongroom.key is not trusted: group or others have access to it");
  expect_locked_after_restart("", "the service manager has handed over no credentials");
  // A person gets in all the same, and a right one opens again.
  EXPECT_EQ(cli({"unlock", "--recovery"}, code_).exit_code, 0);
  restart("right");
  expect_open();
}

TEST_F(Credential, OneThatChangedWhileTheStoreWasOpenIsNoticedAtTheNextUnlock) {
  make_store();
  restart("right");
  ASSERT_EQ(cli({"lock"}).exit_code, 0);
  fs::copy_file(credential("other"), credential("right"), fs::copy_options::overwrite_existing);
  expect_locked("the credential 'strongroom.key' does not open this store");
}

TEST_F(Credential, ANewOneTakesTheSlotsPlace) {
  make_store();
  const std::string id = slot("credential");
  const auto same = cli({"slot", "rotate", id});
  EXPECT_EQ(same.exit_code, 7);
  EXPECT_TRUE(holds(same.errors, "the same credential as before")) << same.errors;
  restart("other");
  ASSERT_EQ(cli({"unlock", "--recovery"}, code_).exit_code, 0);
  const auto rotated = cli({"slot", "rotate", id});
  ASSERT_EQ(rotated.exit_code, 0) << rotated.errors;
  restart("other");
  expect_open();
  expect_locked_after_restart("right", "does not open this store");
}

// systemd from 254 on hands it to a service's user by an access list, which shows as a right of root's group.
TEST_F(Credential, IsTakenFromRootWithAnAccessList) {
  ASSERT_EQ(chmod(credential("right").c_str(), 0440), 0);
  make_store();
  restart("right");
  expect_open();
}

}  // namespace
}  // namespace strongroom::tests
