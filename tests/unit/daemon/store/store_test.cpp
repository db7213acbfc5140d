#include "daemon/store/store.h"

#include <gtest/gtest.h>

#include <thread>

#include "tests/unit/daemon/store/fake_storage.h"
#include "tests/unit/daemon/store/held_writer.h"

namespace strongroom::store {
namespace {

using Strings = std::vector<std::string>;

RowKey key_of(std::string_view key) {
  return {1, {}, as_bytes(key)};
}

Store::Work put(std::string key, std::string value = "v") {
  return [key, value](WriteTransaction& write) { return write.put(key_of(key), 1, as_bytes(value)); };
}

Store::Work put_then_fail(std::string key) {
  return [key](WriteTransaction& write) -> Status {
    STRONGROOM_CHECK(write.put(key_of(key), 1, as_bytes("v")));
    return make_error(ErrorCode::conflict, "no");
  };
}

std::string name_of(const Status& status) {
  return status ? "ok" : std::string(error_info(status.error().code).name);
}

class StoreTest : public ::testing::Test {
 protected:
  // Queues all of `work` as one group, which meets `faults` when there are any, and returns the outcomes in their
  // order.
  Strings write_together(std::vector<Store::Work> work, std::optional<Faults> faults = std::nullopt) {
    Strings outcomes(work.size(), "never called");
    {
      HeldWriter held(store_);
      if (faults) disk_.set_faults(*faults);
      for (std::size_t i = 0; i < work.size(); ++i)
        store_.write(std::move(work[i]), [&outcomes, i](Status status) { outcomes[i] = name_of(status); });
    }
    // Pieces end in the order they came in, so this one ends last.
    (void)store_.write_and_wait([](WriteTransaction&) { return make_error(ErrorCode::cancelled, "last"); });
    return outcomes;
  }

