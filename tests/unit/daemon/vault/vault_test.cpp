#include "daemon/vault/vault.h"

#include "tests/unit/daemon/vault/support.h"

namespace strongroom::vault {
namespace {

using test::failure;
using test::k_head;
using test::message;
using test::must;
using test::secret;
using VaultTest = test::VaultFixture;

TEST_F(VaultTest, AnEmptyFolderIsUninitialized) {
  const auto vault = load();
  EXPECT_EQ(vault->state(), State::uninitialized);
  EXPECT_EQ(vault->store_id(), StoreId{});
  EXPECT_TRUE(vault->slots().empty());
  EXPECT_EQ(failure(vault->unlock_unattended()), ErrorCode::not_initialized);
  EXPECT_EQ(failure(vault->unlock_with_passphrase(secret("x"))), ErrorCode::not_initialized);
  EXPECT_EQ(failure(vault->lock(false)), ErrorCode::not_initialized);
  EXPECT_EQ(failure(vault->add_recovery("x")), ErrorCode::not_initialized);
  EXPECT_EQ(failure(vault->ensure_name_space("x")), ErrorCode::not_initialized);
  EXPECT_TRUE(std::filesystem::is_empty(places.data)) << "opening writes nothing";
}

TEST_F(VaultTest, CreateMakesAnUnlockedStoreWithItsSlots) {
  const auto vault = make();
  EXPECT_EQ(vault->state(), State::unlocked);
  EXPECT_NE(vault->store_id(), StoreId{});
  EXPECT_EQ(vault->header_report().generation, 1u);
  EXPECT_EQ(vault->header_report().problem, "");
  const auto slots = vault->slots();
  ASSERT_EQ(slots.size(), 2u);
  EXPECT_EQ(slots[0].type, SlotType::recovery);
  EXPECT_FALSE(slots[0].unattended);
  EXPECT_EQ(slots[1].type, SlotType::key_file);
  EXPECT_TRUE(slots[1].unattended);
  EXPECT_EQ(slots[0].created_ms, clock.now_ms());
  EXPECT_EQ(slots[0].id.size(), 16u);
  EXPECT_EQ(failure(vault->create({})), ErrorCode::already_initialized);
}

TEST_F(VaultTest, CreateRefusesAStoreNobodyCouldOpen) {
  const auto vault = load();
  EXPECT_EQ(failure(vault->create({std::nullopt, false, false})), ErrorCode::invalid_argument);
  EXPECT_EQ(failure(vault->create({secret(""), false, false})), ErrorCode::invalid_argument);
  EXPECT_EQ(vault->state(), State::uninitialized);
  EXPECT_TRUE(std::filesystem::is_empty(places.data));
}

TEST_F(VaultTest, CreateNeedsAMachineIdForAKeyFile) {
  machine.clear();
  const auto vault = load();
  const auto refused = vault->create({std::nullopt, true, true});
  EXPECT_EQ(failure(refused), ErrorCode::invalid_argument);
  EXPECT_NE(message(refused).find("machine id"), std::string::npos);
  EXPECT_TRUE(std::filesystem::is_empty(places.state));
  EXPECT_TRUE(vault->create({std::nullopt, false, true}));
}

TEST_F(VaultTest, CreateNeverOverwritesAStoreOrAKeyFile) {
  const auto first = load();
  const auto second = load();
  must(first->create({std::nullopt, true, false}));
  const Bytes key = test::read_file(key_file());
  EXPECT_EQ(failure(second->create({std::nullopt, true, false})), ErrorCode::already_initialized);
  std::filesystem::remove(a());
  std::filesystem::remove(b());
  const auto third = load();
  must(third->create({std::nullopt, true, false}));
  EXPECT_EQ(test::read_file(key_file()), key);
  EXPECT_TRUE(load()->unlock_unattended());
}

TEST_F(VaultTest, OpensWhatItSealedAfterARestart) {
  const Bytes item = seal(*make(), k_head, "a value");
  const auto vault = load();
  EXPECT_EQ(vault->state(), State::locked);
  must(vault->unlock_unattended());
  EXPECT_EQ(must(open(*vault, k_head, item)), "a value");
}

TEST_F(VaultTest, EveryWayInOpensTheSameStore) {
  auto vault = load();
  const Secret passphrase = secret("correct horse battery staple");
  code = std::move(*must(vault->create({passphrase.clone(), true, true})));
  const Bytes item = seal(*vault, k_head, "a value");
  vault = load();
  EXPECT_EQ(failure(vault->unlock_with_passphrase(secret("correct horse battery stapl"))), ErrorCode::wrong_credential);
  EXPECT_EQ(vault->state(), State::locked);
  must(vault->unlock_with_passphrase(passphrase));
  EXPECT_EQ(must(open(*vault, k_head, item)), "a value");
  vault = load();
  must(vault->unlock_with_recovery_code(code));
  EXPECT_EQ(must(open(*vault, k_head, item)), "a value");
  vault = load();
  must(vault->unlock_unattended());
  EXPECT_EQ(must(open(*vault, k_head, item)), "a value");
}

TEST_F(VaultTest, AWrongRecoveryCodeDiffersFromAMistypedOne) {
  const auto vault = make();
  must(vault->lock(false));
  std::string typed = test::text_of(code);
  typed[0] = typed[0] == '7' ? '8' : '7';
  EXPECT_EQ(failure(vault->unlock_with_recovery_code(secret(typed))), ErrorCode::invalid_argument);
  EXPECT_EQ(failure(vault->unlock_with_recovery_code(secret("CHJPC-SV8D5-N6PV3-DDSQQ-0WBJE-DT7AX-KQDYN"))),
            ErrorCode::wrong_credential);
  EXPECT_EQ(vault->state(), State::locked);
}

TEST_F(VaultTest, AWrongCredentialIsRefusedAlsoWhileUnlocked) {
  const auto vault = make();
  EXPECT_EQ(failure(vault->unlock_with_recovery_code(secret("CHJPC-SV8D5-N6PV3-DDSQQ-0WBJE-DT7AX-KQDYN"))),
            ErrorCode::wrong_credential);
  EXPECT_TRUE(vault->unlock_with_recovery_code(code));
  EXPECT_EQ(vault->state(), State::unlocked);
}

TEST_F(VaultTest, LockWipesEveryKey) {
  const auto vault = make();
  must(vault->ensure_name_space("other"));
  EXPECT_FALSE(arena->is_blank());
  must(vault->lock(false));
  EXPECT_EQ(vault->state(), State::locked);
  EXPECT_EQ(arena->in_use(), 0u);
  EXPECT_TRUE(arena->is_blank());
  must(vault->unlock_unattended());
  must(vault->unlock_unattended());
  EXPECT_EQ(arena->in_use(), 7u) << "root key, two KEKs, four system keys";
  must(vault->lock(false));
  EXPECT_TRUE(arena->is_blank());
}

TEST_F(VaultTest, ARefusedUnlockLeavesNoKey) {
  const auto vault = make();
  must(vault->lock(false));
  machine[0] = 1;
  const auto elsewhere = load();
  EXPECT_FALSE(elsewhere->unlock_unattended());
  EXPECT_FALSE(elsewhere->unlock_with_recovery_code(secret("CHJPC-SV8D5-N6PV3-DDSQQ-0WBJE-DT7AX-KQDYN")));
  EXPECT_TRUE(arena->is_blank());
}

TEST_F(VaultTest, NothingIsSealedOpenedOrHashedWhileLocked) {
  const auto vault = make();
  const Bytes item = seal(*vault, k_head, "a value");
  must(vault->lock(false));
  Bytes out;
  const BytesView fields[] = {as_bytes("x")};
  EXPECT_EQ(failure(vault->seal(k_head, fields, out)), ErrorCode::locked);
  EXPECT_TRUE(out.empty());
  EXPECT_EQ(failure(vault->open(k_head, item, wiped_heap())), ErrorCode::locked);
  EXPECT_EQ(failure(vault->keyed_hash(SystemKey::lookup, "x", {})), ErrorCode::locked);
  EXPECT_EQ(failure(vault->add_recovery("x")), ErrorCode::locked);
  EXPECT_EQ(failure(vault->add_key_file("x")), ErrorCode::locked);
  EXPECT_EQ(failure(vault->add_passphrase(secret("x"), "x")), ErrorCode::locked);
  EXPECT_EQ(failure(vault->remove_slot("x")), ErrorCode::locked);
  EXPECT_EQ(failure(vault->ensure_name_space("x")), ErrorCode::locked);
}

TEST_F(VaultTest, AHeldLockSurvivesRestartsUntilAnUnlock) {
  auto vault = make();
  must(vault->lock(false));
  EXPECT_FALSE(vault->lock_is_held());
  must(vault->lock(true));
  EXPECT_TRUE(vault->lock_is_held());
  vault = load();
  EXPECT_TRUE(vault->lock_is_held());
  must(vault->unlock_with_recovery_code(code));
  EXPECT_FALSE(vault->lock_is_held());
  EXPECT_FALSE(load()->lock_is_held());
}

TEST_F(VaultTest, KeyedHashesDependOnKeyLabelAndPartsAndSurviveRestarts) {
  auto vault = make();
  const auto hash = [&](SystemKey key, std::string_view label, std::initializer_list<BytesView> parts) {
    return must(vault->keyed_hash(key, label, std::span<const BytesView>(parts.begin(), parts.size())));
  };
  const Digest was = hash(SystemKey::lookup, "path", {as_bytes("a"), as_bytes("b")});
  EXPECT_NE(hash(SystemKey::accumulator, "path", {as_bytes("a"), as_bytes("b")}), was);
  EXPECT_NE(hash(SystemKey::lookup, "parent", {as_bytes("a"), as_bytes("b")}), was);
  EXPECT_NE(hash(SystemKey::lookup, "path", {as_bytes("ab")}), was);
  vault = load();
  must(vault->unlock_unattended());
  EXPECT_EQ(hash(SystemKey::lookup, "path", {as_bytes("a"), as_bytes("b")}), was);
}

TEST_F(VaultTest, NameSpacesHaveTheirOwnKeys) {
  auto vault = make();
  ItemContext other = k_head;
  other.name_space = "other";
  Bytes out;
  EXPECT_EQ(failure(vault->seal(other, {}, out)), ErrorCode::not_found);
  must(vault->ensure_name_space("other"));
  const auto generation = vault->header_report().generation;
  must(vault->ensure_name_space("other"));
  EXPECT_EQ(vault->header_report().generation, generation) << "nothing changes the second time";
  const Bytes item = seal(*vault, other, "value");
  EXPECT_EQ(failure(open(*vault, k_head, item)), ErrorCode::tampered);
  vault = load();
  must(vault->unlock_unattended());
  EXPECT_EQ(must(open(*vault, other, item)), "value");
  for (const std::string_view bad : {"", "Upper", "a/b", "a b", "ä"})
    EXPECT_EQ(failure(vault->ensure_name_space(bad)), ErrorCode::invalid_argument) << bad;
}

TEST_F(VaultTest, TheKeyRingIsBoundedAndStillOpens) {
  auto vault = make();
  for (int i = 0; i < 475; ++i) must(vault->ensure_name_space("n" + std::to_string(i)));
  EXPECT_EQ(failure(vault->ensure_name_space("one-more")), ErrorCode::too_large);
  must(vault->unlock_unattended());
  vault = load();
  must(vault->unlock_unattended());
}

TEST_F(VaultTest, AnItemOfAnotherStoreOrAnUnknownKekIsTampered) {
  const auto vault = make();
  Bytes item = seal(*vault, k_head, "value");
  item[4] = 2;
  EXPECT_EQ(failure(open(*vault, k_head, item)), ErrorCode::tampered);
}

TEST_F(VaultTest, AMissingKeyFileAndAChangedMachineAreNamed) {
  make();
  const Bytes key = test::read_file(key_file());
  machine[3] = 0x77;
  auto answer = load()->unlock_unattended();
  EXPECT_EQ(failure(answer), ErrorCode::wrong_credential);
  EXPECT_NE(message(answer).find("machine id has changed"), std::string::npos) << message(answer);
  EXPECT_NE(message(answer).find("recovery code"), std::string::npos);
  machine.clear();
  answer = load()->unlock_unattended();
  EXPECT_EQ(failure(answer), ErrorCode::wrong_credential);
  EXPECT_NE(message(answer).find("no machine id"), std::string::npos) << message(answer);
  machine = Bytes(16, 0x5a);
  Bytes other = key;
  other[0] = static_cast<Byte>(other[0] ^ 1);
  test::write_file(key_file(), other);
  answer = load()->unlock_unattended();
  EXPECT_EQ(failure(answer), ErrorCode::wrong_credential);
  EXPECT_NE(message(answer).find("another store"), std::string::npos) << message(answer);
  std::filesystem::remove(key_file());
  answer = load()->unlock_unattended();
  EXPECT_EQ(failure(answer), ErrorCode::wrong_credential);
  EXPECT_NE(message(answer).find("missing"), std::string::npos) << message(answer);
  test::write_file(key_file(), key);
  EXPECT_TRUE(load()->unlock_unattended());
}

TEST_F(VaultTest, RefusesACostOutsideItsBounds) {
  for (const KdfCost cost : {KdfCost{(64u << 20) - 1024, 3}, KdfCost{64u << 20, 2}, KdfCost{2ull << 30, 3},
                             KdfCost{64u << 20, 11}, KdfCost{(64u << 20) + 1, 3}})
    EXPECT_EQ(failure(Vault::open(places, *arena, machine, cost, clock)), ErrorCode::invalid_argument);
}

}  // namespace
}  // namespace strongroom::vault
