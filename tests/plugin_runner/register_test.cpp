// What was installed stays installed, and nobody but the daemon changes what is approved.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/plugin_runner/plugin_house.h"

namespace strongroom::plugin_host {
namespace {

const std::string k_hello = "com.example.exporter.hello";

class PluginRegister : public testing::Test {
 protected:
  std::string manifest() const {
    return tests::content_of(std::filesystem::path(HELLO_EXPORTER).replace_extension(".json"));
  }

  bool is_there() {
    const auto list = house_.plugins().list();
    return list && std::ranges::any_of(*list, [](const auto& plugin) { return plugin.id == k_hello; });
  }

  std::filesystem::path file() const { return house_.folder() / "plugins" / "register"; }

  tests::PluginHouse house_;
};

TEST_F(PluginRegister, KeepsWhatWasInstalledAndConfigured) {
  const auto installed = house_.install(HELLO_EXPORTER);
  ASSERT_TRUE(installed) << installed.error().message;
  EXPECT_EQ(installed->origin, "installed");
  EXPECT_EQ(installed->isolation, "runner");
  ASSERT_TRUE(house_.plugins().configure(k_hello, {{"greeting", "Good day."}}, {}));
  ASSERT_TRUE(house_.plugins().set_enabled(k_hello, false));
  house_.open();
  const auto again = house_.plugins().get(k_hello);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->plugin.state, "disabled");
  ASSERT_EQ(again->settings.size(), 1U);
  EXPECT_EQ(again->settings[0].value, "Good day.");
  EXPECT_EQ(again->settings[0].source, "configured");
  ASSERT_TRUE(house_.plugins().configure(k_hello, {}, {"greeting"}));
  EXPECT_EQ(house_.plugins().get(k_hello)->settings[0].value, "Hello.");
  ASSERT_TRUE(house_.plugins().remove(k_hello));
  EXPECT_FALSE(is_there());
  EXPECT_FALSE(std::filesystem::exists(house_.folder() / "plugins" / k_hello));
}

TEST_F(PluginRegister, WhatAPluginSaysIsMaskedBeforeItIsKept) {
  ASSERT_TRUE(house_.install(HELLO_EXPORTER));
  house_.plugins().take_log(k_hello, 3, "key sk-ant-" + std::string(30, 'k') + " was refused");
  const auto lines = house_.plugins().logs(k_hello);
  ASSERT_TRUE(lines && lines->size() == 1);
  EXPECT_EQ(lines->front().text, "key sk-ant-***kkkk was refused");
}

TEST_F(PluginRegister, ALibraryThatIsNotTheManifestsIsRefusedWithBothDigests) {
  const auto changed = house_.folder() / "changed.so";
  tests::write_file(changed, tests::content_of(HELLO_EXPORTER) + "x");
  tests::write_file(house_.folder() / "changed.json", manifest());
  const auto refused = house_.install(changed);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::untrusted);
  const auto approved = parse_manifest(manifest());
  EXPECT_NE(refused.error().message.find(to_hex(approved->sha256)), std::string::npos) << refused.error().message;
  EXPECT_FALSE(is_there());
}

TEST_F(PluginRegister, ChangedByAnybodyElseItCountsForNothing) {
  ASSERT_TRUE(house_.install(HELLO_EXPORTER));
  const std::string good = tests::content_of(file());
  std::string changed = good;
  const auto at = changed.find("Hello.");
  ASSERT_NE(at, std::string::npos);
  changed[at] = 'J';
  for (const auto& text : {changed, good.substr(0, good.size() - 1), std::string(), "00\n{}" + good}) {
    tests::write_file(file(), text);
    house_.open();
    house_.reported.clear();
    EXPECT_FALSE(is_there());
    EXPECT_EQ(house_.reported.size(), 1U);
  }
  tests::write_file(file(), good);
  house_.open();
  EXPECT_TRUE(is_there());
}

