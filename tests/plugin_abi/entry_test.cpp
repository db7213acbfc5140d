#include <gtest/gtest.h>

#include <string>

#include "daemon/plugin_seam/entry.h"

namespace strongroom::plugin_seam {
namespace {

const void* no_extension(const char*) {
  return nullptr;
}

sr_plugin_entry good_entry() {
  return {sizeof(sr_plugin_entry), SR_ABI_MAJOR, SR_ABI_MINOR, "com.example.x", "Example", "1.0", &no_extension};
}

std::string refusal(const sr_plugin_entry& entry) {
  const auto info = read_entry(&entry);
  return info ? "" : info.error().message;
}

TEST(PluginEntry, IsReadWhenItIsWhole) {
  const sr_plugin_entry entry = good_entry();
  const auto info = read_entry(&entry);
  ASSERT_TRUE(info);
  EXPECT_EQ(info->id, "com.example.x");
  EXPECT_EQ(info->name, "Example");
  EXPECT_EQ(info->version, "1.0");
}

TEST(PluginEntry, MayBeLongerAndOfANewerMinor) {
  struct {
    sr_plugin_entry entry;
    std::uint64_t more;
  } longer{good_entry(), 7};

  longer.entry.size = sizeof longer;
  longer.entry.abi_minor = 99;
  EXPECT_EQ(refusal(longer.entry), "");
}

TEST(PluginEntry, OfAnotherMajorIsRefusedWithASentence) {
  sr_plugin_entry entry = good_entry();
  entry.abi_major = SR_ABI_MAJOR + 1;
  EXPECT_EQ(refusal(entry), "the plugin was built for interface 2, this daemon speaks interface 1");
}

TEST(PluginEntry, ThatIsTooShortIsRefused) {
  for (std::uint32_t size = 0; size < sizeof(sr_plugin_entry); ++size) {
    sr_plugin_entry entry = good_entry();
    entry.size = size;
    EXPECT_EQ(refusal(entry), "the plugin's entry table is too short") << size;
  }
}

TEST(PluginEntry, WithoutItsFunctionIsRefused) {
  sr_plugin_entry entry = good_entry();
  entry.get_extension = nullptr;
  EXPECT_EQ(refusal(entry), "the plugin's entry table lacks 'get_extension'");
}

TEST(PluginEntry, WithAMalformedTextIsRefused) {
  const std::string longest(SR_MAX_NAME, 'x');
  const std::string too_long(SR_MAX_NAME + 1, 'x');
  sr_plugin_entry entry = good_entry();
  entry.name = longest.c_str();
  EXPECT_EQ(refusal(entry), "");
  for (const char* text : {static_cast<const char*>(nullptr), "", "two\nlines", "\x7f", too_long.c_str()})
    for (const char* sr_plugin_entry::* member :
         {&sr_plugin_entry::id, &sr_plugin_entry::name, &sr_plugin_entry::version}) {
      entry = good_entry();
      entry.*member = text;
      EXPECT_EQ(refusal(entry), "the plugin's id, name or version is missing or malformed");
    }
}

}  // namespace
}  // namespace strongroom::plugin_seam
