// The audit log as a person and a script meet it.
#include "tests/integration/command/audit_house.h"
#include "tests/support/text.h"

namespace strongroom::tests {
namespace {

TEST_F(AuditCommands, AListHasTheNewestFirstAndFindsByWhatIsAskedFor) {
  const auto all = cli({"audit", "list"});
  ASSERT_EQ(all.exit_code, 0) << all.errors;
  EXPECT_TRUE(holds(all.output, "secret.get"));
  EXPECT_TRUE(holds(all.output, "prod/db"));
  EXPECT_FALSE(holds(all.output, "the-value-itself"));
  EXPECT_LT(all.output.find("prod/missing"), all.output.find("rotation 7"));
  const auto found = cli({"audit", "list", "--path", "prod/db", "--action", "secret.get", "--since", "1h"});
  EXPECT_TRUE(holds(found.output, "prod/db"));
  EXPECT_FALSE(holds(found.output, "prod/other"));
  EXPECT_TRUE(cli({"audit", "list", "--until", "2001-01-01"}).output.empty());
  EXPECT_TRUE(holds(cli({"audit", "list", "--records"}).output, "(epoch)"));
  expect_json(cli({"audit", "list", "--decision", "allowed", "--json"}));
}

TEST_F(AuditCommands, AListHasPagesAndSaysHowToGoOn) {
  const auto first = cli({"audit", "list", "--limit", "2"});
  ASSERT_EQ(first.exit_code, 0);
  const auto at = first.errors.find("strongroom audit list --limit 2 --before ");
  ASSERT_NE(at, std::string::npos) << first.errors;
  std::string number = first.errors.substr(at + 41);
  number.resize(number.find('\n'));
  const auto second = cli({"audit", "list", "--limit", "2", "--before", number});
  ASSERT_EQ(second.exit_code, 0) << second.errors;
  EXPECT_NE(first.output, second.output);
  const auto all = cli({"audit", "list", "--limit", "2", "--all"});
  EXPECT_FALSE(holds(all.errors, "--before"));
  EXPECT_TRUE(holds(all.output, "rotation 7"));
}

TEST_F(AuditCommands, WhatCannotBeUnderstoodIsSaidAndEndsWithTwo) {
  for (const auto& words : std::vector<std::vector<std::string>>{{"audit", "list", "--since", "yesterday"},
                                                                 {"audit", "list", "--decision", "perhaps"},
                                                                 {"audit", "list", "--limit", "0"},
                                                                 {"audit", "show"},
                                                                 {"audit", "show", "-1"},
                                                                 {"audit", "verify-proof", "file"},
                                                                 {"audit", "verify", "--key", "k"},
                                                                 {"audit", "export"},
                                                                 {"audit", "archive"},
                                                                 {"audit", "witness", "add", "http://127.0.0.1:1"},
                                                                 {"audit", "witness"},
                                                                 {"audit", "redact", "1"}}) {
    const auto refused = cli(words);
    EXPECT_EQ(refused.exit_code, 2) << words[1] << refused.output << refused.errors;
    EXPECT_FALSE(refused.errors.empty() && refused.output.empty()) << words[1];
  }
  EXPECT_EQ(cli({"audit", "show", "99999999"}).exit_code, 3);
}

TEST_F(AuditCommands, AnEntryShowsWhoDidWhatAndWhy) {
  const auto shown = cli({"audit", "show", newest("secret.put", "prod/db")});
  ASSERT_EQ(shown.exit_code, 0) << shown.errors;
  EXPECT_TRUE(holds(shown.output, "prod/db"));
  EXPECT_TRUE(holds(shown.output, "uid:" + std::to_string(geteuid())));
  expect_json(cli({"audit", "show", "0", "--json"}));
}

TEST_F(AuditCommands, TheReasonAndTheProgramStandInTheLog) {
  ASSERT_EQ(cli({"read", "prod/db", "--reason", "deploy 42"}).exit_code, 0);
  auto shown = cli({"audit", "show", newest("secret.get", "prod/db")});
  EXPECT_TRUE(holds(shown.output, "deploy 42")) << shown.output;
  EXPECT_TRUE(holds(shown.output, "client         strongroom")) << shown.output;
  ASSERT_EQ(cli_with("STRONGROOM_REASON=from the environment", {"read", "prod/db"}).exit_code, 0);
  shown = cli({"audit", "show", newest("secret.get", "prod/db")});
  EXPECT_TRUE(holds(shown.output, "from the environment")) << shown.output;
  ASSERT_EQ(cli({"--reason", "stands before the command", "read", "prod/db"}).exit_code, 0);
  shown = cli({"audit", "show", newest("secret.get", "prod/db")});
  EXPECT_TRUE(holds(shown.output, "stands before the command")) << shown.output;
}

TEST_F(AuditCommands, AReasonThatNoLogTakesIsRefused) {
  for (const std::string& reason :
       {std::string(513, 'x'), std::string("two\nlines"), std::string("\xff"), std::string()}) {
    const auto refused = cli({"read", "prod/db", "--reason", reason});
    EXPECT_EQ(refused.exit_code, 2);
    EXPECT_TRUE(holds(refused.errors, "--reason")) << refused.errors;
  }
  const auto refused = cli_with("STRONGROOM_REASON=" + std::string(600, 'x'), {"read", "prod/db"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_TRUE(holds(refused.errors, "STRONGROOM_REASON")) << refused.errors;
}

TEST_F(AuditCommands, ATailShowsTheNewestAndWhatFollows) {
  const auto last = cli({"audit", "tail", "-n", "2"});
  EXPECT_EQ(std::ranges::count(last.output, '\n'), 3) << last.output;
  expect_json(cli({"audit", "tail", "--json"}));
  const std::string said = path("followed");
  Process following({"/bin/sh", "-c",
                     "exec '" STRONGROOM_PATH "' audit tail --follow --no-start --socket '" + daemon_.socket() +
                         "' >'" + said + "'"});
  ASSERT_TRUE(eventually([&] { return holds(read("followed"), "prod/missing"); }));
  ASSERT_EQ(cli({"read", "prod/other", "--reason", "meanwhile"}).exit_code, 0);
  EXPECT_TRUE(eventually([&] { return holds(read("followed"), "meanwhile"); }));
  following.kill(SIGINT);
  (void)following.wait();
}

TEST_F(AuditCommands, ASummaryCountsWhoAndWhat) {
  const auto summary = cli({"audit", "summary"});
  ASSERT_EQ(summary.exit_code, 0) << summary.errors;
  EXPECT_TRUE(holds(summary.output, "secret.get")) << summary.output;
  EXPECT_TRUE(holds(summary.output, "prod/db")) << summary.output;
  expect_json(cli({"audit", "summary", "--since", "1h", "--json"}));
}

TEST_F(AuditCommands, HistoryTellsWhoReadAndWrote) {
  ASSERT_EQ(cli({"read", "prod/db", "--reason", "a reader"}).exit_code, 0);
  const auto history = cli({"secret", "history", "prod/db"});
  ASSERT_EQ(history.exit_code, 0) << history.errors;
  EXPECT_TRUE(holds(history.output, "a reader")) << history.output;
  EXPECT_TRUE(holds(history.output, "secret.put")) << history.output;
  EXPECT_FALSE(holds(history.output, "prod/other"));
  const auto json = cli({"secret", "history", "prod/db", "--json"});
  protocol::JsonDocument document;
  ASSERT_TRUE(document.parse(json.output));
  ASSERT_TRUE(document.root().find("events") && document.root().find("versions"));
  EXPECT_GE(document.root().find("events")->array().size(), 2U);
}

TEST_F(AuditCommands, StatusShowsTheLog) {
  const auto status = cli({"status"});
  ASSERT_EQ(status.exit_code, 0);
  for (const char* part : {"audit log", "checkpoint", "witness", "reveals"})
    EXPECT_TRUE(holds(status.output, part)) << part << "\n" << status.output;
  expect_json(cli({"status", "--json"}));
}

TEST_F(AuditCommands, WhatARedactedEventNamedIsGoneAndItsProofStays) {
  const std::string entry = newest("secret.get", "prod/db");
  EXPECT_EQ(cli({"audit", "redact", entry}).exit_code, 2) << "there is no terminal to ask on";
  ASSERT_EQ(cli({"audit", "redact", entry, "--yes"}).exit_code, 0);
  EXPECT_FALSE(holds(cli({"audit", "show", entry}).output, "prod/db"));
  ASSERT_EQ(cli({"audit", "prove", entry, "--disclose", "--out", path("p")}).exit_code, 0);
  const auto proved = offline({"audit", "verify-proof", path("p"), "--key", key()});
  EXPECT_EQ(proved.exit_code, 0) << proved.output << proved.errors;
  EXPECT_FALSE(holds(proved.output, "prod/db")) << proved.output;
}

TEST_F(AuditCommands, ArchivingNothingSaysSoAndTheLogVerifies) {
  const auto archived = cli({"audit", "archive", "--before", "1d"});
  EXPECT_EQ(archived.exit_code, 0) << archived.errors;
  EXPECT_TRUE(holds(archived.output, "Nothing to archive")) << archived.output;
  expect_json(cli({"audit", "archive", "--before", "1d", "--json"}));
  EXPECT_EQ(cli({"audit", "verify"}).exit_code, 0);
}

TEST_F(AuditCommands, AcceptingARollbackSaysWhatItMeansAndAsks) {
  const auto asked = cli({"vault", "accept-rollback"});
  EXPECT_EQ(asked.exit_code, 2);
  EXPECT_TRUE(holds(asked.errors, "--yes") && holds(asked.errors, "older state")) << asked.errors;
}

}  // namespace
}  // namespace strongroom::tests
