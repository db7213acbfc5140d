// An older store, or an older log, put back outside Strongroom is noticed, and nothing is written until somebody says
// so.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include <strongroom/protocol/methods/audit.h>

#include "tests/support/eventually.h"
#include "tests/support/secrets.h"
#include "tests/support/test_daemon.h"

namespace strongroom::tests {
namespace {

namespace fs = std::filesystem;

class Rollback : public testing::Test {
 protected:
  static void put_back(const fs::path& copy, const fs::path& place) {
    fs::remove_all(place);
    fs::copy(copy, place, fs::copy_options::recursive);
    fs::permissions(place, fs::perms::owner_all);
  }

  fs::path copy_of(const fs::path& place, const std::string& name) {
    const fs::path copy = copies_.path() / name;
    fs::copy(place, copy, fs::copy_options::recursive);
    return copy;
  }

  bool has_problem(client::Client& client, std::string_view words) {
    const auto problems = status_of(client).problems;
    return std::ranges::any_of(problems, [&](const auto& each) { return each.find(words) != std::string::npos; });
  }

  // A store with one secret, copied; then a second one.
  void make_two_states() {
    daemon_.start();
    {
      auto client = daemon_.client();
      ASSERT_TRUE(put(client, "first", "1"));
    }
    daemon_.stop();
    old_data_ = copy_of(daemon_.data(), "data");
    old_log_ = copy_of(daemon_.state() / "audit", "audit");
    daemon_.start();
    {
      auto client = daemon_.client();
      ASSERT_TRUE(put(client, "second", "2"));
      ASSERT_TRUE(get(client, "second"));
    }
    daemon_.stop();
  }

  void expect_read_only(client::Client& client) {
    EXPECT_TRUE(get(client, "first"));
    const auto refused = put(client, "third", "3");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::tampered);
    EXPECT_NE(refused.error().message.find("accept-rollback"), std::string::npos) << refused.error().message;
  }

  std::size_t count(client::Client& client, std::string action) {
    protocol::audit::ListRequest request;
    request.action = std::move(action);
    const auto listed = client.call<protocol::audit::List>(request);
    EXPECT_TRUE(listed) << listed.error().message;
    return listed ? listed->events.size() : 0;
  }

  TestDaemon daemon_;
  TemporaryFolder copies_;
  fs::path old_data_;
  fs::path old_log_;
};

// What an unlock itself writes was not announced to the log that it has yet to open.
TEST_F(Rollback, IsNotWhatAnUnlockAfterARestartLooksLike) {
  daemon_.start();
  {
    auto client = daemon_.client();
    ASSERT_TRUE(client.call<protocol::vault::Lock>({}));
  }
  daemon_.stop();
  daemon_.start();
  auto client = daemon_.client();
  ASSERT_TRUE(client.call<protocol::vault::Unlock>({}));
  EXPECT_FALSE(has_problem(client, "put back"));
  EXPECT_TRUE(put(client, "first", "1"));
  EXPECT_EQ(count(client, "store.rollback_found"), 0U);
}

TEST_F(Rollback, OfTheStoreIsNoticedAndAcceptedByName) {
  make_two_states();
  put_back(old_data_, daemon_.data());
  daemon_.start();
  {
    auto client = daemon_.client();
    EXPECT_TRUE(has_problem(client, "the store was put back"));
    expect_read_only(client);
    EXPECT_EQ(count(client, "store.rollback_found"), 1U);
    ASSERT_TRUE(client.call<protocol::vault::AcceptRollback>({}));
    EXPECT_FALSE(has_problem(client, "put back"));
    ASSERT_TRUE(put(client, "third", "3"));
    EXPECT_EQ(count(client, "vault.accept_rollback"), 2U);
  }
  daemon_.stop();
  daemon_.start();
  auto client = daemon_.client();
  EXPECT_FALSE(has_problem(client, "put back"));
  EXPECT_EQ(get(client, "third").value(), "3");
  EXPECT_TRUE(put(client, "fourth", "4"));
}

TEST_F(Rollback, StaysNoticedOverRestartsUntilItIsAccepted) {
  make_two_states();
  put_back(old_data_, daemon_.data());
  for (int i = 0; i < 3; ++i) {
    daemon_.start();
    auto client = daemon_.client();
    expect_read_only(client);
    daemon_.kill();
  }
}

TEST_F(Rollback, OfTheLogIsNoticedAndAcceptedByName) {
  make_two_states();
  put_back(old_log_, daemon_.state() / "audit");
  daemon_.start();
  auto client = daemon_.client();
  EXPECT_TRUE(has_problem(client, "the audit log was put back"));
  expect_read_only(client);
  ASSERT_TRUE(client.call<protocol::vault::AcceptRollback>({}));
  EXPECT_TRUE(put(client, "third", "3"));
  EXPECT_EQ(client.call<protocol::audit::Verify>({}).value().ok, true);
}

TEST_F(Rollback, ALogThatIsGoneIsNoticed) {
  make_two_states();
  fs::remove_all(daemon_.state() / "audit");
  daemon_.start();
  auto client = daemon_.client();
  EXPECT_TRUE(has_problem(client, "the audit log was put back"));
  expect_read_only(client);
  ASSERT_TRUE(client.call<protocol::vault::AcceptRollback>({}));
  EXPECT_TRUE(put(client, "third", "3"));
}

// Without somebody outside nobody can know; the status does not claim more.
TEST_F(Rollback, OfBothIsCalledUnverified) {
  make_two_states();
  put_back(old_data_, daemon_.data());
  put_back(old_log_, daemon_.state() / "audit");
  daemon_.start();
  auto client = daemon_.client();
  EXPECT_EQ(compared_status(client).freshness, protocol::service::Freshness::unverified);
  EXPECT_FALSE(get(client, "second"));
}

TEST_F(Rollback, NothingToAcceptIsSaid) {
  daemon_.start();
  auto client = daemon_.client();
  EXPECT_EQ(client.call<protocol::vault::AcceptRollback>({}).error().code, ErrorCode::conflict);
}

TEST_F(Rollback, AnExchangedOpeningKeyIsAnAlarmAndNothingIsRevealed) {
  make_two_states();
  const auto segments = daemon_.state() / "audit" / "segments";
  const auto file = segments / "0000000000000000.log";
  std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
  // The opening key of the first epoch record: segment and frame headers, then the entry.
  stream.seekp(40 + 40 + 148);
  stream.write("another key of somebody else 123", 32);
  stream.close();
  daemon_.start();
  auto client = daemon_.client();
  const auto refused = get(client, "first");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::audit_unavailable);
  EXPECT_TRUE(has_problem(client, "the audit log takes no event"));
}

