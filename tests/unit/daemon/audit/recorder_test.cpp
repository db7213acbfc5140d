// What is recorded of calls.
#include "daemon/audit/recorder.h"

#include "tests/unit/daemon/audit/audit_house.h"

namespace strongroom::tests {
namespace {

using audit::Recorder;

constexpr auto k_get = protocol::audited_use("secret.get", "path");
constexpr auto k_many = protocol::audited_use("secret.get_many", "items[].path");
constexpr auto k_put = protocol::audited_change("secret.put", "path");

class Recording : public AuditHouse {
 protected:
  Recorder recorder(audit::Durability reveals = audit::Durability::written) {
    Recorder::Ports ports{.object_id = [](std::string_view name) -> std::optional<std::array<Byte, 16>> {
                            std::array<Byte, 16> id{};
                            std::ranges::copy(object_of(name), id.begin());
                            return id;
                          },
                          .has_store = [] { return true; }};
    return {*log_, std::move(ports), reveals};
  }

  audit::CallRecord call(const protocol::AuditPolicy& policy, std::string_view parameters) {
    EXPECT_TRUE(document_.parse(parameters));
    return {.policy = &policy, .subject = &subject_, .request = 7, .parameters = &document_.root()};
  }

  // The newest event, opened.
  evidence::OpenedEvent newest() {
    std::optional<evidence::OpenedEvent> found;
    EXPECT_TRUE(log_->with_reader([&](audit::EventReader& reader, std::uint64_t end) -> Status {
      STRONGROOM_ASSIGN(auto read, reader.read(end - 1));
      if (read.event) found = std::move(read.event);
      return {};
    }));
    if (!found) throw std::runtime_error("the newest entry is no event");
    return std::move(*found);
  }

  std::size_t events() { return said().size(); }

