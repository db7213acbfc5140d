// What the store has already stays, unless somebody says otherwise. Documents as OpenBao 2.7.2 prints them.
#include "tests/integration/keyrings/keyring_house.h"

namespace strongroom::tests {
namespace {

std::string document(const std::string& data) {
  return R"({"request_id":"5fc7d5a0","lease_id":"","lease_duration":0,"renewable":false,"data":{"data":)" + data +
         R"(,"metadata":{"created_time":"2026-11-29T12:00:44Z","custom_metadata":{"owner":"ann"},"deletion_time":"",)"
         R"("destroyed":false,"version":3}},"warnings":null})";
}

class ImportConflict : public KeyringHouse {
 protected:
  std::string tree_ =
      file("vault.json", "{\"same\":" + document(R"({"k":"1"})") + ",\"differs\":" + document(R"({"k":"hushed"})") +
                             ",\"new\":" + document(R"({"k":"3"})") + "}");

  void SetUp() override {
    auto client = daemon_.client();
    ASSERT_TRUE(client.call<wire::Put>(put_request("vault/same", "1", "k")));
    ASSERT_TRUE(client.call<wire::Put>(put_request("vault/differs", "ours", "k")));
  }

  Outcome import_tree(std::vector<std::string> more = {}) const {
    more.insert(more.begin(), {"--from", "vault", tree_});
    return import(std::move(more));
  }
};

TEST_F(ImportConflict, OursStayAndTheExitCodeTells) {
  const auto dry = import_tree({"--dry-run"});
  EXPECT_EQ(dry.exit_code, 7) << dry.errors;
  EXPECT_EQ(read("vault/new#k"), "");
  const auto done = import_tree();
  EXPECT_EQ(done.exit_code, 7) << done.errors;
  for (const char* line : {"vault/same     unchanged",
                           "vault/differs  kept       the store has other values, which stay", "vault/new      new"}) {
    EXPECT_TRUE(holds(dry.output, line)) << dry.output;
    EXPECT_TRUE(holds(done.output, line)) << done.output;
  }
  EXPECT_FALSE(holds(done.output + done.errors, "hushed"));
  EXPECT_EQ(read("vault/differs#k"), "ours");
  EXPECT_EQ(read("vault/new#k"), "3");
  // What was there already by the same value has now its words too.
  EXPECT_TRUE(holds(metadata("vault/same"), "\"owner\":\"ann\"")) << metadata("vault/same");
  EXPECT_FALSE(holds(metadata("vault/differs"), "ann"));
}

TEST_F(ImportConflict, MetadataOfOursStaysToo) {
  auto client = daemon_.client();
  ASSERT_TRUE(client.call<wire::Update>({.path = "vault/same", .set_metadata = {{{"owner", "bob"}}}}));
  ASSERT_TRUE(client.call<wire::Put>(put_request("vault/new", "deleted", "k")));
  ASSERT_TRUE(client.call<wire::Update>({.path = "vault/new", .set_metadata = {{{"owner", "eve"}}}}));
  ASSERT_TRUE(client.call<wire::Delete>({.path = "vault/new"}));
  const auto done = import_tree();
  EXPECT_EQ(done.exit_code, 7) << done.errors;
  EXPECT_TRUE(holds(done.output, "the store has other metadata, which stays: 'owner'")) << done.output;
  EXPECT_FALSE(holds(done.errors, "still holds the values")) << done.errors;
  EXPECT_TRUE(holds(metadata("vault/same"), "\"owner\":\"bob\"")) << metadata("vault/same");
  EXPECT_TRUE(holds(metadata("vault/same"), "\"vault-version\":\"3\"")) << metadata("vault/same");
  EXPECT_EQ(read("vault/new#k"), "3");
  EXPECT_TRUE(holds(metadata("vault/new"), "\"owner\":\"eve\"")) << metadata("vault/new");
}

TEST_F(ImportConflict, ADeletedSecretThatAsksForACheckGetsItsNewVersion) {
  auto client = daemon_.client();
  ASSERT_TRUE(client.call<wire::Put>(put_request("vault/new", "deleted", "k")));
  ASSERT_TRUE(client.call<wire::Update>({.path = "vault/new", .check_required = true}));
  ASSERT_TRUE(client.call<wire::Delete>({.path = "vault/new"}));
  EXPECT_EQ(import_tree().exit_code, 7);
  EXPECT_EQ(read("vault/new#k"), "3");
}

TEST_F(ImportConflict, ANewVersionKeepsTheOldOne) {
  EXPECT_EQ(import_tree({"--on-conflict", "new-version"}).exit_code, 0);
  EXPECT_EQ(read("vault/differs#k"), "hushed");
  EXPECT_EQ(read("strongroom://vault/differs?version=1#k"), "ours");
}

TEST_F(ImportConflict, RenamedItLiesBesideOursAndARepetitionAddsNothing) {
  EXPECT_EQ(import_tree({"--on-conflict", "rename"}).exit_code, 0);
  EXPECT_EQ(read("vault/differs#k"), "ours");
  EXPECT_EQ(read("vault/differs-2#k"), "hushed");
  const std::string before = listing();
  const auto again = import_tree({"--on-conflict", "rename"});
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_TRUE(holds(again.output, "3 unchanged")) << again.output;
  EXPECT_EQ(listing(), before);
}

TEST_F(ImportConflict, FilesOfVariablesHaveTheSameChoice) {
  const std::string env = file("prod.env", "A=1\n");
  ASSERT_EQ(import({env}).exit_code, 0);
  file("prod.env", "A=2\n");
  EXPECT_EQ(import({env, "--on-conflict", "keep"}).exit_code, 7);
  EXPECT_EQ(read("prod/A"), "1");
  EXPECT_EQ(import({env}).exit_code, 0);
  EXPECT_EQ(read("prod/A"), "2");
}

TEST_F(ImportConflict, WhatThePathsRefuseIsNamed) {
  std::string deep;
  for (int i = 0; i < 20; ++i) deep += "d/";
  const std::string odd =
      file("odd.json", "{\"" + deep + "x\":" + document(R"({"k":"1"})") + ",\"e\\u0301\":" + document(R"({"k":"1"})") +
                           ",\"ok\":" + document(R"({"k":"1"})") + "}");
  const auto done = import({"--from", "vault", odd, "--json"});
  EXPECT_EQ(done.exit_code, 1);
  EXPECT_TRUE(holds(done.output, "more than 16 levels")) << done.output;
  EXPECT_TRUE(holds(done.output, "normalization form C")) << done.output;
  EXPECT_EQ(read("vault/ok#k"), "1");
}

TEST_F(ImportConflict, AFolderAndStandardInputNameTheirDocuments) {
  file("tree/shop/db.json", document(R"({"password":"p"})"));
  EXPECT_EQ(import({"--from", "vault", (daemon_.folder() / "tree").string(), "--to", "v"}).exit_code, 0);
  EXPECT_EQ(read("v/shop/db#password"), "p");
  EXPECT_EQ(import({"--from", "vault", "-", "--to", "a/b"}, {}, document(R"({"value":"q"})")).exit_code, 0);
  EXPECT_EQ(read("a/b"), "q");
}

TEST_F(ImportConflict, WhatContradictsIsRefused) {
  EXPECT_EQ(import({"--from", "vault"}).exit_code, 2);
  EXPECT_EQ(import({"--from", "nothing", tree_}).exit_code, 2);
  EXPECT_EQ(import({"--from", "vault", tree_, "--format", "json"}).exit_code, 2);
  EXPECT_EQ(import({}).exit_code, 2);
}

}  // namespace
}  // namespace strongroom::tests
