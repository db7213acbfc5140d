#include "daemon/vault/slot_shares.h"

#include "tests/unit/daemon/vault/support.h"

namespace strongroom::vault {
namespace {

using test::failure;
using test::must;
using test::secret;

const SlotId k_slot{1, 2, 3};

class SlotShares : public ::testing::Test {
 protected:
  // The lines of the shares whose bits are set.
  static Secret chosen(const std::vector<Secret>& shares, unsigned bits) {
    std::string text;
    for (std::size_t i = 0; i < shares.size(); ++i)
      if ((bits >> i & 1) != 0) text += test::text_of(shares[i]) + "\n";
    return secret(text);
  }

  Result<Key> join(const SharePlan& plan, const Secret& texts) { return join_shares(*arena_, plan, k_slot, texts); }

  const std::unique_ptr<KeyArena> arena_ = must(KeyArena::make(KeyArena::Locking::allow_unlocked));
  const Bytes secret_ = [] {
    Bytes bytes(32);
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<Byte>(i * 8 + 5);
    return bytes;
  }();
};

TEST_F(SlotShares, AnyEnoughOfThemGiveTheSecretAndFewerDoNot) {
  for (const SharePlan plan : {SharePlan{2, 2}, SharePlan{2, 5}, SharePlan{3, 5}, SharePlan{5, 6}}) {
    const auto shares = split_secret(secret_, plan, k_slot);
    ASSERT_EQ(shares.size(), plan.made);
    for (unsigned bits = 1; bits < 1u << plan.made; ++bits) {
      const auto joined = join(plan, chosen(shares, bits));
      if (static_cast<unsigned>(__builtin_popcount(bits)) < plan.needed)
        EXPECT_EQ(failure(joined), ErrorCode::wrong_credential);
      else
        EXPECT_TRUE(joined && std::ranges::equal(joined->view(), secret_)) << bits;
    }
  }
  const SharePlan most{16, 16};
  EXPECT_TRUE(
      std::ranges::equal(must(join(most, chosen(split_secret(secret_, most, k_slot), 0xffff))).view(), secret_));
}

// What one share fewer says: any secret is as likely. Two splittings of one secret have nothing in common.
TEST_F(SlotShares, AreNewEachTime) {
  const auto one = split_secret(secret_, {2, 2}, k_slot);
  const auto other = split_secret(secret_, {2, 2}, k_slot);
  EXPECT_NE(test::text_of(one[0]), test::text_of(other[0]));
  const Secret mixed = secret(test::text_of(one[0]) + "\n" + test::text_of(other[1]));
  EXPECT_FALSE(std::ranges::equal(must(join({2, 2}, mixed)).view(), secret_));
}

TEST_F(SlotShares, AreReadAsPeopleTypeThem) {
  const SharePlan plan{2, 3};
  const auto shares = split_secret(secret_, plan, k_slot);
  std::string typed;
  for (const char c : test::text_of(shares[0])) typed += c == '-' ? ' ' : static_cast<char>(std::tolower(c));
  EXPECT_TRUE(join(plan, secret("\n  " + typed + " \r\n\n" + test::text_of(shares[2]))));
  EXPECT_TRUE(join(plan, secret(typed + "," + test::text_of(shares[1]) + ";")));
  std::string wrong = test::text_of(shares[0]);
  wrong[3] = wrong[3] == '7' ? '8' : '7';
  for (const std::string& text :
       {wrong, typed + typed, typed.substr(1), std::string(), typed + "\n" + typed, std::string("u") + typed})
    EXPECT_EQ(failure(join(plan, secret(text + "\n" + test::text_of(shares[1]) + (text.empty() ? "\nx" : "")))),
              ErrorCode::invalid_argument)
        << text;
  EXPECT_EQ(failure(join(plan, secret("\n"))), ErrorCode::invalid_argument);
}

TEST_F(SlotShares, OfAnotherSlotAreTold) {
  const auto other = split_secret(secret_, {2, 2}, SlotId{9, 9});
  const auto joined = join({2, 2}, chosen(other, 3));
  ASSERT_EQ(failure(joined), ErrorCode::wrong_credential);
  EXPECT_EQ(joined.error().message, "a share belongs to another slot");
}

TEST(SharePlans, HaveBounds) {
  for (const SharePlan plan : {SharePlan{0, 0}, SharePlan{1, 3}, SharePlan{4, 3}, SharePlan{2, 17}})
    EXPECT_EQ(failure(check_plan(plan)), ErrorCode::invalid_argument);
  EXPECT_EQ(failure(parse_shares_parameters(Bytes{1, 1})), ErrorCode::corrupt);
  EXPECT_EQ(failure(parse_shares_parameters(Bytes{2})), ErrorCode::corrupt);
  EXPECT_EQ(must(parse_shares_parameters(shares_parameters({3, 5}))).made, 5u);
}

}  // namespace
}  // namespace strongroom::vault
