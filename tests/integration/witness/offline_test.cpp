// strongroom-witness cosign: an exchange by files.
#include <gtest/gtest.h>

#include "tests/integration/witness/witness_house.h"

namespace strongroom::tests {
namespace {

using evidence::SampleLog;

class OfflineWitness : public testing::Test {
 protected:
  Outcome cosign(const evidence::Note& note, const std::string& proof = {}) {
    std::vector<std::string> words{"cosign", "--state", house_.state(), house_.write("checkpoint", note.serialize())};
    if (!proof.empty()) words.insert(words.end(), {"--proof", house_.write("proof", proof)});
    return WitnessHouse::run(std::move(words));
  }

  // The request without the checkpoint and the line before it.
  static std::string proof_file(const evidence::AddCheckpoint& request) {
    const std::string text = request.text();
    return text.substr(0, text.find("\n\n") + 1);
  }

  Outcome grow(std::uint64_t from, std::uint64_t to) {
    const auto request = growth(log_, from, to);
    return cosign(request.checkpoint, proof_file(request));
  }

  evidence::Note note_of(std::uint64_t size) { return growth(log_, 0, size).checkpoint; }

  WitnessHouse house_;
  SampleLog log_{20};
};

TEST_F(OfflineWitness, PrintsTheCosignedCheckpoint) {
  const Outcome outcome = cosign(note_of(5));
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  const auto note = evidence::Note::parse(outcome.output).value();
  EXPECT_EQ(note.text, note_of(5).text);
  EXPECT_TRUE(evidence::verify_note(note, log_key().verifier));
  EXPECT_TRUE(evidence::verify_note(note, house_.vkey()));
}

TEST_F(OfflineWitness, CosignsGrowthWithItsProof) {
  ASSERT_EQ(cosign(note_of(5)).exit_code, 0);
  EXPECT_EQ(grow(5, 11).exit_code, 0);
  EXPECT_EQ(grow(11, 20).exit_code, 0);
  // Once more, which needs no proof.
  EXPECT_EQ(cosign(note_of(20)).exit_code, 0);
}

TEST_F(OfflineWitness, SaysWhereAProofMustBegin) {
  ASSERT_EQ(cosign(note_of(5)).exit_code, 0);
  for (const Outcome& outcome : {cosign(note_of(11)), grow(4, 11)}) {
    EXPECT_EQ(outcome.exit_code, 1);
    EXPECT_EQ(outcome.output, "");
    EXPECT_EQ(outcome.errors,
              "strongroom-witness: not cosigned: the last cosigned checkpoint has another size (5); a proof must begin "
              "there\n");
  }
}

TEST_F(OfflineWitness, CosignsNothingElse) {
  ASSERT_EQ(cosign(note_of(5)).exit_code, 0);
  auto wrong = growth(log_, 5, 9);
  wrong.proof.front()[0] ^= 1;
  EXPECT_EQ(cosign(wrong.checkpoint, proof_file(wrong)).exit_code, 1);
  EXPECT_EQ(cosign(checkpoint_of({log_key().verifier.name, 5, {}})).exit_code, 1);
  wrong = growth(log_, 5, 9);
  wrong.checkpoint.signatures[0].signature[0] ^= 1;
  EXPECT_EQ(cosign(wrong.checkpoint, proof_file(wrong)).exit_code, 1);
  EXPECT_EQ(WitnessHouse::run({"cosign", "--state", house_.state(), house_.write("text", "text")}).exit_code, 2);
  EXPECT_EQ(WitnessHouse::run({"cosign", "--state", house_.state(), "nowhere"}).exit_code, 1);
}

TEST_F(OfflineWitness, SharesItsStateWithTheServer) {
  house_.start();
  ASSERT_EQ(cosign(note_of(5)).exit_code, 0);
  EXPECT_EQ(house_.post(growth(log_, 0, 9)).body, "5\n");
  EXPECT_EQ(house_.post(growth(log_, 5, 9)).status, 200);
  EXPECT_EQ(grow(9, 12).exit_code, 0);
  EXPECT_EQ(house_.post(growth(log_, 12, 20)).status, 200);
}

}  // namespace
}  // namespace strongroom::tests