TEST_F(PluginRegister, WhatSomebodyHasChangedIsKeptBesideTheNextOne) {
  ASSERT_TRUE(house_.install(HELLO_EXPORTER));
  const std::string changed = tests::content_of(file()) + " ";
  tests::write_file(file(), changed);
  house_.open();
  ASSERT_TRUE(house_.plugins().set_enabled("io.strongroom.exporter.csv", false));
  EXPECT_EQ(tests::content_of(house_.folder() / "plugins" / "register.refused"), changed);
}

// As a newer version has written it.
TEST_F(PluginRegister, APluginThatThisVersionDoesNotUnderstandIsKeptAndHarmsNoOther) {
  ASSERT_TRUE(house_.install(HELLO_EXPORTER));
  std::string json = tests::content_of(file()).substr(65);
  const std::string known = R"(\"rights\" : [])";
  const auto at = json.find(known);
  ASSERT_NE(at, std::string::npos) << json;
  json.replace(at, known.size(), R"(\"rights\" : [\"time travel\"])");
  tests::write_file(file(), house_.tag_of(json) + "\n" + json);
  house_.open();
  EXPECT_FALSE(is_there());
  const auto list = house_.plugins().list();
  ASSERT_TRUE(list) << list.error().message;
  EXPECT_GT(list->size(), 5U);
  ASSERT_EQ(house_.plugins().problems().size(), 1U);
  EXPECT_NE(house_.plugins().problems()[0].find("rights"), std::string::npos) << house_.plugins().problems()[0];
  ASSERT_TRUE(house_.plugins().set_enabled("io.strongroom.exporter.csv", false));
  EXPECT_NE(tests::content_of(file()).find("time travel"), std::string::npos);
  ASSERT_TRUE(house_.plugins().remove(k_hello));
  EXPECT_EQ(tests::content_of(file()).find("time travel"), std::string::npos);
}

TEST_F(PluginRegister, KeepsOneLibraryOfAPlugin) {
  ASSERT_TRUE(house_.install(HELLO_EXPORTER));
  const auto folder = house_.folder() / "plugins" / k_hello;
  tests::write_file(folder / (std::string(64, 'a') + ".so"), "an older one");
  ASSERT_TRUE(house_.install(HELLO_EXPORTER));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1);
}

TEST_F(PluginRegister, IsNotReadWhileTheStoreIsLocked) {
  ASSERT_TRUE(house_.install(HELLO_EXPORTER));
  house_.open();
  house_.lock(true);
  const auto refused = house_.plugins().list();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::locked);
  house_.lock(false);
  EXPECT_TRUE(is_there());
}

TEST_F(PluginRegister, WhatDoesNotFitTheManifestIsNoSetting) {
  ASSERT_TRUE(house_.install(HELLO_EXPORTER));
  const auto refused = house_.plugins().configure(k_hello, {{"greting", "x"}}, {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().subject, "greting");
  EXPECT_FALSE(house_.plugins().configure(k_hello, {}, {"greeting"}));
  EXPECT_FALSE(house_.plugins().configure("com.example.none", {}, {}));
}

TEST_F(PluginRegister, AFailureIsRememberedUntilASuccess) {
  ASSERT_TRUE(house_.install(HELLO_EXPORTER));
  auto& plugins = house_.plugins();
  EXPECT_TRUE(plugins.may_use(k_hello));
  plugins.used(k_hello, make_error(ErrorCode::plugin_unavailable, "it crashed"));
  const auto refused = plugins.may_use(k_hello);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("it crashed"), std::string::npos) << refused.error().message;
  EXPECT_EQ(plugins.get(k_hello)->plugin.problem, "it crashed");
  ASSERT_TRUE(plugins.set_enabled(k_hello, true));
  EXPECT_TRUE(plugins.may_use(k_hello));
  plugins.used(k_hello, make_error(ErrorCode::storage_full, "the disk is full"));
  EXPECT_TRUE(plugins.may_use(k_hello));
}

}  // namespace
}  // namespace strongroom::plugin_host
