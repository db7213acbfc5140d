#include <gtest/gtest.h>

#include "client/cli/keyrings/item_path.h"
#include "client/cli/keyrings/pass_entry.h"
#include "client/cli/keyrings/secret_service.h"
#include "client/cli/keyrings/vault_json.h"
#include "tests/unit/client/cli/foreign_items.h"

namespace strongroom::cli::keyrings {
namespace {

using Map = std::map<std::string, std::string>;
using Names = std::vector<std::string>;

Map entry(std::string_view text) {
  ForeignItem item;
  take_pass_entry(text, item);
  return fields_of(item);
}

TEST(PassEntry, FirstLineFieldsAndNotes) {
  EXPECT_EQ(entry("secret\n"), (Map{{"value", "secret"}}));
  EXPECT_EQ(entry("s\r\nlogin: ann\nURL: https://x: y\n"),
            (Map{{"value", "s"}, {"login", "ann"}, {"URL", "https://x: y"}}));
  EXPECT_EQ(entry("s\na: 1\nfree text\nb: 2\n\nmore\n"),
            (Map{{"value", "s"}, {"a", "1"}, {"notes", "free text\nb: 2\n\nmore"}}));
  EXPECT_EQ(entry("s\nhttps://x\nempty:\n"), (Map{{"value", "s"}, {"notes", "https://x\nempty:"}}));
  EXPECT_EQ(entry("s\nnote\notpauth://totp/a?secret=B\n"),
            (Map{{"value", "s"}, {"notes", "note"}, {"otp", "otpauth://totp/a?secret=B"}}));
  EXPECT_EQ(entry("s\na: 1\na: 2\nvalue: 3\n"), (Map{{"value", "s"}, {"a", "1"}, {"a-2", "2"}, {"value-2", "3"}}));
  EXPECT_EQ(entry("\nlogin: ann\n"), (Map{{"login", "ann"}}));
  EXPECT_EQ(entry(""), Map());
}

TEST(PassEntry, KeepsBelowTheFieldsThatAVersionMayHave) {
  std::string text = "s\n";
  for (int i = 0; i < 200; ++i) text += "k" + std::to_string(i) + ": v\notpauth://" + std::to_string(i) + "\n";
  const auto fields = entry(text);
  EXPECT_LE(fields.size(), 60u);
  EXPECT_NE(fields.at("notes").find("k199: v\notpauth://199"), std::string::npos);
}

std::vector<std::string> paths(std::vector<ForeignItem>& items, std::string_view folder = "f") {
  return paths_for(items, folder);
}

ForeignItem named(Names names) {
  ForeignItem item;
  item.names = std::move(names);
  return item;
}

TEST(ItemPath, NamesThatNoPathHasAreMappedAndKept) {
  std::vector<ForeignItem> items;
  items.push_back(named({"a b", "c"}));
  items.push_back(named({"x/y", "100%"}));
  items.push_back(named({"", ".."}));
  items.push_back(named({"line\nend", "\xff\xc2\x85"}));
  EXPECT_EQ(paths(items), (Names{"f/a b/c", "f/x_y/100%", "f/unnamed/__", "f/line_end/__"}));
  EXPECT_EQ(items[0].metadata, Map());
  EXPECT_EQ(items[1].metadata, (Map{{"original-name", "x%2Fy/100%25"}}));
  EXPECT_EQ(items[2].metadata, (Map{{"original-name", "/.."}}));
  EXPECT_EQ(items[3].metadata, (Map{{"original-name", "line%0Aend/%FF%C2%85"}}));
}

TEST(ItemPath, NoTwoAreEqual) {
  std::vector<ForeignItem> items;
  for (const char* name : {"a", "a", "a-2", "a", "a/", "a_"}) items.push_back(named({name}));
  EXPECT_EQ(paths(items, ""), (Names{"a", "a-2", "a-2-2", "a-3", "a_", "a_-2"}));
  EXPECT_EQ(items[1].metadata, (Map{{"original-name", "a"}}));
  EXPECT_EQ(items[5].metadata, (Map{{"original-name", "a_"}}));
}

TEST(ItemPath, WithoutNamesItIsTheFolderItself) {
  std::vector<ForeignItem> items;
  items.push_back(named({}));
  EXPECT_EQ(paths(items, "shop/db"), (Names{"shop/db"}));
}

TEST(ForeignItem, WhatMetadataCannotHoldBecomesAField) {
  ForeignItem item;
  add_detail(item, "short", "value");
  add_detail(item, "lines", "a\nb");
  add_detail(item, "long", std::string(513, 'x'));
  add_detail(item, "short", "again");
  add_detail(item, "empty", "");
  for (int i = 0; i < 100; ++i) add_detail(item, std::to_string(i), "v");
  EXPECT_EQ(item.metadata.size(), 60u);
  const auto fields = fields_of(item);
  EXPECT_EQ(fields.size(), 3 + 41u);
  EXPECT_EQ(fields.at("lines"), "a\nb");
  EXPECT_EQ(fields.at("short"), "again");
}

TEST(ForeignItem, DetailsBeyondWhatASecretHoldsTogetherBecomeFields) {
  ForeignItem item;
  std::size_t bytes = 0;
  for (int i = 10; i < 40; ++i) add_detail(item, std::to_string(i), std::string(500, 'x'));
  for (int i = 10; i < 20; ++i) add_label(item, std::to_string(i) + std::string(100, 'x'));
  for (const auto& [name, value] : item.metadata) bytes += name.size() + value.size();
  for (const auto& label : item.labels) bytes += label.size();
  EXPECT_LE(bytes, 8192u - 64);
  EXPECT_EQ(item.metadata.size() + item.labels.size() + item.fields.size(), 40u);
  EXPECT_EQ(fields_of(item).at("39"), std::string(500, 'x'));
}

TEST(ForeignItem, DetailsThatMayNotBeInNormalFormCBecomeFields) {
  ForeignItem item;
  for (const char* settled : {"caf\u00e9", "\u0391\u03b8\u03ae\u03bd\u03b1", "\u041a\u0438\u0435\u0432", "\u6771\u4eac",
                              "\ud55c", "\u1ec7", "\U0001f600"}) {
    add_detail(item, settled, settled);
    add_label(item, settled);
  }
  EXPECT_EQ(item.metadata.size(), 7u);
  EXPECT_EQ(item.labels.size(), 7u);
  EXPECT_TRUE(item.fields.empty());
  add_detail(item, "accent", "cafe\u0301");
  add_detail(item, "kelvin", "\u212a");
  add_detail(item, "jamo", "\u1112\u1161");
  add_detail(item, "control", "a\u0085");
  add_detail(item, "e\u0301", "of an odd name");
  add_label(item, "cafe\u0301");
  EXPECT_EQ(fields_of(item), (Map{{"accent", "cafe\u0301"},
                                  {"kelvin", "\u212a"},
                                  {"jamo", "\u1112\u1161"},
                                  {"control", "a\u0085"},
                                  {"detail", "e\u0301: of an odd name"},
                                  {"label", "cafe\u0301"}}));
  EXPECT_EQ(item.metadata.size(), 7u);
}

TEST(ForeignItem, MoreFieldsThanASecretHasAreAProblemAtOnce) {
  ForeignItem item;
  constexpr int k_many = 200'000;
  for (int i = 0; i < k_many; ++i) add_label(item, "label\n");
  EXPECT_EQ(item.fields.size(), 64u);
  EXPECT_NE(item.problem.find("more than 64 fields"), std::string::npos);
}

// As OpenBao 2.7.2 prints them.
constexpr std::string_view k_second = R"({
  "request_id": "5fc7d5a0-48d5-4a97-03de-e1acc22a2049", "lease_id": "", "lease_duration": 0, "renewable": false,
  "data": {
    "data": {"password": "hush", "port": 5432, "tls": true, "list": [1, 2.5, null], "nothing": null, "e": ""},
    "metadata": {"created_time": "2026-11-29T12:00:44.175538304Z", "custom_metadata": {"owner": "ann"},
                 "deletion_time": "", "destroyed": false, "version": 7}
  },
  "warnings": null
})";
constexpr std::string_view k_first = R"({
  "request_id": "811cd3c9-da20-501d-dead-36d1360cbaa1", "lease_id": "", "lease_duration": 2764800, "renewable": false,
  "data": {"data": "x", "password": "old"}, "warnings": null
})";
constexpr std::string_view k_deleted = R"({
  "request_id": "eca94e37-7231-72d1-33a3-f7d0d6b4d659", "lease_id": "", "lease_duration": 0, "renewable": false,
  "data": {"data": null, "metadata": {"created_time": "2026-11-29T12:00:45.098236955Z", "custom_metadata": null,
           "deletion_time": "2026-11-29T12:00:45.263296562Z", "destroyed": false, "version": 1}}, "warnings": null
})";

