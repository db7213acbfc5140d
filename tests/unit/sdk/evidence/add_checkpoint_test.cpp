#include <strongroom/evidence/add_checkpoint.h>

#include <gtest/gtest.h>

#include <strongroom/evidence/checkpoint.h>

#include "tests/unit/sdk/evidence/sample_note.h"

namespace strongroom::evidence {
namespace {

AddCheckpoint sample() {
  const SampleKey key("example.com/log", k_note_key, 1);
  return {7, std::vector<Hash>(2), signed_note(Checkpoint{"example.com/log", 9, {}}.text(), key)};
}

TEST(AddCheckpoint, IsReadAndWritten) {
  const AddCheckpoint request = sample();
  const std::string zeros = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
  EXPECT_EQ(request.text(), "old 7\n" + zeros + zeros + "\n" + request.checkpoint.serialize());
  const AddCheckpoint again = AddCheckpoint::parse(request.text()).value();
  EXPECT_EQ(again.old_size, 7u);
  EXPECT_EQ(again.proof.size(), 2u);
  EXPECT_EQ(again.text(), request.text());
}

TEST(AddCheckpoint, IsRefusedInAnyOtherForm) {
  const std::string note = sample().checkpoint.serialize();
  ASSERT_TRUE(AddCheckpoint::parse("old 0\n\n" + note));
  for (const std::string& bad :
       {std::string(), std::string("old 0\n"), std::string("old 0\n\n"), "old 0\n" + note, "old\n\n" + note,
        "old 00\n\n" + note, "old -1\n\n" + note, "old  1\n\n" + note, "new 1\n\n" + note, "old 1\r\n\n" + note,
        "old 1\nAAAA\n\n" + note, "\n" + note, note, "old 0\n\n\n" + note + "\n"}) {
    const auto request = AddCheckpoint::parse(bad);
    ASSERT_FALSE(request) << bad;
    EXPECT_EQ(request.error().code, ErrorCode::invalid_argument) << bad;
  }
}

TEST(AddCheckpoint, IsBounded) {
  AddCheckpoint request = sample();
  request.proof.resize(63);
  EXPECT_TRUE(AddCheckpoint::parse(request.text()));
  request.proof.resize(64);
  EXPECT_EQ(AddCheckpoint::parse(request.text()).error().code, ErrorCode::too_large);
  EXPECT_EQ(AddCheckpoint::parse(std::string(k_add_checkpoint_max + 1, '\n')).error().code, ErrorCode::too_large);
}

}  // namespace
}  // namespace strongroom::evidence
