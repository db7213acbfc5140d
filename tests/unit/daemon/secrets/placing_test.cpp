// Values that lie elsewhere, with a keeper that fails, lies and forgets, and a storage that fails behind its commit.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include <strongroom/base/wiped_memory.h>
#include <strongroom/protocol/secret_fields.h>

#include "daemon/secrets/secret_service.h"
#include "daemon/store/freshness.h"
#include "tests/support/secrets.h"
#include "tests/support/temporary_folder.h"
#include "tests/unit/daemon/store/fake_storage.h"

namespace strongroom::secrets {
namespace {

namespace wire = protocol::secret;
using tests::plain_value;
using tests::put_request;

// A keychain in a map, with faults on demand.
class FakeShelf final : public BodyShelf {
 public:
  Status put(const BodyId& id, BytesView body) override {
    ++asked;
    if (fails) return *fails;
    bodies[id].assign(body.begin(), body.end());
    if (lies) bodies[id].back() ^= 1;
    if (after_put) std::exchange(after_put, nullptr)();
    return {};
  }

  Result<Bytes> get(const BodyId& id) override {
    ++asked;
    if (fails) return *fails;
    const auto found = bodies.find(id);
    if (found == bodies.end()) return make_error(ErrorCode::not_found, "no such item");
    return found->second;
  }

  Status erase(const BodyId& id) override {
    ++asked;
    if (fails) return *fails;
    bodies.erase(id);
    return {};
  }

  Status probe() override { return fails ? Status(*fails) : Status(); }

  std::map<BodyId, Bytes> bodies;
  std::optional<Error> fails;
  bool lies = false;
  int asked = 0;
  std::function<void()> after_put;  // once
};

class Placing : public testing::Test {
 protected:
  Placing() {
    for (const char* name : {"data", "state"}) std::filesystem::create_directory(folder_.path() / name);
    vault_ = std::move(*vault::Vault::open({folder_.path() / "data", folder_.path() / "state"}, *arena_, Bytes(16, 7),
                                           vault::k_kdf_floor, system_clock()));
    EXPECT_TRUE(vault_->create({{}, true, false}));
    freshness_ = std::make_unique<store::FreshnessTracker>(k_heads, ports(), k_entries);
    store_ = std::make_unique<store::Store>(store::fake_storage(disk_));
    store_->set_participant(freshness_.get());
  }

  // No cryptography: nobody forges anything here but what a test names.
  static store::FreshnessPorts ports() {
    const auto mix = [](BytesView bytes) {
      store::Digest256 out{};
      for (std::size_t i = 0; i < bytes.size(); ++i) out[i % out.size()] ^= bytes[i];
      return out;
    };
    store::FreshnessPorts out;
    out.prf = [mix](BytesView message) { return Result<store::Digest256>(mix(message)); };
    out.digest = mix;
    out.save = [](store::WriteTransaction&, const store::Accumulator&) { return Status(); };
    out.load = [](store::ReadTransaction&) { return Result<std::optional<store::Accumulator>>(std::nullopt); };
    return out;
  }

  // Nothing runs by itself: what was to run soon waits for settle().
  void start(std::string_view rules) {
    secrets::Placing placing;
    placing.rules = *Placements::parse(rules);
    placing.keychain = &shelf_;
    placing.run = [this](std::function<void()> task) { return later_.push_back(std::move(task)), true; };
    service_ = std::make_unique<SecretService>(
        *vault_, *store_, *freshness_, system_clock(), &memory_,
        [](const std::function<void()>& task) { return task(), true; }, nullptr, std::move(placing));
  }

  void settle() {
    while (!later_.empty()) {
      auto task = std::move(later_.front());
      later_.pop_front();
      task();
    }
  }

  Result<wire::PutResponse> put(const std::string& path, std::string_view value) {
    std::optional<Result<wire::PutResponse>> answer;
    std::mutex mutex;
    std::condition_variable answered;
    service_->handle(wire::Put{}, put_request(path, value), [&](Result<wire::PutResponse> result) {
      const std::lock_guard guard(mutex);
      answer = std::move(result);
      answered.notify_all();
    });
    settle();
    std::unique_lock lock(mutex);
    answered.wait(lock, [&] { return answer.has_value(); });
    return *std::move(answer);
  }

