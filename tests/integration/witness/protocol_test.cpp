// C2SP tlog-witness, each answer that it knows.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/integration/witness/witness_house.h"

namespace strongroom::tests {
namespace {

using evidence::SampleKey;
using evidence::SampleLog;

class Witness : public testing::Test {
 protected:
  void SetUp() override { house_.start(); }

  // The status that a fresh witness gives, which has cosigned nothing but what is said.
  int status_of(const evidence::AddCheckpoint& request) { return house_.post(request).status; }

  void grow_to(std::uint64_t size) {
    ASSERT_EQ(house_.post(growth(log_, known_, size)).status, 200);
    known_ = size;
  }

  WitnessHouse house_;
  SampleLog log_{40};
  std::uint64_t known_ = 0;
};

TEST_F(Witness, CosignsTheFirstCheckpoint) {
  const auto request = growth(log_, 0, 5);
  const HttpAnswer answer = house_.post(request);
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_TRUE(house_.cosigned(request.checkpoint, answer.body)) << answer.body;
}

TEST_F(Witness, CosignsTheEmptyLog) {
  EXPECT_EQ(status_of(growth(log_, 0, 0)), 200);
  EXPECT_EQ(status_of(growth(log_, 0, 3)), 200);
  EXPECT_EQ(status_of(growth(log_, 0, 0)), 409);
}

TEST_F(Witness, CosignsWhateverGrows) {
  for (const std::uint64_t size : {1u, 2u, 3u, 8u, 8u, 13u, 32u, 40u}) {
    const auto request = growth(log_, known_, size);
    const HttpAnswer answer = house_.post(request);
    ASSERT_EQ(answer.status, 200) << size << answer.body;
    ASSERT_TRUE(house_.cosigned(request.checkpoint, answer.body));
    known_ = size;
  }
}

TEST_F(Witness, TellsTheSizeItKnowsToALogThatKnowsAnother) {
  grow_to(7);
  for (const std::uint64_t old_size : {0u, 1u, 6u, 8u}) {
    const HttpAnswer answer = house_.post(growth(log_, old_size, 9));
    EXPECT_EQ(answer.status, 409) << old_size;
    EXPECT_EQ(answer.body, "7\n");
    EXPECT_NE(answer.head.find("text/x.tlog.size"), std::string::npos) << answer.head;
  }
  // Not even what it has cosigned before.
  EXPECT_EQ(house_.post(growth(log_, 0, 5)).body, "7\n");
}

TEST_F(Witness, RefusesAForkAndKeepsItsProof) {
  grow_to(7);
  evidence::Hash other = log_.root(7);
  other[0] ^= 1;
  const auto forked = checkpoint_of({log_key().verifier.name, 7, other});
  const HttpAnswer answer = house_.post({7, {}, forked});
  EXPECT_EQ(answer.status, 409);
  EXPECT_EQ(answer.body, "7\n");
  std::ostringstream kept;
  kept << std::ifstream(house_.log_folder() / "fork").rdbuf();
  EXPECT_EQ(kept.str(), forked.serialize());
  EXPECT_EQ(status_of(growth(log_, 7, 9)), 200);
}

TEST_F(Witness, RefusesAProofThatDoesNotLeadThere) {
  grow_to(7);
  auto request = growth(log_, 7, 12);
  for (auto& hash : request.proof) {
    hash[5] ^= 1;
    EXPECT_EQ(status_of(request), 422);
    hash[5] ^= 1;
  }
  auto longer = request;
  longer.proof.push_back({});
  EXPECT_EQ(status_of(longer), 422);
  auto shorter = request;
  shorter.proof.pop_back();
  EXPECT_EQ(status_of(shorter), 422);
  auto same = growth(log_, 7, 7);
  same.proof.push_back({});
  EXPECT_EQ(status_of(same), 422);
  EXPECT_EQ(status_of(request), 200);
}

TEST_F(Witness, RefusesAFirstCheckpointWithAProof) {
  auto request = growth(log_, 0, 5);
  request.proof.push_back({});
  EXPECT_EQ(status_of(request), 422);
}

TEST_F(Witness, DoesNotKnowEveryLog) {
  const SampleKey stranger("example.com/another", evidence::k_note_key, 1);
  EXPECT_EQ(status_of({0, {}, checkpoint_of({"example.com/another", 5, log_.root(5)}, stranger)}), 404);
}

TEST_F(Witness, RefusesACheckpointThatTheLogDidNotSign) {
  // By another key of the same name; by another log's trusted key; by the right one, wrongly.
  const SampleKey same_name(log_key().verifier.name, evidence::k_note_key, 9);
  EXPECT_EQ(status_of({0, {}, checkpoint_of({log_key().verifier.name, 5, log_.root(5)}, same_name)}), 403);
  const SampleKey another("example.com/another", evidence::k_note_key, 2);
  ASSERT_EQ(house_.trust(another).exit_code, 0);
  EXPECT_EQ(status_of({0, {}, checkpoint_of({log_key().verifier.name, 5, log_.root(5)}, another)}), 403);
  auto wrong = growth(log_, 0, 5);
  wrong.checkpoint.signatures[0].signature[3] ^= 1;
  EXPECT_EQ(status_of(wrong), 403);
  auto twice = growth(log_, 0, 5);
  twice.checkpoint.signatures.push_back(wrong.checkpoint.signatures[0]);
  EXPECT_EQ(status_of(twice), 403);
}

TEST_F(Witness, IgnoresSignaturesOfOthers) {
  auto request = growth(log_, 0, 5);
  request.checkpoint.signatures.insert(request.checkpoint.signatures.begin(), {"stranger", 1, Bytes(70)});
  const HttpAnswer answer = house_.post(request);
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(house_.cosigned(request.checkpoint, answer.body));
}

TEST_F(Witness, TrustsASecondKeyOfALogWhileItServes) {
  const SampleKey second(log_key().verifier.name, evidence::k_note_key, 9);
  grow_to(5);
  auto request = growth(log_, 5, 8);
  request.checkpoint = checkpoint_of({log_key().verifier.name, 8, log_.root(8)}, second);
  EXPECT_EQ(status_of(request), 403);
  ASSERT_EQ(house_.trust(second).exit_code, 0);
  EXPECT_EQ(status_of(request), 200);
  EXPECT_EQ(status_of(growth(log_, 8, 9)), 200);
}

TEST_F(Witness, RefusesWhatIsMalformed) {
  const std::string note = growth(log_, 0, 5).checkpoint.serialize();
  for (const std::string& body : {std::string(), std::string("old 0\n"), "old 00\n\n" + note, "old 0\n" + note,
                                  "old 0\nAAAA\n\n" + note, note, std::string(2000, '\n'), std::string("\0\0\0", 3)})
    EXPECT_EQ(house_.post(body).status, 400) << body;
  evidence::AddCheckpoint request{0, std::vector<evidence::Hash>(64), growth(log_, 0, 5).checkpoint};
  EXPECT_EQ(status_of(request), 400);
  // Signed by the log and yet no checkpoint, or one with lines that nobody checks.
  for (const std::string text : {"example.com/log\n5\n", "example.com/log\nfive\nroot\n"})
    EXPECT_EQ(status_of({0, {}, evidence::signed_note(text, log_key())}), 400) << text;
  const std::string extended = request.checkpoint.text + "extension\n";
  EXPECT_EQ(status_of({0, {}, evidence::signed_note(extended, log_key())}), 400);
}

TEST_F(Witness, RefusesAnOldSizeAboveTheNewOne) {
  grow_to(7);
  auto request = growth(log_, 0, 5);
  request.old_size = 7;
  EXPECT_EQ(status_of(request), 400);
}

}  // namespace
}  // namespace strongroom::tests
