#include "tests/unit/daemon/vault/support.h"

namespace strongroom::vault {
namespace {

using test::failure;
using test::k_head;
using test::must;
using test::secret;
using VaultSlots = test::VaultFixture;

std::string id_of(const Vault& vault, SlotType type) {
  for (const SlotInfo& slot : vault.slots())
    if (slot.type == type) return slot.id;
  return {};
}

TEST_F(VaultSlots, AnAddedPassphraseOpensAndARemovedOneDoesNot) {
  auto vault = make();
  const Bytes item = seal(*vault, k_head, "value");
  const std::string id = must(vault->add_passphrase(secret("pass"), "desk"));
  ASSERT_EQ(vault->slots().size(), 3u);
  EXPECT_EQ(vault->slots()[2].id, id);
  EXPECT_EQ(vault->slots()[2].label, "desk");
  vault = load();
  must(vault->unlock_with_passphrase(secret("pass")));
  EXPECT_EQ(must(open(*vault, k_head, item)), "value");
  must(vault->remove_slot(id));
  EXPECT_EQ(failure(vault->unlock_with_passphrase(secret("pass"))), ErrorCode::wrong_credential);
  EXPECT_EQ(failure(load()->unlock_with_passphrase(secret("pass"))), ErrorCode::wrong_credential);
  EXPECT_TRUE(load()->unlock_unattended());
}

TEST_F(VaultSlots, ARecoveryCodeIsGivenOnceAndStandsNowhere) {
  auto vault = make();
  const auto added = must(vault->add_recovery("paper"));
  const std::string text = test::text_of(added.code);
  EXPECT_NE(text, test::text_of(code));
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
    if (!entry.is_regular_file()) continue;
    const Bytes content = test::read_file(entry.path());
    EXPECT_EQ(as_text(content).find(text), std::string_view::npos);
    EXPECT_EQ(as_text(content).find(text.substr(0, 5)), std::string_view::npos);
  }
  for (const Secret* each : {&std::as_const(code), &added.code}) {
    vault = load();
    EXPECT_TRUE(vault->unlock_with_recovery_code(*each)) << "each code opens its own slot";
  }
  must(vault->remove_slot(added.id));
  EXPECT_EQ(failure(load()->unlock_with_recovery_code(added.code)), ErrorCode::wrong_credential);
  EXPECT_TRUE(load()->unlock_with_recovery_code(code));
}

TEST_F(VaultSlots, TheLastSlotIsNeverRemoved) {
  const auto vault = make();
  must(vault->remove_slot(id_of(*vault, SlotType::key_file)));
  const std::string last = id_of(*vault, SlotType::recovery);
  EXPECT_EQ(failure(vault->remove_slot(last)), ErrorCode::last_slot);
  EXPECT_EQ(failure(vault->remove_slot("0000000000000000")), ErrorCode::not_found);
  EXPECT_EQ(vault->slots().size(), 1u);
  EXPECT_TRUE(load()->unlock_with_recovery_code(code));
}

TEST_F(VaultSlots, TheKeyFileGoesWithItsLastSlotAndComesBackNew) {
  const auto vault = make();
  const Bytes before = test::read_file(key_file());
  EXPECT_EQ(failure(vault->add_key_file("again")), ErrorCode::conflict);
  must(vault->remove_slot(id_of(*vault, SlotType::key_file)));
  EXPECT_FALSE(std::filesystem::exists(key_file()));
  EXPECT_EQ(failure(load()->unlock_unattended()), ErrorCode::wrong_credential);
  must(vault->add_key_file("again"));
  EXPECT_NE(test::read_file(key_file()), before);
  EXPECT_TRUE(load()->unlock_unattended());
}

TEST_F(VaultSlots, AfterAChangeOfMachineANewKeyFileSlotUsesTheFile) {
  make();
  machine[0] = 1;
  auto vault = load();
  must(vault->unlock_with_recovery_code(code));
  must(vault->add_key_file("new machine"));
  EXPECT_TRUE(load()->unlock_unattended());
  machine[0] = 0x5a;
  EXPECT_TRUE(load()->unlock_unattended()) << "the old slot is untouched";
}

TEST_F(VaultSlots, EveryChangeIsANewGenerationInBothCopies) {
  const auto vault = make();
  for (std::uint64_t generation = 2; generation < 6; ++generation) {
    must(vault->add_recovery("r"));
    EXPECT_EQ(vault->header_report().generation, generation);
    EXPECT_EQ(test::read_file(a()), test::read_file(b()));
  }
  EXPECT_EQ(load()->header_report().generation, 5u);
}

TEST_F(VaultSlots, ChangesLeaveSealedDataAlone) {
  const auto vault = make();
  const Bytes item = seal(*vault, k_head, "value");
  must(vault->add_recovery("r"));
  must(vault->remove_slot(id_of(*vault, SlotType::key_file)));
  EXPECT_EQ(must(open(*vault, k_head, item)), "value");
}

TEST_F(VaultSlots, LabelsAndTheNumberOfSlotsAreBounded) {
  const auto vault = make();
  EXPECT_EQ(failure(vault->add_recovery(std::string(65, 'x'))), ErrorCode::invalid_argument);
  EXPECT_EQ(failure(vault->add_recovery("\x1b[31m")), ErrorCode::invalid_argument);
  EXPECT_EQ(failure(vault->add_key_file("\xff")), ErrorCode::invalid_argument);
  EXPECT_EQ(failure(vault->add_passphrase(secret(""), "x")), ErrorCode::invalid_argument);
  while (vault->slots().size() < 32) must(vault->add_recovery("r"));
  EXPECT_EQ(failure(vault->add_recovery("r")), ErrorCode::too_large);
  EXPECT_TRUE(load()->unlock_unattended());
}

}  // namespace
}  // namespace strongroom::vault
