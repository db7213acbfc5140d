// Power goes at any moment: what was acknowledged is there afterwards, and nothing is half there.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <thread>
#include <vector>

#include "tests/fault/known_secrets.h"
#include "tests/support/eventually.h"
#include "tests/support/test_daemon.h"
#include "tests/support/text.h"

namespace strongroom::tests {
namespace {

constexpr int k_rounds = 200;
constexpr std::size_t k_writers = 3;

class Kill : public testing::Test {
 protected:
  Kill() {
    const std::uint64_t seed = std::random_device{}();
    random_.seed(seed);
    RecordProperty("seed", std::to_string(seed));
    for (std::size_t i = 0; i < k_writers; ++i) writers_.emplace_back("writer" + std::to_string(i), random_());
  }

  // The moment is the test's subject; nothing is awaited by it.
  void pass_time(std::uint64_t most_us) { std::this_thread::sleep_for(std::chrono::microseconds(random_() % most_us)); }

  // New keys one after the other, until the daemon is gone.
  static std::uint64_t rotate_until_gone(client::Client client) {
    namespace vault = protocol::vault;
    std::uint64_t rotated = 0;
    for (;; ++rotated) {
      const auto kind = rotated % 3 == 2 ? vault::KeyKind::root : vault::KeyKind::name_space;
      if (!client.call<vault::RotateKey>({.kind = kind, .name = {}})) return rotated;
      const auto slots = client.call<vault::ListSlots>({});
      if (!slots || !client.call<vault::RotateSlot>({.id = slots->slots.front().id, .passphrase = {}})) return rotated;
    }
  }

  void write_and_kill(bool rotate = false) {
    std::vector<std::thread> threads;
    if (rotate)
      threads.emplace_back(
          [this, client = daemon_.client()]() mutable { rotations_ += rotate_until_gone(std::move(client)); });
    std::vector<std::optional<Error>> refusals(k_writers);
    for (std::size_t i = 0; i < k_writers; ++i)
      threads.emplace_back([this, &refusals, i, client = daemon_.client()]() mutable {
        refusals[i] = writers_[i].write_until_gone(std::move(client));
      });
    pass_time(50'000);
    daemon_.kill();
    for (auto& thread : threads) thread.join();
    for (const auto& refusal : refusals) EXPECT_FALSE(refusal) << refusal->message;
  }

  // Everything that the daemon lists, by path.
  std::map<std::string, wire::ListEntry> listed(client::Client& client) {
    std::map<std::string, wire::ListEntry> entries;
    wire::ListRequest request;
    request.recursive = true;
    request.deleted = true;
    request.limit = 500;
    do {
      auto page = client.call<wire::List>(request);
      if (!page) {
        ADD_FAILURE() << page.error().message;
        return entries;
      }
      for (auto& entry : page->entries)
        EXPECT_TRUE(entries.emplace(entry.path, entry).second) << entry.path << " twice";
      request.cursor = page->cursor;
    } while (request.cursor);
    return entries;
  }

  void expect_listing_agrees(client::Client& client) {
    auto entries = listed(client);
    for (const auto& writer : writers_)
      for (const auto& [path, known] : writer.all()) {
        const auto found = entries.find(path);
        ASSERT_TRUE(found != entries.end()) << path << " is not listed";
        EXPECT_EQ(found->second.version, known.current) << path;
        EXPECT_EQ(found->second.deleted.value_or(false), known.deleted()) << path;
        entries.erase(found);
      }
    EXPECT_TRUE(entries.empty()) << entries.begin()->first << " is listed and was never written";
  }

  void expect_sound() {
    auto client = daemon_.client();
    for (auto& writer : writers_) writer.expect_touched(client);
    if (HasFailure()) return;
    expect_listing_agrees(client);
    const auto status = compared_status(client);
    EXPECT_EQ(status.freshness, protocol::service::Freshness::unverified);
    EXPECT_TRUE(status.storage_healthy);
    for (const auto& problem : status.problems)
      EXPECT_TRUE(holds(problem, "recovery code") || holds(problem, "restored from the other copy")) << problem;
  }

  TestDaemon daemon_;
  std::mt19937_64 random_;
  std::vector<KnownSecrets> writers_;
  std::uint64_t rotations_ = 0;
};

TEST_F(Kill, LosesNoAcknowledgedWriteAndLeavesNothingHalfDone) {
  daemon_.start();
  for (int round = 0; round < k_rounds && !HasFailure(); ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    write_and_kill();
    // One in eight dies again while it starts.
    if (random_() % 8 == 0) {
      daemon_.launch();
      pass_time(30'000);
      daemon_.kill();
    }
    ASSERT_NO_THROW(daemon_.start());
    expect_sound();
  }
  auto client = daemon_.client();
  std::uint64_t acknowledged = 0;
  for (auto& writer : writers_) {
    writer.touch_all();
    writer.expect_touched(client);
    acknowledged += writer.acknowledged();
  }
  EXPECT_GT(acknowledged, static_cast<std::uint64_t>(k_rounds)) << "the load was no load";
}

TEST_F(Kill, WhileKeysAreRotatedLosesNothingAndTheRewrappingResumes) {
  daemon_.start();
  for (int round = 0; round < k_rounds && !HasFailure(); ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    write_and_kill(true);
    ASSERT_NO_THROW(daemon_.start());
    expect_sound();
  }
  EXPECT_GT(rotations_, static_cast<std::uint64_t>(k_rounds) / 20) << "the rotation was no rotation";
  auto client = daemon_.client();
  const auto only_current_keys = [&] {
    const auto keys = client.call<protocol::vault::ListKeys>({});
    return keys && std::ranges::all_of(keys->keys, [](const auto& key) { return key.current; });
  };
  EXPECT_TRUE(eventually(only_current_keys)) << "older keys were not given up";
  for (auto& writer : writers_) {
    writer.touch_all();
    writer.expect_touched(client);
  }
}

TEST_F(Kill, WhileTheStoreIsMadeLeavesOneThatTheNextStartCompletes) {
  for (int round = 0; round < 40 && !HasFailure(); ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    TestDaemon fresh;
    fresh.launch();
    pass_time(30'000);
    fresh.kill();
    ASSERT_NO_THROW(fresh.start());
    auto client = fresh.client();
    ASSERT_TRUE(put(client, "after/all", "a value"));
    EXPECT_EQ(status_of(client).state, protocol::service::StoreState::unlocked);
  }
}

}  // namespace
}  // namespace strongroom::tests
