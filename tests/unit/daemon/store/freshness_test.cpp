#include "daemon/store/freshness.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "tests/unit/daemon/store/fake_storage.h"
#include "tests/unit/daemon/store/held_writer.h"

namespace strongroom::store {
namespace {

constexpr std::uint32_t k_heads = 5;
constexpr std::uint32_t k_state = 6;

std::string long_key(const std::string& name) {
  return name + std::string(32 - name.size(), '.');
}

RowKey head(const std::string& key) {
  return {k_heads, {}, as_bytes(key)};
}

// No cryptography, but it spreads: a test only needs different messages to give different sums.
Digest256 scramble(BytesView message, std::uint64_t seed) {
  Digest256 out{};
  for (std::size_t word = 0; word < 4; ++word) {
    std::uint64_t hash = 0xcbf29ce484222325 + seed + word;
    for (const Byte byte : message) hash = (hash ^ byte) * 0x100000001b3;
    hash ^= hash >> 29;
    for (std::size_t i = 0; i < 8; ++i) out[8 * word + i] = static_cast<Byte>(hash >> (8 * i));
  }
  return out;
}

class FreshnessTest : public ::testing::Test {
 protected:
  void SetUp() override { store_.set_participant(&tracker_); }

  FreshnessPorts ports() {
    FreshnessPorts out;
    out.prf = [this](BytesView message) -> Result<Digest256> {
      if (locked_) return make_error(ErrorCode::locked, "no keys");
      if (on_prf_) on_prf_();
      return scramble(message, 1);
    };
    out.digest = [](BytesView bytes) { return scramble(bytes, 2); };
    out.save = [](WriteTransaction& write, const Accumulator& now) {
      Bytes bytes(now.sum.begin(), now.sum.end());
      ByteWriter(bytes).u64(now.rows);
      return write.put({k_state, {}, as_bytes("sum")}, 1, bytes);
    };
    out.load = [](ReadTransaction& read) -> Result<std::optional<Accumulator>> {
      STRONGROOM_ASSIGN(const auto row, read.get({k_state, {}, as_bytes("sum")}));
      if (!row) return std::optional<Accumulator>();
      ByteReader reader(row->bytes);
      Accumulator stored;
      std::ranges::copy(reader.raw(32), stored.sum.begin());
      stored.rows = reader.u64();
      return std::optional(stored);
    };
    return out;
  }

  // A piece of work that writes a head and says so, as a repository does.
  Store::Work write_head(std::string name, std::uint64_t version, std::string value, ErrorCode fail_with = {}) {
    return [=, this, key = long_key(name)](WriteTransaction& write) -> Status {
      STRONGROOM_ASSIGN(const auto old, write.get(head(key)));
      STRONGROOM_CHECK(tracker_.note_put(as_bytes(key), old, version, as_bytes(value)));
      STRONGROOM_CHECK(write.put(head(key), version, as_bytes(value)));
      if (fail_with != ErrorCode{}) return make_error(fail_with, "afterwards");
      return {};
    };
  }

  Store::Work erase_head(std::string name) {
    return [this, key = long_key(name)](WriteTransaction& write) -> Status {
      STRONGROOM_ASSIGN(const auto old, write.get(head(key)));
      STRONGROOM_CHECK(tracker_.note_erase(as_bytes(key), *old));
      return write.erase(head(key));
    };
  }

  void put(const std::string& name, std::uint64_t version, const std::string& value) {
    ASSERT_TRUE(store_.write_and_wait(write_head(name, version, value)));
  }

  std::optional<std::uint64_t> version(const std::string& name) {
    return tracker_.version_of(as_bytes(long_key(name)));
  }

  // What a later start finds.
  Freshness after_restart() {
    FreshnessTracker later(k_heads, ports());
    EXPECT_TRUE(later.rebuild(store_));
    return later.state();
  }

