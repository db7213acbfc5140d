// Header copies damaged, lost, exchanged and changed on purpose.
#include <sys/stat.h>

#include <strongroom/base/derive.h>
#include "tests/unit/daemon/vault/support.h"

namespace strongroom::vault {
namespace {

using test::failure;
using test::k_head;
using test::must;
using test::read_file;
using test::write_file;

class VaultHeader : public test::VaultFixture {
 protected:
  // The bytes with bit `bit` flipped, and a checksum that fits when `forge`.
  static Bytes flipped(Bytes bytes, std::size_t bit, bool forge) {
    bytes[bit / 8] = static_cast<Byte>(bytes[bit / 8] ^ 1u << bit % 8);
    if (forge)
      checksum("SRM/header-checksum/v1", {BytesView(bytes).first(bytes.size() - 32)}, MutableBytes(bytes).last(32));
    return bytes;
  }

  // Where the label of the first slot begins: a place that no key is bound to and only the MAC protects.
  static constexpr std::size_t k_label_bit = (8 + 2 + 2 + 1 + 12 + 16 + 8 + 8 + 2 + 8 + 1 + 4) * 8;
};

TEST_F(VaultHeader, EveryFlippedBitOfBothCopiesIsAnError) {
  make();
  const Bytes good = read_file(a());
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    const Bytes bad = flipped(good, bit, false);
    write_file(a(), bad);
    write_file(b(), bad);
    ASSERT_EQ(failure(try_load()), ErrorCode::corrupt) << bit;
  }
}

TEST_F(VaultHeader, EveryBitForgedInBothCopiesNeverUnlocks) {
  make();
  const Bytes good = read_file(a());
  for (std::size_t bit = 0; bit < (good.size() - 32) * 8; ++bit) {
    const Bytes bad = flipped(good, bit, true);
    write_file(a(), bad);
    write_file(b(), bad);
    auto vault = try_load();
    if (!vault) continue;
    ASSERT_FALSE((*vault)->unlock_unattended()) << bit;
    ASSERT_FALSE((*vault)->unlock_with_recovery_code(code)) << bit;
    ASSERT_EQ((*vault)->state(), State::locked);
  }
  EXPECT_TRUE(arena->is_blank());
}

TEST_F(VaultHeader, OneDamagedLostOrTornCopyIsRestoredAfterUnlockAndReported) {
  make();
  const Bytes good = read_file(a());
  for (const auto& copy : {a(), b()})
    for (int way = 0; way < 3; ++way) {
      if (way == 0) write_file(copy, flipped(good, 777, false));
      if (way == 1) std::filesystem::remove(copy);
      if (way == 2) write_file(copy, BytesView(good).first(good.size() / 2));
      const auto vault = load();
      EXPECT_NE(vault->header_report().problem, "");
      EXPECT_TRUE(way == 1 ? !std::filesystem::exists(copy) : read_file(copy) != good) << "not before unlock";
      must(vault->unlock_unattended());
      EXPECT_NE(vault->header_report().problem.find("has been restored"), std::string::npos)
          << vault->header_report().problem;
      EXPECT_EQ(read_file(copy), good);
      EXPECT_EQ(load()->header_report().problem, "");
    }
}

TEST_F(VaultHeader, EveryTruncationOfOneCopyOpensFromTheOther) {
  make();
  const Bytes good = read_file(a());
  for (std::size_t size = 0; size < good.size(); ++size) {
    write_file(a(), BytesView(good).first(size));
    const auto vault = load();
    ASSERT_EQ(vault->state(), State::locked) << size;
    ASSERT_EQ(vault->header_report().problem, "header copy a is damaged") << size;
  }
}

TEST_F(VaultHeader, ACopyForgedOnPurposeIsPassedOverAndRestored) {
  make();
  const Bytes good = read_file(a());
  write_file(a(), flipped(good, k_label_bit, true));
  const auto vault = load();
  must(vault->unlock_unattended());
  EXPECT_NE(vault->header_report().problem.find("changed outside"), std::string::npos)
      << vault->header_report().problem;
  EXPECT_EQ(read_file(a()), good);
}

TEST_F(VaultHeader, ForgedInBothCopiesIsTampered) {
  make();
  const Bytes bad = flipped(read_file(a()), k_label_bit, true);
  write_file(a(), bad);
  write_file(b(), bad);
  EXPECT_EQ(failure(load()->unlock_unattended()), ErrorCode::tampered);
  EXPECT_EQ(read_file(a()), bad) << "nothing is restored without an authentic copy";
}

// A forger raises the generation so that the forged copy is tried first.
TEST_F(VaultHeader, AForgedGenerationWinsNothing) {
  make();
  const Bytes good = read_file(a());
  const std::size_t generation_bit = (8 + 2 + 2 + 1 + 12 + 16 + 8) * 8;
  write_file(b(), flipped(good, generation_bit + 60, true));
  const auto vault = load();
  must(vault->unlock_unattended());
  EXPECT_EQ(vault->header_report().generation, 1u);
  EXPECT_EQ(read_file(b()), good);
  must(vault->add_recovery("r"));
  EXPECT_EQ(vault->header_report().generation, 2u);
}

// The same, with every slot of the newer copy made useless: the older copy's root key shows that the newer one is
// false.
TEST_F(VaultHeader, ANewerCopyWhoseSlotsWereSpoiledIsPassedOver) {
  make();
  const Bytes good = read_file(a());
  const std::size_t generation_bit = (8 + 2 + 2 + 1 + 12 + 16 + 8) * 8;
  Bytes bad = flipped(good, generation_bit + 60, true);
  const std::size_t first_slot = generation_bit / 8 + 8 + 2;
  bad = flipped(bad, first_slot * 8, true);
  const std::size_t label = first_slot + 8 + 1 + 4;
  const std::size_t second_slot = label + std::string_view("recovery code").size() + 8 + 4 + 104;
  bad = flipped(bad, second_slot * 8, true);
  write_file(a(), bad);
  const auto vault = load();
  must(vault->unlock_unattended());
  EXPECT_EQ(read_file(a()), good);
}

TEST_F(VaultHeader, AnOldCopyPutBackIsReplacedByTheNewest) {
  auto vault = make();
  const Bytes old = read_file(a());
  must(vault->add_recovery("r"));
  const Bytes newest = read_file(a());
  for (const auto& copy : {a(), b()}) {
    write_file(copy, old);
    vault = load();
    EXPECT_EQ(vault->header_report().generation, 2u);
    EXPECT_NE(vault->header_report().problem.find("not the newest"), std::string::npos);
    must(vault->unlock_unattended());
    EXPECT_EQ(read_file(copy), newest);
  }
}

// What a crash between the two renames leaves. The slot is gone in the newer copy; its credential opens the older one.
TEST_F(VaultHeader, ACredentialRemovedInTheNewerCopyOpensNothing) {
  auto vault = make();
  const auto added = must(vault->add_recovery("r"));
  const Bytes older = read_file(b());
  must(vault->remove_slot(added.id));
  const Bytes newer = read_file(a());
  write_file(b(), older);
  vault = load();
  EXPECT_EQ(failure(vault->unlock_with_recovery_code(added.code)), ErrorCode::wrong_credential);
  EXPECT_EQ(read_file(a()), newer) << "the older copy has not taken over";
  must(vault->unlock_unattended());
  EXPECT_EQ(read_file(b()), newer);
  EXPECT_EQ(vault->slots().size(), 2u);
}

// Both copies: nothing in the folder can tell; the generation can, to whoever remembers a newer one.
TEST_F(VaultHeader, AnOldHeaderPutBackShowsItsGeneration) {
  auto vault = make();
  const Bytes old = read_file(a());
  must(vault->add_recovery("r"));
  write_file(a(), old);
  write_file(b(), old);
  vault = load();
  must(vault->unlock_unattended());
  EXPECT_EQ(vault->header_report().generation, 1u);
}

TEST_F(VaultHeader, AnotherStoresHeaderOpensNothing) {
  make();
  const Secret first_code = code.clone();
  const Bytes first = read_file(a());
  std::filesystem::remove(a());
  std::filesystem::remove(b());
  auto vault = make();
  const Bytes item = seal(*vault, k_head, "value");
  write_file(a(), first);
  write_file(b(), first);
  vault = load();
  EXPECT_EQ(failure(vault->unlock_with_recovery_code(code)), ErrorCode::wrong_credential);
  must(vault->unlock_with_recovery_code(first_code));
  EXPECT_EQ(failure(open(*vault, k_head, item)), ErrorCode::tampered);
}

TEST_F(VaultHeader, ACopyOfANewerFormatIsNeverPassedOver) {
  make();
  write_file(a(), flipped(read_file(a()), 8 * 8 + 1, true));
  const Bytes newer = read_file(a());
  EXPECT_EQ(failure(try_load()), ErrorCode::unsupported);
  EXPECT_EQ(read_file(a()), newer);
}

TEST_F(VaultHeader, ACopyOthersMayReadIsUntrusted) {
  make();
  ::chmod(b().c_str(), 0640);
  EXPECT_EQ(failure(try_load()), ErrorCode::untrusted);
  ::chmod(b().c_str(), 0600);
  EXPECT_TRUE(try_load());
  std::filesystem::rename(a(), folder.path() / "elsewhere");
  std::filesystem::create_symlink(folder.path() / "elsewhere", a());
  EXPECT_EQ(failure(try_load()), ErrorCode::untrusted);
}

TEST_F(VaultHeader, ACopyOfAnotherUserIsUntrusted) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give a file away";
  make();
  ASSERT_EQ(::chown(a().c_str(), 65534, 65534), 0);
  EXPECT_EQ(failure(try_load()), ErrorCode::untrusted);
}

TEST_F(VaultHeader, AKeyFileOthersMayReadIsUntrusted) {
  make();
  ::chmod(key_file().c_str(), 0404);
  const auto vault = load();
  EXPECT_EQ(failure(vault->unlock_unattended()), ErrorCode::untrusted);
  EXPECT_EQ(vault->state(), State::locked);
}

}  // namespace
}  // namespace strongroom::vault