TEST(VaultJson, BothVersionsOfTheEngine) {
  const auto second = read_vault_json(k_second, {"shop", "db"});
  ASSERT_TRUE(second && second->size() == 1) << second.error().message;
  EXPECT_EQ(name_of((*second)[0]), "shop|db");
  EXPECT_EQ(fields_of((*second)[0]),
            (Map{{"password", "hush"}, {"port", "5432"}, {"tls", "true"}, {"list", "[1,2.5,null]"}}));
  EXPECT_EQ((*second)[0].metadata, (Map{{"owner", "ann"}, {"vault-version", "7"}}));
  EXPECT_EQ((*second)[0].note, "'nothing' is null");
  const auto first = read_vault_json(k_first, {});
  ASSERT_TRUE(first);
  EXPECT_EQ(fields_of((*first)[0]), (Map{{"data", "x"}, {"password", "old"}}));
  const auto deleted = read_vault_json(k_deleted, {"x"});
  ASSERT_TRUE(deleted);
  EXPECT_NE((*deleted)[0].problem.find("deleted in Vault"), std::string::npos);
}

TEST(VaultJson, ATreeNamesItsDocuments) {
  const auto items =
      read_vault_json("{\"shop/db\":" + std::string(k_second) + ",\"mail\":{\"smtp\":" + std::string(k_first) +
                          ",\"a/\":" + std::string(k_first) + "}}",
                      {"ignored"});
  ASSERT_TRUE(items) << items.error().message;
  ASSERT_EQ(items->size(), 3u);
  EXPECT_EQ(name_of((*items)[0]), "shop|db");
  EXPECT_EQ(name_of((*items)[1]), "mail|smtp");
  EXPECT_EQ((*items)[2].names, (Names{"mail", "a", ""}));
}

