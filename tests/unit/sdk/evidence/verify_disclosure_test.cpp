#include <strongroom/evidence/verify_disclosure.h>

#include <gtest/gtest.h>

#include <functional>

#include "tests/unit/sdk/evidence/sample_audit_log.h"

namespace strongroom::evidence {
namespace {

constexpr std::uint64_t k_index = 5;

std::string json_of(const OpenedEvent& opened) {
  WipedString text;
  protocol::JsonWriter writer(text);
  write_words(opened, writer);
  return std::string(text);
}

TEST(VerifyDisclosure, AProofHoldsAndSaysNothingUnlessItDiscloses) {
  const SampleAuditLog log;
  const auto closed = verify_disclosure(log.proof_text(k_index, false), log.key());
  EXPECT_TRUE(closed.ok()) << closed.problem;
  EXPECT_EQ(closed.sequence, k_index);
  EXPECT_EQ(closed.signed_entries, log.size());
  EXPECT_FALSE(closed.opened);
  const auto open = verify_disclosure(log.proof_text(k_index, true), log.key());
  ASSERT_TRUE(open.ok() && open.opened) << open.problem;
  const std::string words = json_of(*open.opened);
  EXPECT_NE(words.find(R"("paths":["secret/5"])"), std::string::npos) << words;
  EXPECT_NE(words.find(R"("action":"secret.get")"), std::string::npos) << words;
}

TEST(VerifyDisclosure, WithoutTheBoxTheNamesStayHidden) {
  const SampleAuditLog log;
  ProofExtra extra = log.extra(k_index, true);
  extra.disclosure->r.reset();
  const auto report = verify_disclosure(log.proof(k_index, extra).text(), log.key());
  ASSERT_TRUE(report.ok() && report.opened) << report.problem;
  EXPECT_TRUE(report.opened->event.paths.empty());
}

TEST(VerifyDisclosure, EveryEntryOfALogOfAnySizeIsProved) {
  for (std::uint64_t events = 0; events < 9; ++events) {
    const SampleAuditLog log(events);
    for (std::uint64_t i = 0; i < log.size(); ++i) {
      const auto report = verify_disclosure(log.proof_text(i, false), log.key());
      EXPECT_TRUE(report.ok()) << i << " of " << log.size() << ": " << report.problem;
    }
  }
}

TEST(VerifyDisclosure, ExtraIsReadBackAsItWasWrittenAndInNoOtherForm) {
  const SampleAuditLog log;
  const Bytes cbor = log.extra(k_index, true).encode();
  EXPECT_EQ(ProofExtra::parse(cbor).value().encode(), cbor);
  for (std::size_t size = 0; size < cbor.size(); ++size) EXPECT_FALSE(ProofExtra::parse(BytesView(cbor).first(size)));
  Bytes longer = cbor;
  longer.push_back(0);
  EXPECT_FALSE(ProofExtra::parse(longer));
}

TEST(VerifyDisclosure, RefusesAChangeOfEachElementOfTheExtra) {
  const SampleAuditLog log;
  const std::pair<const char*, std::function<void(ProofExtra&)>> changes[] = {
      {"entry", [](ProofExtra& e) { e.entry[70] ^= 1; }},
      {"entry of another", [&](ProofExtra& e) { e.entry = log.entries[k_index + 1]; }},
      {"epoch record", [](ProofExtra& e) { e.epoch_record[90] ^= 1; }},
      {"its opening key", [](ProofExtra& e) { e.epoch_record[150] ^= 1; }},
      {"its closing signature", [](ProofExtra& e) { e.epoch_record[220] ^= 1; }},
      {"its identity signature", [](ProofExtra& e) { e.epoch_record[300] ^= 1; }},
      {"another entry for it", [&](ProofExtra& e) { e.epoch_record = log.entries[1]; }},
      {"its proof", [](ProofExtra& e) { e.epoch_proof[0][3] ^= 1; }},
      {"its proof, shorter", [](ProofExtra& e) { e.epoch_proof.pop_back(); }},
      {"its proof, longer", [](ProofExtra& e) { e.epoch_proof.emplace_back(); }},
      {"entry key", [](ProofExtra& e) { e.disclosure->entry_key[0] ^= 1; }},
      {"r", [](ProofExtra& e) { e.disclosure->r->at(0) ^= 1; }},
      {"keys exchanged", [](ProofExtra& e) { std::swap(e.disclosure->entry_key, *e.disclosure->r); }},
      {"another's key", [&](ProofExtra& e) { e.disclosure = log.extra(k_index + 1, true).disclosure; }}};
  for (const auto& [what, change] : changes) {
    ProofExtra extra = log.extra(k_index, true);
    change(extra);
    const auto report = verify_disclosure(log.proof(k_index, extra).text(), log.key());
    EXPECT_FALSE(report.ok()) << what;
    EXPECT_EQ(report.sequence, k_index) << what;
    EXPECT_FALSE(report.opened) << what;
  }
}

TEST(VerifyDisclosure, RefusesAChangeOfEachElementOfTheProof) {
  const SampleAuditLog log;
  const std::pair<const char*, std::function<void(TlogProof&)>> changes[] = {
      {"no extra", [](TlogProof& p) { p.extra.reset(); }},
      {"index", [](TlogProof& p) { ++p.index; }},
      {"hash", [](TlogProof& p) { p.hashes[0][0] ^= 1; }},
      {"hash less", [](TlogProof& p) { p.hashes.pop_back(); }},
      {"hash more", [](TlogProof& p) { p.hashes.emplace_back(); }},
      {"identity signature", [](TlogProof& p) { p.checkpoint.signatures[0].signature[5] ^= 1; }},
      {"identity signature gone", [](TlogProof& p) { p.checkpoint.signatures.erase(p.checkpoint.signatures.begin()); }},
      {"epoch signature", [](TlogProof& p) { p.checkpoint.signatures[1].signature[5] ^= 1; }},
      {"epoch signature gone", [](TlogProof& p) { p.checkpoint.signatures.pop_back(); }},
      {"another tree", [](TlogProof& p) { p.checkpoint = SampleAuditLog(5).checkpoint(); }}};
  for (const auto& [what, change] : changes) {
    TlogProof proof = log.proof(k_index, log.extra(k_index, true));
    change(proof);
    EXPECT_FALSE(verify_disclosure(proof.text(), log.key()).ok()) << what;
  }
}

TEST(VerifyDisclosure, RefusesAnyBitOfTheTextChanged) {
  const SampleAuditLog log;
  const std::string text = log.proof_text(k_index, true);
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = static_cast<char>(changed[i] ^ 1 << (i % 7));
    EXPECT_FALSE(verify_disclosure(changed, log.key()).ok()) << "byte " << i;
  }
}

TEST(VerifyDisclosure, RefusesTheKeyOfAnotherLog) {
  const SampleAuditLog log;
  const std::string text = log.proof_text(k_index, true);
  EXPECT_FALSE(verify_disclosure(text, SampleKey(log.key().name, k_note_key, 9).verifier).ok());
  EXPECT_FALSE(verify_disclosure(text, SampleKey("io.strongroom/log/00", k_note_key, 1).verifier).ok());
  EXPECT_FALSE(verify_disclosure(text, make_verifier_key("example.com", k_note_key, log.key().key)).ok());
}

TEST(VerifyDisclosure, OnlyEventsCanBeDisclosed) {
  const SampleAuditLog log;
  ProofExtra extra = log.extra(1, false);
  extra.disclosure = log.extra(k_index, true).disclosure;
  EXPECT_FALSE(verify_disclosure(log.proof(1, extra).text(), log.key()).ok());
}

}  // namespace
}  // namespace strongroom::evidence
