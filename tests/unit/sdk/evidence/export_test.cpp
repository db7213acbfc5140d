#include <strongroom/evidence/export.h>

#include <gtest/gtest.h>

#include <sstream>

#include "tests/support/temporary_folder.h"
#include "tests/unit/sdk/evidence/sample_audit_log.h"

namespace strongroom::evidence {
namespace {

namespace fs = std::filesystem;

class Export : public testing::Test {
 protected:
  void SetUp() override { log_.write_export(folder()); }

  fs::path folder() const { return home_.path() / "export"; }

  std::string read(std::string_view name) const {
    std::ifstream in(folder() / name, std::ios::binary);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }

  void write(std::string_view name, std::string_view text) const {
    std::ofstream(folder() / name, std::ios::binary) << text;
  }

  ExportReport verify() const {
    VerifyExportOptions options;
    options.key = log_.key();
    return verify_export(folder(), options).value();
  }

  // Replaces the first `what` behind `from`; the manifest follows.
  void replace(std::string_view name, const std::string& what, const std::string& with, std::size_t from = 0) {
    std::string text = read(name);
    const auto at = text.find(what, from);
    ASSERT_NE(at, std::string::npos) << what;
    write(name, text.replace(at, what.size(), with));
    log_.describe(folder());
  }

  tests::TemporaryFolder home_;
  SampleAuditLog log_;
};

TEST_F(Export, VerifiesAsItWasWritten) {
  const auto report = verify();
  EXPECT_TRUE(report.ok()) << report.problem;
  EXPECT_EQ(report.events, 6);
  EXPECT_EQ(report.signed_entries, log_.size());
  EXPECT_EQ(report.key, log_.key().text());
  EXPECT_FALSE(report.sequence);
}

TEST_F(Export, RefusesAnyByteOfAnyFileChanged) {
  for (const auto name : k_export_files) {
    const std::string text = read(name);
    for (std::size_t i = 0; i < text.size(); i += 13) {
      std::string changed = text;
      changed[i] = static_cast<char>(changed[i] ^ 1);
      write(name, changed);
      EXPECT_FALSE(verify().ok()) << name << " " << i;
    }
    write(name, text);
  }
}

TEST_F(Export, RefusesAMissingFile) {
  for (const std::string name : {"key", "checkpoint", "epoch.proof", "events.jsonl", "proofs.jsonl", "manifest.json"}) {
    const std::string text = read(name);
    fs::remove(folder() / name);
    EXPECT_FALSE(verify().ok()) << name;
    write(name, text);
  }
  EXPECT_TRUE(verify().ok());
}

TEST_F(Export, NamesTheEventWhoseLineSaysSomethingElse) {
  const std::string events = read("events.jsonl");
  const auto line = events.find(R"("seq":4)");
  for (const auto& [what, with] :
       std::vector<std::pair<std::string, std::string>>{{"secret.get", "secret.put"},
                                                        {"secret/4", "secret/5"},
                                                        {"because", "becalm!"},
                                                        {"uid:1000", "uid:1001"},
                                                        {R"("uid":1000)", R"("uid":true)"},
                                                        {R"("uid":1000,)", ""},
                                                        {R"("uid":1000)", R"("uid":1000,"pid":1)"},
                                                        {R"("decision":"allowed")", R"("decision":"denied")"},
                                                        {R"("epoch":1)", R"("epoch":2)"}}) {
    replace("events.jsonl", what, with, line);
    const auto report = verify();
    EXPECT_FALSE(report.ok()) << what;
    EXPECT_EQ(report.sequence, 4U) << what << ": " << report.problem;
    write("events.jsonl", events);
  }
}

TEST_F(Export, RefusesAChangedProofLine) {
  const std::string proofs = read("proofs.jsonl");
  for (const auto& [what, with] :
       std::vector<std::pair<std::string, std::string>>{{R"("entry":"AQ)", R"("entry":"AA)"},
                                                        {R"("proof":[)", R"("proof":["AAAA",)"},
                                                        {R"("entry_key":")", R"("entry_key":"A)"},
                                                        {R"("r":")", R"("q":")"},
                                                        {R"("seq":2)", R"("seq":3)"},
                                                        {R"("seq":2)", R"("seq":2,"more":1)"},
                                                        {R"("seq":2)", R"("seq":2.0)"}}) {
    replace("proofs.jsonl", what, with);
    EXPECT_FALSE(verify().ok()) << what;
    write("proofs.jsonl", proofs);
  }
}

TEST_F(Export, RefusesLinesThatAreMissingTwiceOrInAnotherOrder) {
  const std::string events = read("events.jsonl");
  const std::string proofs = read("proofs.jsonl");
  const auto first = [](const std::string& text) { return text.substr(0, text.find('\n') + 1); };
  const auto rest = [](const std::string& text) { return text.substr(text.find('\n') + 1); };
  for (const auto& [e, p] :
       {std::pair(rest(events), rest(proofs)), std::pair(rest(events), proofs), std::pair(events, rest(proofs)),
        std::pair(first(events) + events, first(proofs) + proofs),
        std::pair(rest(events) + first(events), rest(proofs) + first(proofs)), std::pair(std::string(), std::string()),
        std::pair(events.substr(0, events.size() - 1), proofs)}) {
    write("events.jsonl", e);
    write("proofs.jsonl", p);
    log_.describe(folder());
    EXPECT_FALSE(verify().ok());
  }
}

TEST_F(Export, RefusesAManifestThatSaysOtherwise) {
  const std::string manifest = read("manifest.json");
  for (const auto& [what, with] :
       std::vector<std::pair<std::string, std::string>>{{R"("format":1)", R"("format":2)"},
                                                        {R"("format":1)", R"("format":true)"},
                                                        {R"("format":1,)", ""},
                                                        {R"("events":6)", R"("events":7)"},
                                                        {R"("format":1)", R"("format":1,"more":1)"},
                                                        {R"("since_ms":1800000000000)", R"("since_ms":1900000000000)"},
                                                        {R"("until_ms":1800000000999)", R"("until_ms":1900000000000)"},
                                                        {"io.strongroom/log/01", "io.strongroom/log/02"},
                                                        {R"("key":)", R"("../key":)"},
                                                        {"{", "{{"}}) {
    std::string text = manifest;
    const auto at = text.find(what);
    ASSERT_NE(at, std::string::npos) << what;
    write("manifest.json", text.replace(at, what.size(), with));
    // A later end alone is true of the same events.
    EXPECT_EQ(verify().ok(), what.find("until_ms") != std::string::npos) << what << " " << with;
  }
}

TEST_F(Export, OfAnotherLogIsRefusedWhenTheKeyIsAtHand) {
  VerifyExportOptions options;
  EXPECT_TRUE(verify_export(folder(), options)->ok()) << "the folder's own key";
  options.key = SampleKey(log_.key().name, k_note_key, 9).verifier;
  EXPECT_FALSE(verify_export(folder(), options)->ok());
}

TEST_F(Export, AnEpochProofOfAnotherEntryIsRefused) {
  write("epoch.proof", log_.proof_text(3, false));
  log_.describe(folder());
  EXPECT_FALSE(verify().ok());
}

}  // namespace
}  // namespace strongroom::evidence
