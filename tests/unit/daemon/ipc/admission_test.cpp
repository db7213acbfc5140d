#include "daemon/ipc/admission.h"

#include <gtest/gtest.h>

namespace strongroom::ipc {
namespace {

constexpr uid_t k_owner = 1234;
constexpr uid_t k_overflow = 65534;  // whoever a user namespace does not know

Admission admission(bool root) {
  return {{.owner = k_owner, .root = root}, [] { return protocol::service::StoreState::unlocked; }};
}

Status admit(const Admission& to, uid_t user) {
  return to.admit_peer(Caller{user, 1});
}

TEST(Admission, AUsersDaemonServesItsUserAloneAndSaysNothingToOthers) {
  const Admission own = admission(false);
  EXPECT_TRUE(admit(own, k_owner));
  for (const uid_t other : {uid_t{0}, k_owner + 1, k_overflow})
    EXPECT_EQ(admit(own, other).error().code, ErrorCode::denied) << other;
  EXPECT_FALSE(own.says_no());
}

TEST(Admission, TheMachinesDaemonServesRootBesidesItsUserAndTellsOthersWhy) {
  const Admission machine = admission(true);
  EXPECT_TRUE(admit(machine, k_owner));
  EXPECT_TRUE(admit(machine, 0));
  EXPECT_TRUE(machine.says_no());
  for (const uid_t other : {k_owner + 1, k_overflow}) {
    const Status refused = admit(machine, other);
    ASSERT_FALSE(refused) << other;
    EXPECT_EQ(refused.error().code, ErrorCode::denied);
    EXPECT_NE(refused.error().message.find("serves root alone: use sudo"), std::string::npos)
        << refused.error().message;
  }
}

}  // namespace
}  // namespace strongroom::ipc
