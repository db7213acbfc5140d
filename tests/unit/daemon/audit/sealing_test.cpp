// Keys: each is used once, and opens one event.
#include <algorithm>
#include <set>

#include "tests/unit/daemon/audit/audit_house.h"

namespace strongroom::tests {
namespace {

class Sealing : public AuditHouse {
 protected:
  struct Sealed {
    Bytes bytes;
    evidence::Disclosure disclosure;
  };

  // Every event with what opens it.
  std::vector<Sealed> all() {
    std::vector<Sealed> events;
    EXPECT_TRUE(log_->with_reader([&](audit::EventReader& reader, std::uint64_t end) -> Status {
      for (std::uint64_t i = 0; i < end; ++i) {
        STRONGROOM_ASSIGN(const auto read, reader.read(i));
        if (read.event) events.push_back({Bytes(read.bytes.begin(), read.bytes.end()), read.disclosure});
      }
      return {};
    }));
    return events;
  }

  Result<evidence::OpenedEvent> open_with(const Sealed& sealed, const evidence::Disclosure& disclosure) {
    STRONGROOM_ASSIGN(const auto entry, evidence::parse_entry(sealed.bytes));
    return evidence::open_event(log_->writer()->log(), entry, disclosure);
  }
};

TEST_F(Sealing, NoKeyOpensAnotherEvent) {
  begin();
  append_many(8);
  const auto events = all();
  for (std::size_t i = 0; i < events.size(); ++i)
    for (std::size_t k = 0; k < events.size(); ++k) {
      const auto opened = open_with(events[i], {events[k].disclosure.entry_key, std::nullopt});
      EXPECT_EQ(opened.has_value(), i == k) << i << " with the key of " << k;
      if (i != k) {
        EXPECT_EQ(opened.error().code, ErrorCode::wrong_credential);
      }
    }
}

TEST_F(Sealing, NoBoxOpensWithAnotherSecret) {
  begin();
  append_many(2);
  const auto events = all();
  const auto opened = open_with(events[0], {events[0].disclosure.entry_key, events[1].disclosure.r});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::wrong_credential);
}

TEST_F(Sealing, EveryBitOfAnEventCounts) {
  begin();
  append_many(1);
  const auto events = all();
  for (std::size_t bit = 0; bit < events[0].bytes.size() * 8; ++bit) {
    Sealed changed = events[0];
    changed.bytes[bit / 8] ^= static_cast<Byte>(1U << bit % 8);
    EXPECT_FALSE(open_with(changed, changed.disclosure)) << "bit " << bit;
  }
}

TEST_F(Sealing, AnEventOfAnotherLogDoesNotOpen) {
  begin();
  append_many(1);
  const auto events = all();
  const auto entry = evidence::parse_entry(events[0].bytes);
  ASSERT_TRUE(entry);
  EXPECT_FALSE(evidence::open_event(evidence::LogId{9}, *entry, events[0].disclosure));
}

// Without the commitment one could make a ciphertext that two keys open to two plaintexts.
TEST_F(Sealing, ACraftedCommitmentOfAnotherKeyIsRefused) {
  begin();
  append_many(2);
  const auto events = all();
  Sealed crafted = events[0];
  std::copy_n(events[1].bytes.begin() + 52, 32, crafted.bytes.begin() + 52);
  EXPECT_FALSE(open_with(crafted, events[0].disclosure));
  EXPECT_FALSE(open_with(crafted, events[1].disclosure));
}

TEST_F(Sealing, NoKeyIsUsedTwiceAlsoAfterFailedWrites) {
  begin();
  append_many(10);
  std::size_t refused = 0;
  for (int round = 0; round < 20; ++round) {
    const auto size = static_cast<rlim_t>(30'000 + 700 * round);
    {
      const FullDisk full(size);
      for (int i = 0; i < 20; ++i) refused += append() ? 0U : 1U;
    }
    append_many(5);
  }
  EXPECT_GT(refused, 0U);
  const std::set<Bytes> distinct(used_keys_.begin(), used_keys_.end());
  EXPECT_EQ(distinct.size(), used_keys_.size());
  EXPECT_GT(used_keys_.size(), said().size()) << "attempts that failed used keys too";
  close();
  EXPECT_TRUE(verified().ok()) << verified().problem;
}

TEST_F(Sealing, KeysOfARestartAreOthers) {
  begin();
  append_many(50);
  close();
  open();
  append_many(50);
  const std::set<Bytes> distinct(used_keys_.begin(), used_keys_.end());
  EXPECT_EQ(distinct.size(), used_keys_.size());
}

TEST_F(Sealing, ALockLeavesNoKeyOfWhatWasWritten) {
  begin();
  append_many(3);
  const auto before = used_keys_;
  log_->lock();
  // All keys live in the arena: none of it may be, or lead to, a key that was used.
  append_many(1);
  for (const auto& key : before) EXPECT_TRUE(std::ranges::find(used_keys_, key) != used_keys_.end());
  EXPECT_FALSE(log_->is_unlocked());
}

}  // namespace
}  // namespace strongroom::tests