  FakeDisk disk_;
  Store store_{fake_storage(disk_)};
};

TEST_F(StoreTest, ReadsOnTheCallingThread) {
  disk_.set("a", "one");
  std::thread::id thread;
  std::string value;
  EXPECT_TRUE(store_.read([&](ReadTransaction& read) -> Status {
    thread = std::this_thread::get_id();
    STRONGROOM_ASSIGN(const auto row, read.get(key_of("a")));
    value = as_text(row->bytes);
    return {};
  }));
  EXPECT_EQ(thread, std::this_thread::get_id());
  EXPECT_EQ(value, "one");
  EXPECT_EQ(disk_.open_reads, 0);
}

TEST_F(StoreTest, ReturnsTheErrorsOfReads) {
  EXPECT_EQ(name_of(store_.read([](ReadTransaction&) { return make_error(ErrorCode::not_found, ""); })), "not_found");
  disk_.set_faults({.begin_read = make_error(ErrorCode::corrupt, "")});
  EXPECT_EQ(name_of(store_.read([](ReadTransaction&) { return Status(); })), "corrupt");
}

TEST_F(StoreTest, SharesOneTransactionInABatch) {
  const auto read = [&] { return store_.read([](ReadTransaction&) { return Status(); }); };
  store_.begin_batch();
  EXPECT_EQ(disk_.begun_reads, 0);
  EXPECT_TRUE(read());
  EXPECT_TRUE(read());
  EXPECT_EQ(disk_.begun_reads, 1);
  EXPECT_EQ(disk_.open_reads, 1);
  // Another thread and another store are no part of it.
  std::thread([&] { EXPECT_TRUE(read()); }).join();
  EXPECT_EQ(disk_.begun_reads, 2);
  FakeDisk other_disk;
  Store other(fake_storage(other_disk));
  EXPECT_TRUE(other.read([](ReadTransaction&) { return Status(); }));
  EXPECT_EQ(other_disk.open_reads, 0);
  store_.end_batch();
  EXPECT_EQ(disk_.open_reads, 0);
  EXPECT_TRUE(read());
  EXPECT_EQ(disk_.begun_reads, 3);
}

TEST_F(StoreTest, WritesOnItsOwnThreadAndOnlyThenSaysSo) {
  std::thread::id thread;
  EXPECT_TRUE(store_.write_and_wait([&](WriteTransaction& write) {
    thread = std::this_thread::get_id();
    return write.put(key_of("a"), 1, as_bytes("one"));
  }));
  EXPECT_NE(thread, std::this_thread::get_id());
  EXPECT_EQ(disk_.value("a"), "one");
}

TEST_F(StoreTest, CommitsWhatIsReadyTogether) {
  EXPECT_EQ(write_together({put("a"), put("b"), put("c")}), (Strings{"ok", "ok", "ok"}));
  EXPECT_EQ(disk_.commits, 1);
  EXPECT_EQ(disk_.value("c"), "v");
}

TEST_F(StoreTest, NeedsNoSavepointForAPieceAlone) {
  EXPECT_TRUE(store_.write_and_wait(put("a")));
  EXPECT_EQ(disk_.calls, Strings{"commit"});
}

TEST_F(StoreTest, BoundsAGroup) {
  FakeDisk disk;
  {
    Store store(fake_storage(disk), {.queue = 100, .group = 4});
    HeldWriter held(store);
    for (int i = 0; i < 10; ++i) store.write(put(std::to_string(i)), [](Status status) { EXPECT_TRUE(status); });
  }
  EXPECT_EQ(disk.commits, 3);
}

TEST_F(StoreTest, UndoesAFailedPieceAlone) {
  EXPECT_EQ(write_together({put("a"), put_then_fail("b"), put("c")}), (Strings{"ok", "conflict", "ok"}));
  EXPECT_EQ(disk_.value("a"), "v");
  EXPECT_EQ(disk_.value("b"), "<none>");
  EXPECT_EQ(disk_.value("c"), "v");
  EXPECT_EQ(disk_.commits, 1);
}

TEST_F(StoreTest, UndoesAPieceThatThrows) {
  const Store::Work thrower = [](WriteTransaction& write) -> Status {
    (void)write.put(key_of("b"), 1, as_bytes("v"));
    throw std::runtime_error("no");
  };
  EXPECT_EQ(write_together({put("a"), thrower}), (Strings{"ok", "internal"}));
  EXPECT_EQ(disk_.value("b"), "<none>");
}

TEST_F(StoreTest, CommitsNothingWhenNothingIsLeft) {
  EXPECT_EQ(write_together({put_then_fail("a"), put_then_fail("b")}), (Strings{"conflict", "conflict"}));
  EXPECT_EQ(name_of(store_.write_and_wait(put_then_fail("c"))), "conflict");
  EXPECT_EQ(disk_.commits, 0);
}

TEST_F(StoreTest, UndoesAloneThePieceThatMetAFullDisk) {
  disk_.set_faults({.full_key = "b"});
  EXPECT_EQ(write_together({put("a"), put("b"), put("c")}), (Strings{"ok", "storage_full", "ok"}));
  EXPECT_EQ(disk_.commits, 1);
}

TEST_F(StoreTest, RunsPiecesAgainOneByOneWhenTheTransactionIsLost) {
  disk_.set_faults({.full_key = "b", .full_loses_transaction = true});
  EXPECT_EQ(write_together({put("a"), put("b"), put("c")}), (Strings{"ok", "storage_full", "ok"}));
  EXPECT_EQ(disk_.commits, 2);
  EXPECT_EQ(disk_.value("a"), "v");
  EXPECT_EQ(disk_.value("b"), "<none>");
  EXPECT_EQ(disk_.value("c"), "v");
}

TEST_F(StoreTest, FailsTheWholeGroupWithItsCommit) {
  disk_.set_faults({.commit = make_error(ErrorCode::storage_failed, "")});
  EXPECT_EQ(write_together({put("a"), put_then_fail("b"), put("c")}),
            (Strings{"storage_failed", "conflict", "storage_failed"}));
  EXPECT_EQ(disk_.value("a"), "<none>");
  disk_.set_faults({});
  EXPECT_TRUE(store_.write_and_wait(put("a")));
}

TEST_F(StoreTest, FailsTheWholeGroupWhenItCannotBegin) {
  // Set when the writer is held already, because the piece that holds it needs a transaction too.
  EXPECT_EQ(write_together({put("a"), put("b")}, Faults{.begin_write = make_error(ErrorCode::busy, "")}),
            (Strings{"busy", "busy"}));
  EXPECT_EQ(disk_.commits, 0);
}

TEST_F(StoreTest, CountsItsCommitsInTheMark) {
  EXPECT_TRUE(store_.write_and_wait(put("a")));
  EXPECT_EQ(disk_.mark, 1U);
  disk_.set_faults({.commit = make_error(ErrorCode::storage_failed, "")});
  EXPECT_FALSE(store_.write_and_wait(put("a")));
  disk_.set_faults({});
  EXPECT_TRUE(store_.write_and_wait(put("a")));
  EXPECT_EQ(disk_.mark, 2U);
  FakeDisk used;
  used.mark = 40;
  Store later(fake_storage(used));
  EXPECT_TRUE(later.write_and_wait(put("a")));
  EXPECT_EQ(used.mark, 41U);
}

TEST_F(StoreTest, RefusesWritesUntilAllowedAgain) {
  store_.refuse_writes(make_error(ErrorCode::read_only, ""));
  EXPECT_EQ(name_of(store_.write_and_wait(put("a"))), "read_only");
  EXPECT_EQ(disk_.value("a"), "<none>");
  EXPECT_EQ(disk_.calls, Strings{});
  store_.refuse_writes(std::nullopt);
  EXPECT_TRUE(store_.write_and_wait(put("a")));
}

TEST_F(StoreTest, RefusesWhatIsQueuedToo) {
  Strings outcomes;
  {
    HeldWriter held(store_);
    store_.write(put("a"), [&](Status status) { outcomes.push_back(name_of(status)); });
    store_.refuse_writes(make_error(ErrorCode::read_only, ""));
  }
  EXPECT_EQ(name_of(store_.write_and_wait(put("b"))), "read_only");
  EXPECT_EQ(outcomes, Strings{"read_only"});
  store_.refuse_writes(std::nullopt);
  EXPECT_TRUE(store_.write_and_wait(put("b")));
}

TEST_F(StoreTest, AnswersBusyAtOnceWhenTheQueueIsFull) {
  FakeDisk disk;
  Store store(fake_storage(disk), {.queue = 1, .group = 10});
  HeldWriter held(store);
  std::string first = "waits";
  std::string second = "waits";
  store.write(put("a"), [&](Status status) { first = name_of(status); });
  store.write(put("b"), [&](Status status) { second = name_of(status); });
  EXPECT_EQ(second, "busy");
  held.let_go();
  // `first` is set before the queue has room for another piece that ends.
  while (name_of(store.write_and_wait([](WriteTransaction&) { return Status(); })) == "busy") std::this_thread::yield();
  EXPECT_EQ(first, "ok");
}

TEST_F(StoreTest, FinishesWhatIsQueuedBeforeItStops) {
  FakeDisk disk;
  Strings outcomes;
  {
    Store store(fake_storage(disk));
    HeldWriter held(store);
    for (const char* key : {"a", "b"})
      store.write(put(key), [&](Status status) { outcomes.push_back(name_of(status)); });
  }
  EXPECT_EQ(outcomes, (Strings{"ok", "ok"}));
  EXPECT_EQ(disk.value("b"), "v");
}

TEST_F(StoreTest, RefusesWhatComesWhileItStops) {
  FakeDisk disk;
  std::string late = "never called";
  {
    auto store = std::make_unique<Store>(fake_storage(disk));
    Store& running = *store;
    // A done that writes again while the store is being destroyed meets a store that is stopping, sooner or later.
    std::function<void(Status)> again = [&](Status status) {
      if (status)
        running.write(put("a"), again);
      else
        late = name_of(status);
    };
    running.write(put("a"), again);
    store.reset();
  }
  EXPECT_EQ(late, "cancelled");
}

TEST_F(StoreTest, LetsGoOfWorkBeforeItSaysDone) {
  auto kept = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = kept;
  bool gone = false;
  {
    // Held, so that the test has let go of its own copies before the piece runs.
    HeldWriter held(store_);
    store_.write([kept](WriteTransaction&) { return Status(); }, [&](Status) { gone = watched.expired(); });
    kept.reset();
  }
  (void)store_.write_and_wait([](WriteTransaction&) { return Status(); });
  EXPECT_TRUE(gone);
}

}  // namespace
}  // namespace strongroom::store
