// New root keys, KEKs and slots.
#include "tests/unit/daemon/vault/support.h"

namespace strongroom::vault {
namespace {

using test::failure;
using test::k_head;
using test::must;
using test::secret;
using VaultRotation = test::VaultFixture;
namespace fs = std::filesystem;

std::string id_of(const Vault& vault, SlotType type) {
  for (const SlotInfo& slot : vault.slots())
    if (slot.type == type) return slot.id;
  return {};
}

std::vector<std::uint64_t> versions_of(const Vault& vault, std::string_view name) {
  std::vector<std::uint64_t> versions;
  for (const KeyInfo& key : must(vault.keys()))
    if (key.kind == KeyInfo::Kind::name_space && key.name == name) versions.push_back(key.version);
  return versions;
}

TEST_F(VaultRotation, ANewRootKeyReachesEverySlotWithoutItsOwner) {
  auto vault = make();
  must(vault->add_passphrase(secret("pass"), ""));
  const auto shares = must(vault->add_shares(2, 3, ""));
  const Bytes item = seal(*vault, k_head, "value");
  const BytesView parts[] = {as_bytes("x")};
  const Digest before = must(vault->keyed_hash(SystemKey::lookup, "path", parts));
  for (int i = 0; i < 3; ++i) must(vault->rotate_root());
  EXPECT_EQ(vault->header_report().root_epoch, 4u);
  EXPECT_EQ(must(open(*vault, k_head, item)), "value");
  const auto opens = [&](const std::function<Status(Vault&)>& unlock) {
    const auto again = load();
    must(unlock(*again));
    EXPECT_EQ(must(open(*again, k_head, item)), "value");
    EXPECT_EQ(must(again->keyed_hash(SystemKey::lookup, "path", parts)), before);
  };
  opens([](Vault& v) { return v.unlock_unattended(); });
  opens([](Vault& v) { return v.unlock_with_passphrase(secret("pass")); });
  opens([&](Vault& v) { return v.unlock_with_recovery_code(code); });
  opens([&](Vault& v) {
    return v.unlock_with_shares(
        secret(test::text_of(shares.shares[0]) + "\n" + test::text_of(shares.shares[2]) + "\n"));
  });
  EXPECT_EQ(failure(load()->unlock_with_passphrase(secret("other"))), ErrorCode::wrong_credential);
}

TEST_F(VaultRotation, ASlotAddedAfterANewRootKeyIsAsGood) {
  auto vault = make();
  must(vault->rotate_root());
  must(vault->add_passphrase(secret("pass"), ""));
  must(vault->rotate_root());
  must(load()->unlock_with_passphrase(secret("pass")));
}

// Whoever kept the header and the passphrase of a slot that was removed.
TEST_F(VaultRotation, ARevokedSlotOpensNothingThatIsWrittenLater) {
  auto vault = make();
  const std::string id = must(vault->add_passphrase(secret("leaver"), ""));
  const Bytes early = seal(*vault, k_head, "early");
  const Bytes kept_a = test::read_file(places.data / "vault.a");
  must(vault->remove_slot(id, Revoke::yes));
  const Bytes late = seal(*vault, k_head, "late");
  EXPECT_EQ(must(open(*vault, k_head, early)), "early");
  must(load()->unlock_unattended());
  EXPECT_EQ(failure(load()->unlock_with_passphrase(secret("leaver"))), ErrorCode::wrong_credential);

  test::write_file(places.data / "vault.a", kept_a);
  test::write_file(places.data / "vault.b", kept_a);
  const auto leaver = load();
  must(leaver->unlock_with_passphrase(secret("leaver")));
  EXPECT_EQ(must(open(*leaver, k_head, early)), "early") << "what was written before stays open to the old header";
  EXPECT_EQ(failure(open(*leaver, k_head, late)), ErrorCode::tampered);
}

TEST_F(VaultRotation, ANewKekTakesWhatIsWrittenAndTheRestIsRewrapped) {
  auto vault = make();
  Bytes item = seal(*vault, k_head, "value");
  const Bytes before = item;
  must(vault->rotate_kek("default"));
  EXPECT_EQ(failure(vault->rotate_kek("other")), ErrorCode::not_found);
  EXPECT_TRUE(vault->has_old_keks());
  EXPECT_TRUE(must(vault->is_under_old_kek("default", item)));
  EXPECT_EQ(versions_of(*vault, "default"), (std::vector<std::uint64_t>{1, 2}));
  const Bytes newer = seal(*vault, k_head, "newer");
  EXPECT_FALSE(must(vault->is_under_old_kek("default", newer)));

  ItemContext elsewhere = k_head;
  elsewhere.row = as_bytes("other row");
  EXPECT_EQ(failure(vault->rewrap(elsewhere, item)), ErrorCode::tampered);
  EXPECT_EQ(item, before) << "what does not open is left as it is";
  EXPECT_TRUE(must(vault->rewrap(k_head, item)));
  EXPECT_FALSE(must(vault->rewrap(k_head, item))) << "once is enough";
  ASSERT_EQ(item.size(), before.size());
  EXPECT_TRUE(std::equal(item.begin() + 112, item.end(), before.begin() + 112)) << "fields are not touched";

  must(vault->forget_old_keks());
  EXPECT_FALSE(vault->has_old_keks());
  const auto again = load();
  for (Vault* const each : {vault.get(), again.get()}) {
    if (each->state() == State::locked) must(each->unlock_unattended());
    EXPECT_EQ(must(open(*each, k_head, item)), "value");
    EXPECT_EQ(must(open(*each, k_head, newer)), "newer");
    if (each == again.get()) {
      EXPECT_EQ(failure(open(*each, k_head, before)), ErrorCode::tampered);
    }
    EXPECT_EQ(versions_of(*each, "default"), std::vector<std::uint64_t>{2});
  }
}

TEST_F(VaultRotation, NothingRotatesWhileLocked) {
  auto vault = make();
  must(vault->lock(false));
  EXPECT_EQ(failure(vault->rotate_root()), ErrorCode::locked);
  EXPECT_EQ(failure(vault->rotate_kek("default")), ErrorCode::locked);
  EXPECT_EQ(failure(vault->keys()), ErrorCode::locked);
  EXPECT_EQ(failure(vault->forget_old_keks()), ErrorCode::locked);
  EXPECT_EQ(failure(vault->rotate_slot(id_of(*vault, SlotType::recovery), nullptr)), ErrorCode::locked);
}

TEST_F(VaultRotation, ARotatedSlotOpensWithTheNewAndNotWithTheOld) {
  auto vault = make();
  const std::string id = must(vault->add_passphrase(secret("old"), "desk"));
  const std::size_t slots = vault->slots().size();
  const Secret fresh = secret("new");
  const auto passphrase = must(vault->rotate_slot(id, &fresh));
  EXPECT_NE(passphrase.id, id);
  const auto recovery = must(vault->rotate_slot(id_of(*vault, SlotType::recovery), nullptr));
  const Bytes old_file = test::read_file(key_file());
  must(vault->rotate_slot(id_of(*vault, SlotType::key_file), nullptr));
  EXPECT_NE(test::read_file(key_file()), old_file);
  EXPECT_EQ(vault->slots().size(), slots);
  EXPECT_EQ(vault->slots().back().label, "key file");
  must(load()->unlock_unattended());
  must(load()->unlock_with_passphrase(fresh));
  must(load()->unlock_with_recovery_code(*recovery.code));
  EXPECT_EQ(failure(load()->unlock_with_passphrase(secret("old"))), ErrorCode::wrong_credential);
  EXPECT_EQ(failure(load()->unlock_with_recovery_code(code)), ErrorCode::wrong_credential);
  EXPECT_EQ(failure(vault->rotate_slot(passphrase.id, nullptr)), ErrorCode::invalid_argument);
  EXPECT_EQ(failure(vault->rotate_slot("0000000000000000", nullptr)), ErrorCode::not_found);
}

TEST_F(VaultRotation, ASlotIsTestedWithoutOpeningAnything) {
  auto vault = make();
  const std::string id = must(vault->add_passphrase(secret("pass"), ""));
  const auto shares = must(vault->add_shares(2, 2, ""));
  vault = load();
  const Secret right = secret("pass");
  const Secret wrong = secret("word");
  must(vault->test_slot(id, &right, Asking::no));
  EXPECT_EQ(failure(vault->test_slot(id, &wrong, Asking::no)), ErrorCode::wrong_credential);
  EXPECT_EQ(failure(vault->test_slot(id, nullptr, Asking::no)), ErrorCode::invalid_argument);
  must(vault->test_slot(id_of(*vault, SlotType::recovery), &code, Asking::no));
  const std::string file_slot = id_of(*vault, SlotType::key_file);
  must(vault->test_slot(file_slot, nullptr, Asking::no));
  EXPECT_EQ(failure(vault->test_slot(file_slot, &right, Asking::no)), ErrorCode::invalid_argument);
  const Secret one = secret(test::text_of(shares.shares[0]));
  EXPECT_EQ(failure(vault->test_slot(shares.id, &one, Asking::no)), ErrorCode::wrong_credential);
  EXPECT_EQ(vault->state(), State::locked);
  fs::remove(key_file());
  EXPECT_EQ(failure(vault->test_slot(file_slot, nullptr, Asking::no)), ErrorCode::wrong_credential);
}

}  // namespace
}  // namespace strongroom::vault
