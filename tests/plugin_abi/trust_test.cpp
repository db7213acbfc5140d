#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "daemon/plugin_host/sealed_memory.h"
#include "tests/contract/plugin_files.h"
#include "tests/contract/temporary_folder.h"

namespace strongroom::plugin_host {
namespace {

using std::filesystem::path;
using testing::TemporaryFolder;

constexpr uid_t k_stranger = 61234;

class Trust : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::create_directory(folder());
    set_mode(folder(), 0755);
    std::ofstream(file()) << "content";
    set_mode(file(), 0644);
    ASSERT_EQ(verdict(), "trusted");
  }

  path folder() const { return root_.path() / "plugins"; }

  path file() const { return folder() / "x.so"; }

  static void set_mode(const path& at, mode_t mode) { ASSERT_EQ(chmod(at.c_str(), mode), 0); }

  std::string verdict() const { return verdict(file()); }

  std::string verdict(const path& at) const {
    const auto opened = open_trusted(at, trustee_);
    return opened ? "trusted" : std::string(error_info(opened.error().code).name);
  }

  gid_t group_of(const path& at) const {
    struct stat found{};
    EXPECT_EQ(stat(at.c_str(), &found), 0);
    return found.st_gid;
  }

  // Makes `at` somebody else's for whoever runs the tests: root gives it away, an ordinary user trusts another user.
  void give_away(const path& at) {
    if (geteuid() == 0)
      ASSERT_EQ(lchown(at.c_str(), k_stranger, static_cast<gid_t>(-1)), 0);
    else
      trustee_.user = k_stranger;
  }

  TemporaryFolder root_;
  Trustee trustee_{geteuid(), std::nullopt};
};

TEST_F(Trust, RefusesAFileThatOthersMayWrite) {
  set_mode(file(), 0646);
  EXPECT_EQ(verdict(), "untrusted");
  set_mode(file(), 0664);
  EXPECT_EQ(verdict(), "untrusted");
}

TEST_F(Trust, RefusesAFolderThatOthersMayWrite) {
  set_mode(folder(), 0775);
  EXPECT_EQ(verdict(), "untrusted");
  set_mode(folder(), 0757);
  EXPECT_EQ(verdict(), "untrusted");
}

TEST_F(Trust, RefusesAFolderAboveThatOthersMayWrite) {
  set_mode(root_.path(), 0777);
  EXPECT_EQ(verdict(), "untrusted");
}

TEST_F(Trust, AcceptsThePrivateGroupOfTheUser) {
  set_mode(file(), 0664);
  set_mode(folder(), 0775);
  trustee_.private_group = group_of(file());
  EXPECT_EQ(verdict(), "trusted");
  trustee_.private_group = group_of(file()) + 1;
  EXPECT_EQ(verdict(), "untrusted");
}

TEST_F(Trust, AcceptsStickyFoldersOfRootAlone) {
  set_mode(folder(), 01777);
  EXPECT_EQ(verdict(), geteuid() == 0 ? "trusted" : "untrusted");
  if (geteuid() != 0) return;
  ASSERT_EQ(chown(folder().c_str(), k_stranger, static_cast<gid_t>(-1)), 0);
  trustee_.user = k_stranger;
  EXPECT_EQ(verdict(), "untrusted");
}

TEST_F(Trust, RefusesAFileOfAnotherUser) {
  give_away(file());
  EXPECT_EQ(verdict(), "untrusted");
}

TEST_F(Trust, RefusesAFolderOfAnotherUser) {
  give_away(folder());
  EXPECT_EQ(verdict(), "untrusted");
}

TEST_F(Trust, RefusesALinkInPlaceOfTheFile) {
  const path real = folder() / "real.so";
  std::filesystem::rename(file(), real);
  std::filesystem::create_symlink(real, file());
  EXPECT_EQ(verdict(), "untrusted");
}

TEST_F(Trust, ChecksTheFoldersBehindALink) {
  const path link = root_.path() / "link";
  std::filesystem::create_directory_symlink(folder(), link);
  EXPECT_EQ(verdict(link / "x.so"), "trusted");
  set_mode(folder(), 0777);
  EXPECT_EQ(verdict(link / "x.so"), "untrusted");
}

TEST_F(Trust, RefusesWhatIsNoRegularFile) {
  const path fifo = folder() / "fifo";
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  EXPECT_EQ(verdict(fifo), "untrusted");
  std::filesystem::create_directory(folder() / "inner");
  set_mode(folder() / "inner", 0755);
  EXPECT_EQ(verdict(folder() / "inner"), "untrusted");
}

TEST_F(Trust, SaysThatAFileIsMissing) {
  EXPECT_EQ(verdict(folder() / "nothing.so"), "not_found");
  EXPECT_EQ(verdict(root_.path() / "nowhere" / "x.so"), "not_found");
}

TEST_F(Trust, HoldsOnToTheFileThatWasChecked) {
  const Sha256 approved = testing::digest_of(file());
  const auto opened = open_trusted(file(), trustee_);
  ASSERT_TRUE(opened);
  const path other = folder() / "other.so";
  std::ofstream(other) << "CONTENT";
  std::filesystem::rename(other, file());
  EXPECT_TRUE(sealed_copy(*opened, approved));
  const auto swapped = open_trusted(file(), trustee_);
  ASSERT_TRUE(swapped);
  const auto refused = sealed_copy(*swapped, approved);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::untrusted);
}

TEST_F(Trust, SealsTheCopy) {
  const auto opened = open_trusted(file(), trustee_);
  ASSERT_TRUE(opened);
  const auto copy = sealed_copy(*opened, testing::digest_of(file()));
  ASSERT_TRUE(copy) << copy.error().message;
  EXPECT_EQ(pwrite(copy->get(), "X", 1, 0), -1);
  EXPECT_EQ(errno, EPERM);
  EXPECT_EQ(ftruncate(copy->get(), 0), -1);
  EXPECT_EQ(ftruncate(copy->get(), 100), -1);
  // Changing the file that was copied changes nothing any more.
  std::ofstream(file()) << "CONTENT";
  char text[8] = {};
  EXPECT_EQ(pread(copy->get(), text, 7, 0), 7);
  EXPECT_STREQ(text, "content");
}

TEST_F(Trust, RefusesAFileThatIsEmpty) {
  std::ofstream(file(), std::ios::trunc).flush();
  const auto opened = open_trusted(file(), trustee_);
  ASSERT_TRUE(opened);
  EXPECT_FALSE(sealed_copy(*opened, testing::digest_of(file())));
}

}  // namespace
}  // namespace strongroom::plugin_host
