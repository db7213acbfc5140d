#include <strongroom/evidence/tlog_proof.h>

#include <gtest/gtest.h>

#include <strongroom/evidence/checkpoint.h>

#include "tests/unit/sdk/evidence/sample_log.h"
#include "tests/unit/sdk/evidence/sample_note.h"

namespace strongroom::evidence {
namespace {

constexpr std::uint64_t k_size = 77;
constexpr std::uint64_t k_index = 42;

const SampleKey& log_key() {
  static const SampleKey key("example.com/log", k_note_key, 1);
  return key;
}

TlogProof sample_proof(std::string origin = "example.com/log") {
  const SampleLog log(k_size);
  TlogProof proof;
  proof.index = k_index;
  proof.hashes = prove_inclusion(k_index, k_size, log.reader()).value();
  proof.checkpoint = signed_note(Checkpoint{std::move(origin), k_size, log.root(k_size)}.text(), log_key());
  return proof;
}

Status check(const TlogProof& proof) {
  return verify(proof, as_bytes(SampleLog::entry(k_index)), log_key().verifier);
}

ErrorCode code_of(const Status& status) {
  EXPECT_FALSE(status);
  return status ? ErrorCode::internal : status.error().code;
}

TEST(TlogProof, VerifiesAfterATripThroughAFile) {
  TlogProof proof = sample_proof();
  EXPECT_TRUE(check(TlogProof::parse(proof.text()).value()));
  proof.extra = Bytes{1, 2, 3};
  const TlogProof again = TlogProof::parse(proof.text()).value();
  EXPECT_EQ(again.extra, proof.extra);
  EXPECT_EQ(again.text(), proof.text());
  EXPECT_TRUE(check(again));
}

TEST(TlogProof, IsWrittenAsTheSpecificationSays) {
  TlogProof proof = sample_proof();
  proof.extra = Bytes{1};
  proof.hashes.resize(1, {});
  proof.hashes[0] = {};
  EXPECT_EQ(proof.text(),
            "c2sp.org/tlog-proof@v1\nextra AQ==\nindex 42\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n" +
                proof.checkpoint.serialize());
}

TEST(TlogProof, OfTheOnlyEntryHasNoHashes) {
  const SampleLog log(1);
  TlogProof proof;
  proof.checkpoint = signed_note(Checkpoint{"example.com/log", 1, log.root(1)}.text(), log_key());
  const TlogProof again = TlogProof::parse(proof.text()).value();
  EXPECT_TRUE(verify(again, as_bytes(SampleLog::entry(0)), log_key().verifier));
}

TEST(TlogProof, FailsForEveryOtherEntryIndexAndHash) {
  TlogProof proof = sample_proof();
  EXPECT_EQ(code_of(verify(proof, as_bytes("another"), log_key().verifier)), ErrorCode::tampered);
  for (std::size_t i = 0; i < proof.hashes.size(); ++i) {
    TlogProof changed = proof;
    changed.hashes[i][0] ^= 1;
    EXPECT_EQ(code_of(check(changed)), ErrorCode::tampered) << i;
    changed.hashes.erase(changed.hashes.begin() + static_cast<std::ptrdiff_t>(i));
    EXPECT_EQ(code_of(check(changed)), ErrorCode::tampered) << i;
  }
  for (std::uint64_t index = 0; index < k_size; ++index) {
    proof.index = index;
    EXPECT_EQ(static_cast<bool>(check(proof)), index == k_index) << index;
  }
  proof.index = k_size;
  EXPECT_EQ(code_of(check(proof)), ErrorCode::invalid_argument);
}

TEST(TlogProof, FailsWhenItsCheckpointIsNotTheLogs) {
  EXPECT_EQ(code_of(verify(sample_proof(), as_bytes(SampleLog::entry(k_index)),
                           SampleKey("example.com/log", k_note_key, 2).verifier)),
            ErrorCode::not_found);
  EXPECT_EQ(code_of(check(sample_proof("example.com/another"))), ErrorCode::tampered);
  TlogProof changed = sample_proof();
  changed.checkpoint.text[0] = 'E';
  EXPECT_EQ(code_of(check(changed)), ErrorCode::tampered);
  changed.checkpoint = signed_note("no checkpoint\n", log_key());
  EXPECT_EQ(code_of(check(changed)), ErrorCode::invalid_argument);
}

TEST(TlogProof, FailsAfterEveryFlippedBitOfItsFile) {
  const std::string text = sample_proof().text();
  for (std::size_t bit = 0; bit < 8 * text.size(); ++bit) {
    std::string changed = text;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ 1 << bit % 8);
    const auto proof = TlogProof::parse(changed);
    EXPECT_TRUE(!proof || !check(*proof)) << bit;
  }
}

TEST(TlogProof, IsRefusedInAnyOtherForm) {
  const std::string good = sample_proof().text();
  const std::string first = "c2sp.org/tlog-proof@v1\n";
  const std::string rest = good.substr(first.size());
  ASSERT_TRUE(TlogProof::parse(first + rest));
  for (const std::string& bad :
       {std::string(), first, "c2sp.org/tlog-proof@v2\n" + rest, rest, first + "extra\n" + rest,
        first + "extra A\n" + rest, first + "extra AQ==\nextra AQ==\n" + rest, first + "extra AQ==\n",
        first + "index 042" + rest.substr(8), first + "index" + rest.substr(8), first + "index 42\n",
        first + "index 42\nAAAA\n\n" + rest, first + "index 42\n" + rest, good + "\n", "\n" + good}) {
    const auto proof = TlogProof::parse(bad);
    ASSERT_FALSE(proof) << bad;
    EXPECT_EQ(proof.error().code, ErrorCode::invalid_argument) << bad;
  }
}

TEST(TlogProof, IsBounded) {
  TlogProof proof = sample_proof();
  proof.hashes.resize(64);
  EXPECT_TRUE(TlogProof::parse(proof.text()));
  proof.hashes.resize(65);
  EXPECT_EQ(TlogProof::parse(proof.text()).error().code, ErrorCode::too_large);
  EXPECT_EQ(TlogProof::parse(std::string(k_tlog_proof_max + 1, 'a')).error().code, ErrorCode::too_large);
}

}  // namespace
}  // namespace strongroom::evidence
