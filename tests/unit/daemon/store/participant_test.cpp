// What a participant is told, and when.
#include <gtest/gtest.h>

#include "daemon/store/store.h"
#include "tests/unit/daemon/store/fake_storage.h"
#include "tests/unit/daemon/store/held_writer.h"

namespace strongroom::store {
namespace {

using Strings = std::vector<std::string>;

class Recorder final : public CommitParticipant {
 public:
  void piece_begin(std::optional<std::uint64_t>) noexcept override { calls.emplace_back("begin"); }

  void piece_undone() noexcept override { calls.emplace_back("undone"); }

  Status before_commit(WriteTransaction& transaction) override {
    calls.emplace_back("before");
    STRONGROOM_CHECK(transaction.put({2, {}, as_bytes("sum")}, 1, as_bytes("saved")));
    if (refuse) return make_error(ErrorCode::locked, "no keys");
    return {};
  }

  std::uint64_t commit_mark(std::uint64_t next) noexcept override { return mark == 0 ? next : mark; }

  void after_commit(bool committed) noexcept override { calls.emplace_back(committed ? "committed" : "failed"); }

  Strings calls;
  bool refuse = false;
  std::uint64_t mark = 0;
};

class Participant : public ::testing::Test {
 protected:
  void SetUp() override { store_.set_participant(&recorder_); }

  static Store::Work put(std::string key) {
    return [key](WriteTransaction& write) { return write.put({1, {}, as_bytes(key)}, 1, as_bytes("v")); };
  }

  static Status fail(WriteTransaction&) { return make_error(ErrorCode::conflict, "no"); }

  // Queues all of `work` as one group; its calls without those of the piece that held the writer.
  Strings calls_of(std::vector<Store::Work> work) {
    Store::Work last = std::move(work.back());
    work.pop_back();
    std::promise<void> ended;
    {
      HeldWriter held(store_);
      recorder_.calls.clear();
      for (auto& piece : work) store_.write(std::move(piece), [](Status) {});
      store_.write(std::move(last), [&](Status) { ended.set_value(); });
    }
    ended.get_future().wait();
    EXPECT_EQ(Strings(recorder_.calls.begin(), recorder_.calls.begin() + 2), (Strings{"undone", "failed"}));
    return {recorder_.calls.begin() + 2, recorder_.calls.end()};
  }

  FakeDisk disk_;
  Recorder recorder_;
  Store store_{fake_storage(disk_)};
};

TEST_F(Participant, HearsOfAGroup) {
  EXPECT_EQ(calls_of({put("a"), fail, put("b")}),
            (Strings{"begin", "begin", "undone", "begin", "before", "committed"}));
  EXPECT_EQ(disk_.value("sum", 2), "saved");
}

TEST_F(Participant, IsNotAskedWhenNothingIsLeft) {
  EXPECT_EQ(calls_of({fail, fail}), (Strings{"begin", "undone", "begin", "undone", "failed"}));
}

TEST_F(Participant, CanRefuseTheGroup) {
  recorder_.refuse = true;
  const Status status = store_.write_and_wait(put("a"));
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::locked);
  EXPECT_EQ(recorder_.calls, (Strings{"begin", "before", "failed"}));
  EXPECT_EQ(disk_.value("a"), "<none>");
  EXPECT_EQ(disk_.value("sum", 2), "<none>");
}

TEST_F(Participant, HearsOfAFailedCommit) {
  disk_.set_faults({.commit = make_error(ErrorCode::storage_failed, "")});
  EXPECT_FALSE(store_.write_and_wait(put("a")));
  EXPECT_EQ(recorder_.calls, (Strings{"begin", "before", "failed"}));
}

TEST_F(Participant, HearsOfTheEndOfATransactionThatWasLost) {
  disk_.set_faults({.full_key = "b", .full_loses_transaction = true});
  EXPECT_EQ(calls_of({put("a"), put("b")}), (Strings{"begin", "begin", "undone", "failed",  // together
                                                     "begin", "before", "committed",        // a
                                                     "begin", "undone", "failed"}));        // b
}

TEST_F(Participant, GivesTheMark) {
  recorder_.mark = 77;
  EXPECT_TRUE(store_.write_and_wait(put("a")));
  EXPECT_EQ(disk_.mark, 77U);
  recorder_.mark = 0;
  EXPECT_TRUE(store_.write_and_wait(put("a")));
  EXPECT_EQ(disk_.mark, 78U);
}

}  // namespace
}  // namespace strongroom::store
