#include "daemon/vault/private_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/unit/daemon/vault/support.h"

namespace strongroom::vault {
namespace {

using test::failure;
using test::must;

class PrivateFile : public ::testing::Test {
 protected:
  Result<std::size_t> read(std::size_t room = 64) {
    buffer.assign(room, 0);
    return read_private_file(file, buffer);
  }

  test::TemporaryFolder folder;
  std::filesystem::path file = folder.path() / "some file";
  Bytes buffer;
};

TEST_F(PrivateFile, ReadsWhatWasWrittenWithItsMode) {
  must(must(PendingFile::write(file, as_bytes("content"), 0400)).replace());
  EXPECT_EQ(must(read()), 7u);
  EXPECT_EQ(as_text(BytesView(buffer).first(7)), "content");
  struct stat info{};
  ::stat(file.c_str(), &info);
  EXPECT_EQ(info.st_mode & 07777, 0400u);
}

TEST_F(PrivateFile, ADroppedContentLeavesNothing) {
  {
    const auto pending = must(PendingFile::write(file, as_bytes("content"), 0600));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST_F(PrivateFile, CreatingNeverOverwrites) {
  must(must(PendingFile::write(file, as_bytes("old"), 0600)).create());
  EXPECT_EQ(failure(must(PendingFile::write(file, as_bytes("new"), 0600)).create()), ErrorCode::conflict);
  EXPECT_EQ(must(read()), 3u);
  EXPECT_EQ(as_text(BytesView(buffer).first(3)), "old");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST_F(PrivateFile, MissingIsNotFound) {
  EXPECT_EQ(failure(read()), ErrorCode::not_found);
}

TEST_F(PrivateFile, LargerThanItCanBeIsCorrupt) {
  must(must(PendingFile::write(file, as_bytes("content"), 0600)).replace());
  EXPECT_EQ(must(read(7)), 7u);
  EXPECT_EQ(failure(read(6)), ErrorCode::corrupt);
}

TEST_F(PrivateFile, RefusesEveryBitForGroupAndOthers) {
  must(must(PendingFile::write(file, as_bytes("content"), 0600)).replace());
  for (unsigned bit = 1; bit <= 040; bit <<= 1) {
    ::chmod(file.c_str(), 0600 | bit);
    EXPECT_EQ(failure(read()), ErrorCode::untrusted) << bit;
  }
}

// systemd gives a service's user its credential by an access list, whose mask the mode shows as the group's rights.
TEST_F(PrivateFile, TakesWhatRootLetsSomebodyReadOnlyWhereThatIsAskedFor) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can make a file of root's";
  must(must(PendingFile::write(file, as_bytes("content"), 0400)).replace());
  const auto read_as = [&](unsigned mode) {
    buffer.assign(64, 0);
    ::chmod(file.c_str(), mode);
    return read_private_file(file, buffer, Readers::as_root_says);
  };
  EXPECT_EQ(must(read_as(0440)), 7u);
  for (const unsigned open : {0420u, 0410u, 0404u, 0402u, 0401u})
    EXPECT_EQ(failure(read_as(open)), ErrorCode::untrusted) << std::oct << open;
}

TEST_F(PrivateFile, RefusesLinksFoldersAndPipes) {
  must(must(PendingFile::write(folder.path() / "real", as_bytes("content"), 0600)).replace());
  std::filesystem::create_symlink("real", file);
  EXPECT_EQ(failure(read()), ErrorCode::untrusted);
  std::filesystem::remove(file);
  std::filesystem::create_directory(file);
  EXPECT_EQ(failure(read()), ErrorCode::untrusted);
  std::filesystem::remove(file);
  ::mkfifo(file.c_str(), 0600);
  EXPECT_EQ(failure(read()), ErrorCode::untrusted);
}

TEST_F(PrivateFile, RefusesAnotherUsersFile) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  must(must(PendingFile::write(file, as_bytes("content"), 0600)).replace());
  ASSERT_EQ(::chown(file.c_str(), 65534, 65534), 0);
  EXPECT_EQ(failure(read()), ErrorCode::untrusted);
}

TEST_F(PrivateFile, AReadOnlyFolderIsSaidSo) {
  EXPECT_EQ(test::in_child([&] {
              if (!test::become_ordinary(folder.path())) return 10;
              ::chmod(folder.path().c_str(), 0500);
              return failure(PendingFile::write(file, as_bytes("x"), 0600)) == ErrorCode::read_only ? 0 : 11;
            }),
            0);
}

}  // namespace
}  // namespace strongroom::vault
