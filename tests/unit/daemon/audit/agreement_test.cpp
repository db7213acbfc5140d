// What log and store say of each other after a start.
#include "tests/unit/daemon/audit/audit_house.h"

namespace strongroom::tests {
namespace {

class Agreement : public AuditHouse {
 protected:
  static audit::StoreState store(std::uint64_t generation, std::vector<std::uint64_t> intents = {}) {
    return {.generation = generation,
            .accumulator = evidence::Hash{static_cast<Byte>(generation)},
            .header_generation = 1,
            .intents = std::move(intents)};
  }

  // A write as the daemon logs one, without its outcome.
  std::uint64_t intend() {
    evidence::Event event;
    event.action = "secret.put";
    event.phase = evidence::Phase::intent;
    event.rule = "owner";
    event.actor = "uid:1";
    event.authentication = "peer";
    const auto sequence = log_->append(event, {}, audit::Room::ordinary);
    EXPECT_TRUE(sequence);
    log_->open_intent(*sequence);
    return *sequence;
  }

  void conclude(std::uint64_t intent, std::uint64_t generation) {
    log_->set_store(generation, evidence::Hash{static_cast<Byte>(generation)});
    const auto pin = log_->pin();
    evidence::Event event;
    event.action = "secret.put";
    event.phase = evidence::Phase::outcome;
    event.rule = "owner";
    event.result = "ok";
    event.actor = "uid:1";
    event.authentication = "peer";
    event.intent = intent;
    event.generation = generation;
    event.accumulator = pin.accumulator;
    ASSERT_TRUE(log_->append(event, {}, audit::Room::ordinary));
    log_->close_intent(intent);
  }

  audit::Agreement reopen(const audit::StoreState& state) {
    close();
    open();
    const auto agreed = log_->unlock(keys(), state);
    EXPECT_TRUE(agreed) << agreed.error().message;
    return agreed ? *agreed : audit::Agreement::agree;
  }

  // The results of recovered intents, in order.
  std::vector<std::string> recovered() {
    std::vector<std::string> results;
    EXPECT_TRUE(log_->with_reader([&](audit::EventReader& reader, std::uint64_t end) -> Status {
      for (std::uint64_t i = 0; i < end; ++i) {
        STRONGROOM_ASSIGN(const auto read, reader.read(i));
        if (read.event && read.event->event.phase == evidence::Phase::recovered)
          results.emplace_back(read.event->event.result);
      }
      return {};
    }));
    return results;
  }
};

TEST_F(Agreement, AfterACleanStop) {
  begin();
  const auto intent = intend();
  conclude(intent, 5);
  EXPECT_EQ(reopen(store(5, {intent})), audit::Agreement::agree);
  EXPECT_TRUE(recovered().empty());
}

TEST_F(Agreement, AnIntentThatTheStoreHoldsIsCompletedAsDone) {
  begin();
  conclude(intend(), 5);
  const auto open = intend();
  EXPECT_EQ(reopen(store(6, {open})), audit::Agreement::agree);
  EXPECT_EQ(recovered(), (std::vector<std::string>{"ok"}));
}

TEST_F(Agreement, AnIntentThatTheStoreDoesNotHoldIsCompletedAsCancelled) {
  begin();
  const auto done = intend();
  conclude(done, 5);
  intend();
  EXPECT_EQ(reopen(store(5, {done})), audit::Agreement::agree);
  EXPECT_EQ(recovered(), (std::vector<std::string>{"cancelled"}));
  EXPECT_EQ(reopen(store(5, {done})), audit::Agreement::agree);
  EXPECT_EQ(recovered().size(), 1U) << "once is enough";
}

TEST_F(Agreement, AnIntentIsFoundBehindThousandsOfOtherEvents) {
  begin();
  const auto open = intend();
  append_many(2000);
  EXPECT_EQ(reopen(store(1, {open})), audit::Agreement::agree);
  EXPECT_EQ(recovered(), (std::vector<std::string>{"ok"}));
}

TEST_F(Agreement, AnOlderStoreIsNoticed) {
  begin();
  const auto first = intend();
  conclude(first, 5);
  conclude(intend(), 6);
  EXPECT_EQ(reopen(store(5, {first})), audit::Agreement::store_behind);
}

TEST_F(Agreement, AnOlderStoreIsNoticedAfterManyReadsAndRestarts) {
  begin();
  const auto first = intend();
  conclude(first, 5);
  const auto second = intend();
  conclude(second, 6);
  for (int i = 0; i < 3; ++i) {
    append_many(1500);
    EXPECT_EQ(reopen(store(6, {second})), audit::Agreement::agree);
  }
  append_many(700);
  EXPECT_EQ(reopen(store(5, {first})), audit::Agreement::store_behind);
}

TEST_F(Agreement, AnotherStoreOfTheSameGenerationIsNoticed) {
  begin();
  const auto intent = intend();
  conclude(intent, 5);
  auto other = store(5, {intent});
  other.accumulator[3] = 1;
  EXPECT_EQ(reopen(other), audit::Agreement::store_behind);
}

TEST_F(Agreement, AStoreOfTheTimeBeforeTheLogIsNoticed) {
  begin();
  conclude(intend(), 5);
  EXPECT_EQ(reopen({}), audit::Agreement::store_behind);
}

TEST_F(Agreement, AnOlderHeaderOfKeysIsNoticed) {
  begin();
  log_->set_header_generation(4);
  const auto intent = intend();
  conclude(intent, 5);
  log_->lock();
  auto old = store(5, {intent});
  old.header_generation = 3;
  EXPECT_EQ(reopen(old), audit::Agreement::store_behind);
}

TEST_F(Agreement, AnOlderLogIsNoticed) {
  begin();
  conclude(intend(), 5);
  close();
  const auto copy = folder_.path() / "older";
  copy_to(copy);
  open();
  unlock(store(5));
  append_many(3);
  const auto late = intend();
  conclude(late, 6);
  close();
  std::filesystem::remove_all(folder());
  std::filesystem::rename(copy, folder());
  std::filesystem::permissions(folder(), std::filesystem::perms::owner_all);
  EXPECT_EQ(reopen(store(6, {late})), audit::Agreement::log_behind);
}

TEST_F(Agreement, AnOlderLogThatGrewAgainIsNoticed) {
  begin();
  conclude(intend(), 5);
  close();
  const auto copy = folder_.path() / "older";
  copy_to(copy);
  open();
  unlock(store(5));
  const auto late = intend();
  conclude(late, 6);
  close();
  std::filesystem::remove_all(folder());
  std::filesystem::rename(copy, folder());
  std::filesystem::permissions(folder(), std::filesystem::perms::owner_all);
  open();
  append_many(300);  // while locked
  close();
  EXPECT_EQ(reopen(store(6, {late})), audit::Agreement::log_behind);
}

TEST_F(Agreement, WritesThatAreNotAnnouncedRaiseTheGenerationOnly) {
  begin();
  const auto intent = intend();
  conclude(intent, 5);
  EXPECT_EQ(reopen(store(9, {intent})), audit::Agreement::agree);
}

}  // namespace
}  // namespace strongroom::tests