TEST(VaultJson, WhatIsNoneIsRefusedWithoutItsValues) {
  for (const std::string text : {R"({"a":"hush"})", R"(["hush"])", R"({"a":{"b":["hush"]}})", R"({"a":"hush)"}) {
    const auto items = read_vault_json(text, {});
    ASSERT_FALSE(items) << text;
    EXPECT_EQ((items.error().message + items.error().subject).find("hush"), std::string::npos) << items.error().message;
  }
  std::string deep;
  for (int i = 0; i < 10'000; ++i) deep += "{\"a\":";
  EXPECT_FALSE(read_vault_json(deep, {}));
}

TEST(KeychainContents, CollectionsAreFoldersAndAttributesMetadata) {
  const auto items = read_keychain_contents(R"([
    {"label":"Login","items":[
      {"label":"z","attributes":{"server":"h","long":"a\nb"},"secret":"c2VjcmV0"},
      {"label":"refused","attributes":{}},
      {"label":"key","attributes":{"xdg:schema":"io.strongroom.Slot"},"secret":"c2VjcmV0"}]},
    {"label":"Closed","locked":true}])");
  ASSERT_TRUE(items) << items.error().message;
  ASSERT_EQ(items->size(), 4u);
  EXPECT_EQ(name_of((*items)[0]), "Closed");
  EXPECT_NE((*items)[0].problem.find("locked"), std::string::npos);
  EXPECT_NE((*items)[1].not_wanted.find("Strongroom's own"), std::string::npos);
  EXPECT_EQ((*items)[1].problem, "");
  EXPECT_TRUE((*items)[1].fields.empty());
  EXPECT_NE((*items)[2].problem.find("does not hand it over"), std::string::npos);
  EXPECT_EQ(name_of((*items)[3]), "Login|z");
  EXPECT_EQ(fields_of((*items)[3]), (Map{{"value", "secret"}, {"long", "a\nb"}}));
  EXPECT_EQ((*items)[3].metadata, (Map{{"server", "h"}}));
  EXPECT_FALSE(read_keychain_contents(R"([{"label":"a","items":[{"label":"b","secret":"?"}]}])"));
}

TEST(KeychainContents, NoAttributeTakesTheNameOfTheSecret) {
  const auto items = read_keychain_contents(
      R"([{"label":"l","items":[{"label":"z","attributes":{"value":"a\nb"},"secret":"c2VjcmV0"}]}])");
  ASSERT_TRUE(items) << items.error().message;
  EXPECT_EQ(fields_of((*items)[0]), (Map{{"value", "secret"}, {"value-2", "a\nb"}}));
}

TEST(VaultJson, NoCustomMetadataTakesTheNameOfAValue) {
  std::string text(k_second);
  text.replace(text.find(R"("owner": "ann")"), 14, R"("password": "a\nb")");
  const auto items = read_vault_json(text, {"x"});
  ASSERT_TRUE(items) << items.error().message;
  EXPECT_EQ(fields_of((*items)[0]).at("password"), "hush");
  EXPECT_EQ(fields_of((*items)[0]).at("password-2"), "a\nb");
}

}  // namespace
}  // namespace strongroom::cli::keyrings