  std::string get(const std::string& path, std::optional<std::int64_t> version = {}) {
    wire::GetRequest request{.path = path};
    request.version = version;
    auto got = service_->get_and_wait(request);
    return got ? plain_value(*got) : got.error().message;
  }

  // The error's sentence; empty: it went well.
  std::string promoted() {
    const auto done = service_->promote("");
    return done ? "" : done.error().message;
  }

  std::size_t rows(std::uint32_t collection) {
    const std::lock_guard guard(disk_.mutex);
    return static_cast<std::size_t>(
        std::ranges::count_if(disk_.rows, [&](const auto& row) { return std::get<0>(row.first) == collection; }));
  }

  const Error locked_ = make_error(ErrorCode::unreachable, "the keychain is locked");
  tests::TemporaryFolder folder_;
  WipedMemory memory_{1024 * 1024};
  std::unique_ptr<vault::KeyArena> arena_ = *vault::KeyArena::make(vault::KeyArena::Locking::allow_unlocked);
  std::unique_ptr<vault::Vault> vault_;
  std::unique_ptr<store::FreshnessTracker> freshness_;
  store::FakeDisk disk_;
  std::unique_ptr<store::Store> store_;
  FakeShelf shelf_;
  std::deque<std::function<void()>> later_;
  std::unique_ptr<SecretService> service_;
};

TEST_F(Placing, NothingIsAnnouncedAnyMoreOnceItIsNamed) {
  start("a=keychain");
  const auto written = put("a/b", "value");
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(written->placed, wire::Placed::keychain);
  EXPECT_EQ(shelf_.bodies.size(), 1u);
  EXPECT_EQ(rows(k_released), 0u);
  EXPECT_EQ(get("a/b"), "value");
}

TEST_F(Placing, AKeeperThatGivesBackSomethingElseIsNotTrusted) {
  start("a=keychain");
  shelf_.lies = true;
  const auto written = put("a/b", "value");
  ASSERT_TRUE(written) << written.error().message;
  EXPECT_EQ(written->placed, wire::Placed::store);
  EXPECT_EQ(get("a/b"), "value");
  shelf_.lies = false;
  ASSERT_EQ(promoted(), "");
  EXPECT_EQ(get("a/b"), "value");
  EXPECT_EQ(shelf_.bodies.size(), 1u) << "what was put in vain is erased";
}

TEST_F(Placing, ACommitThatFailsLeavesNothingBehindAndTheOldValue) {
  start("a=keychain");
  ASSERT_TRUE(put("a/b", "old"));
  shelf_.after_put = [&] { disk_.set_faults({.commit = make_error(ErrorCode::storage_failed, "no")}); };
  EXPECT_FALSE(put("a/b", "new"));
  disk_.set_faults({});
  EXPECT_EQ(get("a/b"), "old");
  ASSERT_EQ(promoted(), "");
  EXPECT_EQ(shelf_.bodies.size(), 1u);
  EXPECT_EQ(rows(k_released), 0u);
}

TEST_F(Placing, ACommitThatFailsAfterItIsDurableLosesNothing) {
  start("a=keychain");
  ASSERT_TRUE(put("a/b", "old"));
  shelf_.after_put = [&] { disk_.set_faults({.behind_commit = make_error(ErrorCode::storage_failed, "late")}); };
  const auto written = put("a/b", "new");
  disk_.set_faults({});
  EXPECT_TRUE(written) << "it stands: " << (written ? "" : written.error().message);
  settle();
  ASSERT_EQ(promoted(), "");
  EXPECT_EQ(get("a/b"), "new");
  EXPECT_EQ(get("a/b", 1), "old");
}

TEST_F(Placing, APromotionThatFailsBehindItsCommitLosesNothing) {
  start("a=keychain");
  shelf_.fails = locked_;
  ASSERT_TRUE(put("a/b", "value"));
  shelf_.fails.reset();
  shelf_.after_put = [&] { disk_.set_faults({.behind_commit = make_error(ErrorCode::storage_failed, "late")}); };
  (void)service_->promote("");
  disk_.set_faults({});
  ASSERT_EQ(promoted(), "");
  EXPECT_EQ(get("a/b"), "value");
}

TEST_F(Placing, WhatTakesThePlaceOfASecretDuringAPromotionIsLeftAlone) {
  start("a=keychain");
  shelf_.fails = locked_;
  ASSERT_TRUE(put("a/b", "first"));
  shelf_.fails.reset();
  // While its body is on its way, the secret is purged and another one is made at its path, with the same number.
  shelf_.after_put = [&] {
    std::atomic<bool> purged = false;
    service_->handle(wire::Purge{}, {.path = "a/b"}, [&](const Result<wire::CountResponse>&) { purged = true; });
    while (!purged) std::this_thread::yield();
    ASSERT_TRUE(store_->write_and_wait([&](store::WriteTransaction& transaction) -> Status {
      SecretRepository repository(*vault_, *freshness_);
      STRONGROOM_ASSIGN(const Path path, Path::parse("a/b"));
      SecretMap values;
      values.push_back({"value", Secret(as_bytes("second"))});
      STRONGROOM_CHECK(
          repository.append(transaction, path, std::nullopt, values, {.now_ms = system_clock().now_ms() + 10}));
      return {};
    }));
  };
  (void)service_->promote("");
  EXPECT_EQ(get("a/b"), "second");
  ASSERT_EQ(promoted(), "");
  EXPECT_EQ(get("a/b"), "second");
}

TEST_F(Placing, OneVersionThatDoesNotMoveHoldsNobodyUp) {
  start("a=keychain");
  for (const char* path : {"a/1", "a/2", "a/3"}) ASSERT_TRUE(put(path, path));
  const BodyId gone = shelf_.bodies.begin()->first;
  shelf_.bodies.erase(gone);
  start("/=store");
  const auto done = service_->promote("");
  ASSERT_TRUE(done);
  EXPECT_EQ(done->moved, 2);
  EXPECT_EQ(done->waiting, 1);
  EXPECT_TRUE(done->problem);
}

TEST_F(Placing, WhenTheKeeperCannotBeUsedItIsAskedOnceAndNotForEach) {
  start("a=keychain");
  for (int i = 0; i < 20; ++i) ASSERT_TRUE(put("a/" + std::to_string(i), "value"));
  shelf_.fails = locked_;
  shelf_.asked = 0;
  wire::GetManyRequest many;
  for (int i = 0; i < 20; ++i) many.items.push_back({.path = "a/" + std::to_string(i)});
  std::optional<wire::GetManyResponse> answer;
  service_->handle(wire::GetMany{}, std::move(many),
                   [&](Result<wire::GetManyResponse> got) { answer = *std::move(got); });
  settle();
  ASSERT_TRUE(answer);
  for (const auto& item : answer->items) EXPECT_TRUE(item.problem);
  EXPECT_EQ(shelf_.asked, 1);
  EXPECT_EQ(service_->placing_state().problem, "the keychain is locked");
  shelf_.fails.reset();
  EXPECT_TRUE(service_->probe_keychain());
  EXPECT_EQ(service_->placing_state().problem, "");
}

TEST_F(Placing, AForgedRowOfWhatIsToBeErasedErasesNothing) {
  start("a=keychain");
  ASSERT_TRUE(put("a/b", "value"));
  const BodyId id = shelf_.bodies.begin()->first;
  disk_.set(std::string(as_text(id)), std::string("\x01") + std::string(32, 'f'), 1, k_released);
  ASSERT_EQ(promoted(), "");
  EXPECT_EQ(get("a/b"), "value");
}

TEST_F(Placing, AWriteDuringARotationIsSealedUnderTheNewKey) {
  start("a=keychain");
  shelf_.after_put = [&] { ASSERT_TRUE(vault_->rotate_kek("default")); };
  ASSERT_TRUE(put("a/b", "value"));
  ASSERT_TRUE(vault_->forget_old_keks());
  ASSERT_TRUE(vault_->forget_old_keks()) << "also the one that stays for reads that began before";
  wire::GetRequest request{.path = "a/b"};
  EXPECT_NE(get("a/b"), "a sealed item names a key that the vault does not have");
}

}  // namespace
}  // namespace strongroom::secrets
