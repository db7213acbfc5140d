#include "daemon/app/places.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "tests/support/temporary_folder.h"

namespace strongroom::app {
namespace {

TEST(Places, FoldersAreMadeForThisUserAlone) {
  const tests::TemporaryFolder above;
  const auto folder = above.path() / "a" / "b";
  ASSERT_TRUE(prepare_folder(folder));
  struct stat found{};
  ASSERT_EQ(stat(folder.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 07777, 0700u);
  EXPECT_TRUE(prepare_folder(folder));
}

TEST(Places, AnOpenFolderAFileAndALinkAreRefused) {
  const tests::TemporaryFolder above;
  const auto open = above.path() / "open";
  std::filesystem::create_directory(open);
  chmod(open.c_str(), 0755);
  EXPECT_EQ(prepare_folder(open).error().code, ErrorCode::untrusted);
  const auto file = above.path() / "file";
  std::ofstream(file) << "x";
  EXPECT_EQ(prepare_folder(file).error().code, ErrorCode::untrusted);
  const auto link = above.path() / "link";
  std::filesystem::create_directory_symlink(above.path(), link);
  EXPECT_EQ(prepare_folder(link).error().code, ErrorCode::untrusted);
}

TEST(Places, ASocketIsPrivateAndReplacesADeadOne) {
  const tests::TemporaryFolder above;
  const auto path = above.path() / "s";
  const auto first = listen_at(path);
  ASSERT_TRUE(first) << first.error().message;
  struct stat found{};
  ASSERT_EQ(stat(path.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
  close(*first);
  const auto second = listen_at(path);
  ASSERT_TRUE(second);
  close(*second);
}

TEST(Places, WhatIsNoSocketIsNotReplaced) {
  const tests::TemporaryFolder above;
  const auto path = above.path() / "s";
  std::ofstream(path) << "precious";
  EXPECT_EQ(listen_at(path).error().code, ErrorCode::untrusted);
  EXPECT_EQ(std::filesystem::file_size(path), 8u);
}

TEST(Places, APathThatIsTooLongIsNamed) {
  EXPECT_EQ(listen_at("/" + std::string(200, 'a')).error().code, ErrorCode::configuration);
}

}  // namespace
}  // namespace strongroom::app
