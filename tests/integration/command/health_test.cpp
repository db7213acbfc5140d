// health: what is wrong is found, named and comes with its remedy.
#include <gtest/gtest.h>

#include <filesystem>

#include <strongroom/protocol/methods/service.h>

#include "tests/support/cli.h"
#include "tests/support/text.h"

namespace strongroom::tests {
namespace {

namespace fs = std::filesystem;

class Health : public testing::Test {
 protected:
  Health() { daemon_.start(); }

  Outcome cli(std::vector<std::string> words, std::string input = {}) {
    return run_cli(daemon_, std::move(words), std::move(input));
  }

  // The line of one check.
  std::string line(const std::string& check) {
    const std::string text = cli({"health"}).output;
    const auto at = text.find("\n" + check + " ");
    return at == std::string::npos ? "" : text.substr(at + 1, text.find('\n', at + 1) - at - 1);
  }

  TestDaemon daemon_;
};

TEST_F(Health, OfAFreshDaemonSaysWhatIsStillToBeDone) {
  const auto health = cli({"health"});
  EXPECT_EQ(health.exit_code, 0) << health.errors;
  EXPECT_TRUE(holds(health.output, "All in all: degraded.")) << health.output;
  EXPECT_TRUE(holds(line("slots"), "there is no recovery code")) << line("slots");
  EXPECT_TRUE(holds(line("slots"), "strongroom init")) << line("slots");
  ASSERT_EQ(cli({"slot", "add", "recovery"}).exit_code, 0);
  EXPECT_TRUE(holds(line("slots"), "healthy")) << line("slots");
  for (const char* check : {"store", "storage", "keychain", "files", "masking", "audit", "clock", "plugins"})
    EXPECT_TRUE(holds(line(check), " healthy ")) << line(check);
}

TEST_F(Health, OfALockedStoreIsDegraded) {
  ASSERT_EQ(cli({"lock"}).exit_code, 0);
  EXPECT_TRUE(holds(line("store"), "degraded")) << line("store");
  EXPECT_TRUE(holds(line("store"), "strongroom unlock")) << line("store");
}

TEST_F(Health, FindsAFileThatIsOpenToOthers) {
  fs::permissions(daemon_.state() / "vault.key", fs::perms::group_read, fs::perm_options::add);
  const auto health = cli({"health"});
  EXPECT_EQ(health.exit_code, 1);
  EXPECT_TRUE(holds(line("files"), "vault.key is open to other users")) << line("files");
  EXPECT_TRUE(holds(line("files"), "chmod go=")) << line("files");
  EXPECT_TRUE(holds(cli({"--json", "health"}).output, "\"state\":\"unhealthy\""));
}

TEST_F(Health, WhatChangesIsAuditedAndTheStatusKnowsOfTheLastLook) {
  ASSERT_EQ(cli({"health"}).exit_code, 0);
  fs::permissions(daemon_.state() / "vault.key", fs::perms::group_read, fs::perm_options::add);
  ASSERT_EQ(cli({"health"}).exit_code, 1);
  const std::string events = cli({"audit", "list"}).output;
  EXPECT_TRUE(holds(events, "health.changed")) << events;
  EXPECT_TRUE(holds(cli({"status", "--json"}).output, "\"health\":\"unhealthy\""));
}

TEST_F(Health, TheDoctorExplainsAndMendsWhatIsSafe) {
  ASSERT_EQ(cli({"slot", "add", "recovery"}).exit_code, 0);
  fs::permissions(daemon_.state() / "vault.key", fs::perms::group_read, fs::perm_options::add);
  const auto told = cli({"doctor"});
  EXPECT_EQ(told.exit_code, 1);
  EXPECT_TRUE(holds(told.output, "Fault in files")) << told.output;
  EXPECT_TRUE(holds(told.output, "Another user of this machine can read")) << told.output;
  EXPECT_TRUE(holds(told.output, "strongroom doctor --yes")) << told.output;
  EXPECT_TRUE(holds(line("files"), "unhealthy")) << "nothing is done without a yes";
  const auto mended = cli({"doctor", "--yes"});
  EXPECT_EQ(mended.exit_code, 0) << mended.output << mended.errors;
  EXPECT_TRUE(holds(mended.output, "Mended: only this user can read")) << mended.output;
  EXPECT_TRUE(holds(line("files"), " healthy ")) << line("files");
  const auto perms = fs::status(daemon_.state() / "vault.key").permissions();
  EXPECT_EQ(perms & (fs::perms::group_all | fs::perms::others_all), fs::perms::none);
  EXPECT_TRUE(holds(cli({"audit", "list"}).output, "service.mend"));
}

TEST_F(Health, NothingIsMendedThatIsWellOrNeedsAPerson) {
  auto client = daemon_.client();
  for (const char* name : {"files", "slots", "disk"}) {
    const auto answer = client.call<protocol::service::Mend>({.name = name});
    ASSERT_FALSE(answer) << name;
    EXPECT_EQ(answer.error().code, ErrorCode::conflict) << name;
  }
  EXPECT_EQ(client.call<protocol::service::Mend>({.name = "weather"}).error().code, ErrorCode::not_found);
}

// The code of a slot that is gone is well-formed and wrong.
TEST_F(Health, WrongCodesAreSlowedAndWhatNeedsNoPersonIsNot) {
  const std::string added = cli({"slot", "add", "recovery"}).output;
  const std::string id = added.substr(added.find("slot ") + 5, 16);
  const std::string wrong = added.substr(added.find("    ") + 4, 41);
  ASSERT_EQ(cli({"slot", "add", "recovery"}).exit_code, 0);
  ASSERT_EQ(cli({"slot", "remove", id}).exit_code, 0);
  ASSERT_EQ(cli({"lock"}).exit_code, 0);
  int refused = 0;
  for (int i = 0; i < 12; ++i)
    refused += holds(cli({"unlock", "--recovery"}, wrong).errors, "too many wrong tries") ? 1 : 0;
  EXPECT_GE(refused, 4) << cli({"unlock", "--recovery"}, wrong).errors;
  EXPECT_EQ(cli({"unlock"}).exit_code, 0);
  const auto audit = cli({"audit", "list", "--action", "vault.unlock"});
  EXPECT_TRUE(holds(audit.output, "wrong_credential") && holds(audit.output, "rate_limited")) << audit.output;
}

}  // namespace
}  // namespace strongroom::tests