  FakeDisk disk_;
  std::atomic<bool> locked_ = false;
  std::function<void()> on_prf_;
  FreshnessTracker tracker_{k_heads, ports()};
  Store store_{fake_storage(disk_)};
};

TEST_F(FreshnessTest, IsPendingUntilItWasCompared) {
  EXPECT_EQ(tracker_.state(), Freshness::pending);
  EXPECT_FALSE(tracker_.complete());
  ASSERT_TRUE(tracker_.rebuild(store_));
  EXPECT_EQ(tracker_.state(), Freshness::verified);
  EXPECT_TRUE(tracker_.complete());
}

TEST_F(FreshnessTest, FollowsWhatIsWritten) {
  ASSERT_TRUE(tracker_.rebuild(store_));
  put("a", 1, "one");
  put("b", 1, "one");
  put("a", 2, "two");
  ASSERT_TRUE(store_.write_and_wait(erase_head("b")));
  EXPECT_EQ(version("a"), 2U);
  EXPECT_EQ(version("b"), std::nullopt);
  EXPECT_EQ(version("never"), std::nullopt);
  EXPECT_EQ(after_restart(), Freshness::verified);
}

TEST_F(FreshnessTest, FillsTheMapFromTheStore) {
  put("a", 3, "x");
  put("b", 4, "y");
  FreshnessTracker later(k_heads, ports());
  ASSERT_TRUE(later.rebuild(store_));
  EXPECT_EQ(later.version_of(as_bytes(long_key("a"))), 3U);
  EXPECT_EQ(later.version_of(as_bytes(long_key("b"))), 4U);
}

TEST_F(FreshnessTest, NoticesEveryChangeFromOutside) {
  put("a", 1, "one");
  put("b", 1, "one");
  put("a", 2, "two");
  const FakeDisk::Rows good = disk_.rows;
  const auto with = [&](const std::function<void(FakeDisk::Rows&)>& change) {
    disk_.rows = good;
    change(disk_.rows);
    return after_restart();
  };
  const FakeDisk::Id a{k_heads, long_key("a")};
  const FakeDisk::Id b{k_heads, long_key("b")};
  EXPECT_EQ(with([](auto&) {}), Freshness::verified);
  EXPECT_EQ(with([&](auto& rows) { rows[a] = {1, "one"}; }), Freshness::mismatch) << "replayed";
  EXPECT_EQ(with([&](auto& rows) { rows[a].value = "TWO"; }), Freshness::mismatch) << "changed";
  EXPECT_EQ(with([&](auto& rows) { rows[a].version = 9; }), Freshness::mismatch) << "renumbered";
  EXPECT_EQ(with([&](auto& rows) { rows.erase(b); }), Freshness::mismatch) << "removed";
  EXPECT_EQ(with([&](auto& rows) { std::swap(rows[a], rows[b]); }), Freshness::mismatch) << "exchanged";
  EXPECT_EQ(with([&](auto& rows) { rows[{k_heads, long_key("c")}] = {1, "x"}; }), Freshness::mismatch) << "added";
  EXPECT_EQ(with([&](auto& rows) { rows.erase({k_state, "sum"}); }), Freshness::mismatch) << "without accumulator";
}

TEST_F(FreshnessTest, ForgetsTheNotesOfAPieceThatWasUndone) {
  ASSERT_TRUE(tracker_.rebuild(store_));
  std::promise<void> ended;
  {
    HeldWriter held(store_);
    store_.write(write_head("a", 1, "one"), [](Status status) { EXPECT_TRUE(status); });
    store_.write(write_head("a", 2, "no", ErrorCode::conflict), [](Status status) { EXPECT_FALSE(status); });
    store_.write(write_head("b", 1, "two"), [&](Status status) {
      EXPECT_TRUE(status);
      ended.set_value();
    });
  }
  ended.get_future().wait();
  EXPECT_EQ(disk_.commits, 1);
  EXPECT_EQ(version("a"), 1U);
  EXPECT_EQ(version("b"), 1U);
  EXPECT_EQ(after_restart(), Freshness::verified);
}

TEST_F(FreshnessTest, ForgetsTheNotesOfACommitThatFailed) {
  put("a", 1, "one");
  disk_.set_faults({.commit = make_error(ErrorCode::storage_failed, "")});
  EXPECT_FALSE(store_.write_and_wait(write_head("a", 2, "two")));
  disk_.set_faults({});
  EXPECT_EQ(version("a"), 1U);
  put("b", 1, "x");
  EXPECT_EQ(after_restart(), Freshness::verified);
}

TEST_F(FreshnessTest, CountsAGroupOnceThatHadToRunAgain) {
  put("seed", 1, "s");
  disk_.set_faults({.full_key = long_key("b"), .full_loses_transaction = true});
  std::promise<void> ended;
  {
    HeldWriter held(store_);
    store_.write(write_head("a", 1, "one"), [](Status status) { EXPECT_TRUE(status); });
    store_.write(write_head("b", 1, "two"), [&](Status status) {
      EXPECT_FALSE(status);
      ended.set_value();
    });
  }
  ended.get_future().wait();
  EXPECT_EQ(version("a"), 1U);
  EXPECT_EQ(version("b"), std::nullopt);
  EXPECT_EQ(after_restart(), Freshness::verified);
}

TEST_F(FreshnessTest, FollowsSeveralWritesOfOneRowInOnePiece) {
  ASSERT_TRUE(store_.write_and_wait([&](WriteTransaction& write) -> Status {
    STRONGROOM_CHECK(write_head("a", 1, "one")(write));
    STRONGROOM_CHECK(write_head("a", 2, "two")(write));
    STRONGROOM_CHECK(erase_head("a")(write));
    return write_head("a", 3, "three")(write);
  }));
  EXPECT_EQ(version("a"), 3U);
  EXPECT_EQ(after_restart(), Freshness::verified);
}

// The commit falls between the beginning of the scan's snapshot and its first row.
TEST_F(FreshnessTest, IsNotMisledByWritesDuringARebuild) {
  put("a", 1, "one");
  put("b", 1, "one");
  put("c", 1, "one");
  tracker_.forget();
  std::thread::id rebuilding = std::this_thread::get_id();
  bool wrote = false;
  on_prf_ = [&] {
    if (std::this_thread::get_id() != rebuilding || std::exchange(wrote, true)) return;
    put("c", 2, "two");
    ASSERT_TRUE(store_.write_and_wait(erase_head("b")));
    put("d", 1, "one");
  };
  ASSERT_TRUE(tracker_.rebuild(store_));
  on_prf_ = nullptr;
  EXPECT_TRUE(wrote);
  EXPECT_EQ(tracker_.state(), Freshness::verified);
  EXPECT_EQ(version("a"), 1U);
  EXPECT_EQ(version("b"), std::nullopt);
  EXPECT_EQ(version("c"), 2U);
  EXPECT_EQ(version("d"), 1U);
  EXPECT_EQ(after_restart(), Freshness::verified);
}

TEST_F(FreshnessTest, StaysPendingWithoutKeys) {
  put("a", 1, "one");
  locked_ = true;
  const Status rebuilt = tracker_.rebuild(store_);
  ASSERT_FALSE(rebuilt);
  EXPECT_EQ(rebuilt.error().code, ErrorCode::locked);
  EXPECT_EQ(tracker_.state(), Freshness::pending);
  const Status written = store_.write_and_wait(write_head("a", 2, "two"));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::locked);
  locked_ = false;
  EXPECT_EQ(after_restart(), Freshness::verified);
}

TEST_F(FreshnessTest, StopsWhenAsked) {
  put("a", 1, "one");
  std::stop_source stop;
  stop.request_stop();
  const Status rebuilt = tracker_.rebuild(store_, stop.get_token());
  ASSERT_FALSE(rebuilt);
  EXPECT_EQ(rebuilt.error().code, ErrorCode::cancelled);
  EXPECT_EQ(tracker_.state(), Freshness::pending);
}

TEST_F(FreshnessTest, ForgetsWhenTheKeysGo) {
  put("a", 1, "one");
  ASSERT_TRUE(tracker_.rebuild(store_));
  tracker_.forget();
  EXPECT_EQ(tracker_.state(), Freshness::pending);
  EXPECT_EQ(version("a"), std::nullopt);
  ASSERT_TRUE(tracker_.rebuild(store_));
  EXPECT_EQ(version("a"), 1U);
}

TEST_F(FreshnessTest, GivesUpARebuildThatWasOvertakenByForget) {
  put("a", 1, "one");
  on_prf_ = [&] { tracker_.forget(); };
  const Status rebuilt = tracker_.rebuild(store_);
  on_prf_ = nullptr;
  ASSERT_FALSE(rebuilt);
  EXPECT_EQ(rebuilt.error().code, ErrorCode::cancelled);
  EXPECT_EQ(tracker_.state(), Freshness::pending);
  EXPECT_EQ(version("a"), std::nullopt);
}

TEST_F(FreshnessTest, TakesChangedRowsAsTheyAreWhenTold) {
  put("a", 1, "one");
  put("b", 1, "one");
  disk_.set(long_key("a"), "from outside", 7, k_heads);
  EXPECT_EQ(after_restart(), Freshness::mismatch);
  ASSERT_TRUE(tracker_.accept(store_));
  EXPECT_EQ(after_restart(), Freshness::verified);
  put("a", 8, "next");
  EXPECT_EQ(after_restart(), Freshness::verified);
}

// What was noted earlier in the group is among the rows that are taken, and must not be counted a second time.
TEST_F(FreshnessTest, CountsAWriteOnceThatWasCommittedWithAnAcceptance) {
  put("a", 1, "one");
  put("b", 1, "one");
  std::promise<void> ended;
  {
    HeldWriter held(store_);
    store_.write(write_head("a", 2, "two"), [](Status status) { EXPECT_TRUE(status); });
    store_.write(erase_head("b"), [](Status status) { EXPECT_TRUE(status); });
    store_.write([this](WriteTransaction& write) { return tracker_.accept_in(write); },
                 [](Status status) { EXPECT_TRUE(status); });
    store_.write(write_head("c", 1, "one"), [&](Status status) {
      EXPECT_TRUE(status);
      ended.set_value();
    });
  }
  ended.get_future().wait();
  EXPECT_EQ(after_restart(), Freshness::verified);
}

TEST_F(FreshnessTest, RefusesShortKeys) {
  EXPECT_FALSE(tracker_.note_put(as_bytes("short"), std::nullopt, 1, {}));
  EXPECT_FALSE(tracker_.note_erase(as_bytes("short"), {1, {}}));
  EXPECT_EQ(tracker_.version_of(as_bytes("short")), std::nullopt);
}

// A reader sees an erasure when it is committed, which is before the tracker hears that it was.
TEST_F(FreshnessTest, KnowsNothingOfARowThatIsBeingErased) {
  ASSERT_TRUE(store_.write_and_wait(write_head("a", 7, "value")));
  ASSERT_EQ(tracker_.version_of(as_bytes(long_key("a"))), 7u);
  std::optional<std::uint64_t> meanwhile = 1;
  ASSERT_TRUE(store_.write_and_wait([&](WriteTransaction& write) -> Status {
    STRONGROOM_CHECK(erase_head("a")(write));
    meanwhile = tracker_.version_of(as_bytes(long_key("a")));
    return {};
  }));
  EXPECT_EQ(meanwhile, std::nullopt);
  EXPECT_EQ(tracker_.version_of(as_bytes(long_key("a"))), std::nullopt);
}

TEST_F(FreshnessTest, AnErasureThatFailsLeavesTheRowKnown) {
  ASSERT_TRUE(store_.write_and_wait(write_head("a", 7, "value")));
  ASSERT_FALSE(store_.write_and_wait([&](WriteTransaction& write) -> Status {
    STRONGROOM_CHECK(erase_head("a")(write));
    return make_error(ErrorCode::conflict, "afterwards");
  }));
  EXPECT_EQ(tracker_.version_of(as_bytes(long_key("a"))), 7u);
}

}  // namespace
}  // namespace strongroom::store
