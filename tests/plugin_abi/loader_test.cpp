#include <gtest/gtest.h>

#include <fstream>

#include "tests/contract/plugin_files.h"
#include "tests/contract/temporary_folder.h"

namespace strongroom::plugin_host {
namespace {

using testing::digest_of;
using testing::TemporaryFolder;

Result<std::shared_ptr<const InProcessPlugin>> load(const std::filesystem::path& file) {
  return InProcessPlugin::load(file, digest_of(file));
}

TEST(InProcessLoader, LoadsOurPluginsByTheirDigests) {
  const auto folder = builtin_plugin_folder();
  ASSERT_TRUE(folder);
  for (const BuiltinPlugin& builtin : builtin_plugins()) {
    const auto plugin = InProcessPlugin::load(*folder / builtin.file, builtin.sha256);
    ASSERT_TRUE(plugin) << plugin.error().message;
    EXPECT_EQ((*plugin)->info().id, "io.strongroom." + std::string(builtin.type) + "." + std::string(builtin.name));
    const std::string extension = "strongroom." + std::string(builtin.type) + "/1";
    EXPECT_NE((*plugin)->extension(extension.c_str()), nullptr);
    EXPECT_EQ((*plugin)->extension("strongroom.nothing/1"), nullptr);
  }
}

// Both come from a descriptor's path; the dynamic loader must not take one for the other.
TEST(InProcessLoader, KeepsPluginsApart) {
  const auto hello = load(testing::hello_plugin_file());
  ASSERT_TRUE(hello) << hello.error().message;
  const auto folder = builtin_plugin_folder();
  ASSERT_TRUE(folder);
  const auto memory = load(*folder / "storage_memory.so");
  ASSERT_TRUE(memory);
  EXPECT_EQ((*hello)->info().id, "com.example.storage.hello");
  EXPECT_EQ((*memory)->info().id, "io.strongroom.storage.memory");
}

TEST(InProcessLoader, KeepsTheCodeWhenThePluginIsForgotten) {
  const void* table = nullptr;
  {
    const auto hello = load(testing::hello_plugin_file());
    ASSERT_TRUE(hello);
    table = (*hello)->extension(SR_STORAGE_V1_ID);
  }
  const auto storage = StorageV1::open(table, nullptr, {{"folder", "/"}}, {});
  EXPECT_TRUE(storage);
}

TEST(InProcessLoader, RefusesAnotherDigest) {
  Sha256 other = digest_of(testing::hello_plugin_file());
  other[31] ^= 1;
  const auto refused = InProcessPlugin::load(testing::hello_plugin_file(), other);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::untrusted);
  EXPECT_EQ(refused.error().subject, testing::hello_plugin_file().string());
}

TEST(InProcessLoader, RefusesAnotherMajorWithASentence) {
  const auto refused = load(STRONGROOM_WRONG_MAJOR);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "the plugin was built for interface 2, this daemon speaks interface 1");
}

TEST(InProcessLoader, RefusesALibraryThatIsNoPlugin) {
  const auto refused = load(STRONGROOM_NO_ENTRY);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "the library is no plugin: it does not export 'strongroom_plugin_entry'");
}

TEST(InProcessLoader, RefusesAFileThatIsNoLibrary) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "text.so";
  std::ofstream(file) << "not a library";
  const auto refused = load(file);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::plugin_unavailable);
  std::ofstream(file, std::ios::trunc).flush();
  EXPECT_FALSE(load(file));
}

TEST(InProcessLoader, LoadsFromAPathWithSpaces) {
  const TemporaryFolder folder;
  const auto copy = folder.path() / "a plugin.so";
  std::filesystem::copy_file(testing::hello_plugin_file(), copy);
  std::filesystem::permissions(copy, std::filesystem::perms(0600));
  EXPECT_TRUE(load(copy));
}

}  // namespace
}  // namespace strongroom::plugin_host