  protocol::JsonDocument document_;
  audit::Subject subject_{.uid = 1000, .pid = 42, .session = 3, .client = "tool", .reason = "a deploy"};
};

TEST_F(Recording, AUseSaysWhoWhatAndWhy) {
  begin();
  auto recorder = this->recorder();
  ASSERT_TRUE(recorder.used(call(k_get, R"({"path":"api/key"})"), protocol::Effect::reveal, nullptr));
  const auto opened = newest();
  const auto& event = opened.event;
  EXPECT_EQ(event.action, "secret.get");
  EXPECT_EQ(event.actor, "uid:1000");
  EXPECT_EQ(event.decision, evidence::Decision::allowed);
  EXPECT_EQ(event.result, "ok");
  EXPECT_EQ(event.session, 3U);
  EXPECT_EQ(event.pid, 42U);
  EXPECT_EQ(event.request, 7U);
  EXPECT_EQ(event.client, "tool");
  EXPECT_EQ(event.reason, "a deploy");
  ASSERT_EQ(event.paths.size(), 1U);
  EXPECT_EQ(event.paths.front(), "api/key");
  EXPECT_TRUE(std::ranges::equal(event.objects, object_of("api/key")));
}

TEST_F(Recording, ABatchNamesEveryObject) {
  begin();
  auto recorder = this->recorder();
  ASSERT_TRUE(recorder.used(call(k_many, R"({"items":[{"path":"a"},{"path":"b"},{"x":1}]})"), protocol::Effect::reveal,
                            nullptr));
  const auto opened = newest();
  EXPECT_EQ(opened.event.paths.size(), 2U);
  EXPECT_EQ(opened.event.objects.size(), 32U);
}

TEST_F(Recording, ASyncedRevealWaitsAndAWrittenOneDoesNot) {
  begin();
  auto recorder = this->recorder(audit::Durability::synced);
  const auto used = recorder.used(call(k_get, R"({"path":"a"})"), protocol::Effect::reveal, nullptr);
  ASSERT_TRUE(used);
  EXPECT_EQ(*used, log_->writer()->next() - 1);
  recorder.set_reveals(audit::Durability::written);
  const auto written = recorder.used(call(k_get, R"({"path":"a"})"), protocol::Effect::reveal, nullptr);
  ASSERT_TRUE(written);
  EXPECT_FALSE(*written);
}

TEST_F(Recording, AChangeHasAnIntentAndAnOutcome) {
  begin();
  auto recorder = this->recorder();
  const auto record = call(k_put, R"({"path":"a"})");
  const auto intent = recorder.begin(record);
  ASSERT_TRUE(intent);
  const auto first = newest();
  EXPECT_EQ(first.event.phase, evidence::Phase::intent);
  log_->set_store(12, {});
  recorder.end(recorder.outcome_of(record, *intent), nullptr);
  const auto second = newest();
  EXPECT_EQ(second.event.phase, evidence::Phase::outcome);
  EXPECT_EQ(second.event.intent, *intent);
  EXPECT_EQ(second.event.generation, 12U);
  EXPECT_EQ(second.event.result, "ok");
}

TEST_F(Recording, WhatCannotBeLoggedIsRefused) {
  begin();
  auto recorder = this->recorder();
  const FullDisk full(100);
  EXPECT_EQ(recorder.used(call(k_get, R"({"path":"a"})"), protocol::Effect::reveal, nullptr).error().code,
            ErrorCode::audit_unavailable);
  EXPECT_EQ(recorder.begin(call(k_put, R"({"path":"a"})")).error().code, ErrorCode::audit_unavailable);
}

TEST_F(Recording, AnOutcomeThatCannotBeWrittenIsOwed) {
  begin();
  auto recorder = this->recorder();
  const auto record = call(k_put, R"({"path":"a"})");
  const auto intent = recorder.begin(record);
  ASSERT_TRUE(intent);
  {
    const FullDisk full(100);
    recorder.end(recorder.outcome_of(record, *intent), nullptr);
    EXPECT_FALSE(recorder.used(call(k_get, R"({"path":"b"})"), protocol::Effect::reveal, nullptr))
        << "nothing else before what is owed";
  }
  const std::size_t before = events();
  ASSERT_TRUE(recorder.used(call(k_get, R"({"path":"b"})"), protocol::Effect::reveal, nullptr));
  EXPECT_EQ(events(), before + 2);
}

TEST_F(Recording, WhatTheDaemonSaysOfItselfIsOwedToo) {
  begin();
  auto recorder = this->recorder();
  {
    const FullDisk full(100);
    recorder.system("vault.lock", "by a timer");
  }
  const std::size_t before = events();
  ASSERT_TRUE(recorder.used(call(k_get, R"({"path":"b"})"), protocol::Effect::reveal, nullptr));
  EXPECT_EQ(events(), before + 2);
  EXPECT_NE(said().at(before).find("vault.lock"), std::string::npos) << said().at(before);
}

TEST_F(Recording, AFloodOfDenialsIsCountedNotWritten) {
  begin();
  auto recorder = this->recorder();
  const Error locked = make_error(ErrorCode::locked, "the store is locked");
  for (int i = 0; i < 10'000; ++i) recorder.denied(call(k_get, R"({"path":"a"})"), locked);
  EXPECT_LT(events(), 100U);
  const auto later = audit::Keeper::Clock::now() + std::chrono::seconds(2);
  (void)recorder.flush_denials(later);
  const auto opened = newest();
  EXPECT_EQ(opened.event.action, "calls.denied");
  EXPECT_GT(opened.event.count.value_or(0), 9'900U);
  EXPECT_EQ(opened.event.decision, evidence::Decision::denied);
}

TEST_F(Recording, WhatIsNotAuditedLeavesNothing) {
  begin();
  auto recorder = this->recorder();
  static constexpr auto k_status = protocol::not_audited("It tells nothing.");
  const std::size_t before = events();
  recorder.denied(call(k_status, "{}"), make_error(ErrorCode::locked, "locked"));
  EXPECT_EQ(events(), before);
}

}  // namespace
}  // namespace strongroom::tests
