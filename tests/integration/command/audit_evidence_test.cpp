// Evidence that leaves the daemon, and what is made of it where there is none.
#include "tests/integration/command/audit_house.h"
#include "tests/integration/witness/witness_house.h"
#include "tests/support/text.h"

namespace strongroom::tests {
namespace {

using AuditEvidence = AuditCommands;

TEST_F(AuditEvidence, TheDaemonAndTheFolderAloneVerifyToTheSame) {
  const auto asked = cli({"audit", "verify"});
  EXPECT_EQ(asked.exit_code, 0) << asked.output << asked.errors;
  EXPECT_TRUE(holds(asked.output, "Good")) << asked.output;
  expect_json(cli({"audit", "verify", "--json"}));
  const std::string key_option = key();
  ASSERT_EQ(cli({"audit", "checkpoint", "--out", path("old.note")}).exit_code, 0);
  ASSERT_EQ(cli({"read", "prod/db"}).exit_code, 0);
  EXPECT_EQ(cli({"audit", "verify", "--against", path("old.note")}).exit_code, 0);
  (void)daemon_.stop();
  const auto alone = offline(
      {"audit", "verify", "--folder", log_folder(), "--key", key_option, "--against", path("old.note"), "--json"});
  EXPECT_EQ(alone.exit_code, 0) << alone.output << alone.errors;
  for (const char* member : {R"("ok":true)", R"("first":0)", R"("entries":)", R"("signed":)", R"("sequence":null)",
                             R"("problem":null)", R"("torn":)"})
    EXPECT_TRUE(holds(alone.output, member)) << member << alone.output;
  EXPECT_EQ(offline({"audit", "verify", "--folder", path("nothing")}).exit_code, 3);
}

TEST_F(AuditEvidence, DamageEndsWithOneAndNamesTheEntry) {
  ASSERT_EQ(cli({"audit", "checkpoint", "--out", path("old.note")}).exit_code, 0);
  (void)daemon_.stop();
  const std::string segment = log_folder() + "/segments/0000000000000000.log";
  std::fstream file(segment, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(600);
  const char changed = static_cast<char>(file.peek() ^ 1);
  file.seekp(600);
  file.put(changed);
  file.close();
  const auto verdict = offline({"audit", "verify", "--folder", log_folder()});
  EXPECT_EQ(verdict.exit_code, 1);
  EXPECT_TRUE(holds(verdict.output, "DAMAGED at entry ")) << verdict.output;
  const auto json = offline({"audit", "verify", "--folder", log_folder(), "--json"});
  EXPECT_EQ(json.exit_code, 1);
  EXPECT_TRUE(holds(json.output, R"("ok":false)") && !holds(json.output, R"("sequence":null)")) << json.output;
}

TEST_F(AuditEvidence, AFileIsNotWrittenOverUnlessForced) {
  write("there", "precious");
  EXPECT_EQ(cli({"audit", "checkpoint", "--out", path("there")}).exit_code, 7);
  EXPECT_EQ(cli({"audit", "prove", "1", "--out", path("there")}).exit_code, 7);
  EXPECT_EQ(read("there"), "precious");
  EXPECT_EQ(cli({"audit", "checkpoint", "--out", path("there"), "--force"}).exit_code, 0);
  EXPECT_TRUE(holds(read("there"), "io.strongroom/log/"));
}

TEST_F(AuditEvidence, AProofHoldsWithoutADaemonAndDisclosesOneEventAlone) {
  const std::string entry = newest("secret.get", "prod/db");
  const std::string key_option = key();
  ASSERT_EQ(cli({"audit", "prove", entry, "--out", path("closed")}).exit_code, 0);
  ASSERT_EQ(cli({"audit", "prove", entry, "--disclose", "--out", path("open")}).exit_code, 0);
  (void)daemon_.stop();
  const auto closed = offline({"audit", "verify-proof", path("closed"), "--key", key_option});
  EXPECT_EQ(closed.exit_code, 0) << closed.output << closed.errors;
  EXPECT_FALSE(holds(closed.output, "prod/db"));
  const auto open = offline({"audit", "verify-proof", path("open"), "--key", key_option});
  EXPECT_EQ(open.exit_code, 0) << open.output << open.errors;
  EXPECT_TRUE(holds(open.output, "prod/db") && holds(open.output, "secret.get")) << open.output;
  EXPECT_FALSE(holds(open.output, "prod/other") || holds(open.output, "rotation 7"));
  const auto json = offline({"audit", "verify-proof", path("open"), "--key", key_option, "--json"});
  EXPECT_TRUE(holds(json.output, R"("ok":true)") && holds(json.output, R"("action":"secret.get")")) << json.output;
}

TEST_F(AuditEvidence, AProofOfAnotherLogOrChangedIsRefused) {
  const std::string key_option = key();
  ASSERT_EQ(cli({"audit", "prove", "2", "--out", path("p")}).exit_code, 0);
  std::string text = read("p");
  const auto place = text.find("\nindex 2\n");
  ASSERT_NE(place, std::string::npos);
  text[place + 7] = '3';
  write("changed", text);
  const auto refused = offline({"audit", "verify-proof", path("changed"), "--key", key_option, "--json"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_TRUE(holds(refused.output, R"("ok":false)")) << refused.output;
  TestDaemon other;
  other.start();
  write("other.key", run_cli(other, {"audit", "key"}).output);
  EXPECT_EQ(offline({"audit", "verify-proof", path("p"), "--key", "@" + path("other.key")}).exit_code, 1);
  EXPECT_EQ(offline({"audit", "verify-proof", path("p"), "--key", "no key"}).exit_code, 2);
  EXPECT_EQ(offline({"audit", "verify-proof", path("absent"), "--key", key_option}).exit_code, 3);
}

TEST_F(AuditEvidence, AnExportVerifiesWhereverItIsMovedAndNotWhenItIsChanged) {
  const std::string key_option = key();
  const auto exported = cli({"audit", "export", "--since", "1h", "--format", "jsonl", "--output", path("evidence")});
  ASSERT_EQ(exported.exit_code, 0) << exported.errors;
  EXPECT_EQ(std::filesystem::status(path("evidence")).permissions(), std::filesystem::perms::owner_all);
  EXPECT_TRUE(holds(read("evidence/events.jsonl"), "prod/db"));
  EXPECT_FALSE(holds(read("evidence/events.jsonl"), "the-value-itself"));
  EXPECT_EQ(cli({"audit", "export", "--output", path("evidence")}).exit_code, 7) << "it exists";
  (void)daemon_.stop();
  std::filesystem::rename(path("evidence"), path("moved"));
  const auto good = offline({"audit", "verify-export", path("moved"), "--key", key_option});
  EXPECT_EQ(good.exit_code, 0) << good.output << good.errors;
  const auto json = offline({"audit", "verify-export", path("moved"), "--json"});
  EXPECT_TRUE(holds(json.output, R"("ok":true)") && holds(json.output, R"("sequence":null)")) << json.output;
  std::string events = read("moved/events.jsonl");
  events.replace(events.find("prod/db"), 7, "prod/dc");
  write("moved/events.jsonl", events);
  const auto bad = offline({"audit", "verify-export", path("moved"), "--json"});
  EXPECT_EQ(bad.exit_code, 1);
  EXPECT_TRUE(holds(bad.output, R"("ok":false)")) << bad.output;
}

TEST_F(AuditEvidence, AnInterruptedExportLeavesNothing) {
  const auto before = std::distance(std::filesystem::directory_iterator(daemon_.folder()), {});
  EXPECT_NE(cli({"audit", "export", "--output", path("no/such/folder")}).exit_code, 0);
  EXPECT_NE(cli({"audit", "export", "--since", "1h", "--until", "2h", "--output", path("e")}).exit_code, 0);
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(daemon_.folder()), {}), before);
}

TEST_F(AuditEvidence, AWitnessVouchesAndStatusShowsIt) {
  WitnessHouse witness;
  write("witness.key", witness.vkey().text() + "\n");
  std::string log = cli({"audit", "key"}).output;
  log.pop_back();
  ASSERT_EQ(WitnessHouse::run({"add", "--state", witness.state(), log}).exit_code, 0);
  witness.start();
  const auto added = cli({"audit", "witness", "add", witness.url(), "@" + path("witness.key")});
  ASSERT_EQ(added.exit_code, 0) << added.errors;
  EXPECT_TRUE(holds(cli({"audit", "witness", "list"}).output, "witness.example/w1"));
  EXPECT_TRUE(eventually([&] { return holds(cli({"status"}).output, "vouched for, "); })) << cli({"status"}).output;
  ASSERT_EQ(cli({"audit", "witness", "remove", "witness.example/w1"}).exit_code, 0);
  EXPECT_FALSE(holds(cli({"audit", "witness", "list"}).output, "witness.example/w1"));
  EXPECT_EQ(cli({"audit", "verify"}).exit_code, 0);
}

TEST_F(AuditEvidence, AWitnessThatIsReachedByFilesVouchesToo) {
  const evidence::SampleKey witness("witness.example/by-hand", evidence::k_cosignature_key, 9);
  ASSERT_EQ(cli({"audit", "checkpoint", "--out", path("note")}).exit_code, 0);
  auto note = evidence::Note::parse(read("note")).value();
  note.signatures.push_back(
      evidence::cosign_note(witness.verifier, note.text, 1'800'000'000, witness.signer()).value());
  write("cosigned", note.serialize());
  const auto added = cli({"audit", "witness", "add", path("cosigned"), witness.verifier.text()});
  ASSERT_EQ(added.exit_code, 0) << added.errors;
  EXPECT_TRUE(holds(added.output, "vouches for the first")) << added.output;
  write("forged", read("note"));
  EXPECT_NE(cli({"audit", "witness", "add", path("forged"), witness.verifier.text()}).exit_code, 0);
  EXPECT_EQ(cli({"audit", "verify"}).exit_code, 0);
}

}  // namespace
}  // namespace strongroom::tests