// A witness outside knows how far the log had grown.
TEST_F(Rollback, OfBothIsFoundByAWitness) {
  const auto state = (copies_.path() / "witness").string();
  Process made({STRONGROOM_WITNESS_PATH, "init", "--state", state, "--name", "witness.example"}, {});
  const Outcome outcome = made.wait();
  ASSERT_EQ(outcome.exit_code, 0) << outcome.errors;
  const std::string witness_key = outcome.output.substr(0, outcome.output.find('\n'));
  daemon_.start();
  const std::string log_key = daemon_.client().call<protocol::audit::GetKey>({}).value().key;
  Process added({STRONGROOM_WITNESS_PATH, "add", "--state", state, log_key}, {});
  ASSERT_EQ(added.wait().exit_code, 0);
  const std::string port = std::to_string(20'000 + getpid() % 20'000);
  Process witness({STRONGROOM_WITNESS_PATH, "serve", "--state", state, "--listen", "127.0.0.1:" + port}, {});
  protocol::audit::AddWitnessRequest request;
  request.key = witness_key;
  request.url = "http://127.0.0.1:" + port;
  std::string said;
  ASSERT_TRUE(eventually([&] {
    auto client = daemon_.client();
    const auto asked = client.call<protocol::audit::AddWitness>(request);
    if (!asked) said = asked.error().message;
    return asked.has_value();
  })) << said;
  ASSERT_TRUE(daemon_.client().call<protocol::audit::ListWitnesses>({}).value().witnesses.at(0).entries);
  daemon_.stop();
  old_data_ = copy_of(daemon_.data(), "data");
  old_log_ = copy_of(daemon_.state() / "audit", "audit");
  daemon_.start();
  ASSERT_TRUE(daemon_.client().call<protocol::audit::RemoveWitness>({.key = witness_key}));
  ASSERT_TRUE(daemon_.client().call<protocol::audit::AddWitness>(request)) << "it vouches for what came since";
  daemon_.stop();
  put_back(old_data_, daemon_.data());
  put_back(old_log_, daemon_.state() / "audit");
  daemon_.start();
  EXPECT_TRUE(eventually([&] {
    auto client = daemon_.client();
    return has_problem(client, "has seen");
  }));
  witness.kill(SIGKILL);
  (void)witness.wait();
}

}  // namespace
}  // namespace strongroom::tests
