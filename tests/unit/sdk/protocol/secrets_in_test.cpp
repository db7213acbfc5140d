#include <gtest/gtest.h>

#include <strongroom/protocol/methods/secret.h>
#include <strongroom/protocol/methods/vault.h>
#include <strongroom/protocol/secrets_in.h>

namespace strongroom::protocol {
namespace {

template <class T>
std::vector<std::string> found_in(const T& value) {
  std::vector<std::string> out;
  for_each_secret(value, [&](const Secret& secret) { out.emplace_back(secret.reveal_text(RevealReason::test)); });
  return out;
}

static_assert(may_hold_secrets_v<secret::GetResponse> && may_hold_secrets_v<secret::GetManyResponse>);
static_assert(may_hold_secrets_v<secret::PutRequest> && may_hold_secrets_v<vault::UnlockRequest>);
static_assert(!may_hold_secrets_v<secret::ListResponse> && !may_hold_secrets_v<service::StatusResponse>);

TEST(SecretsIn, AreFoundInOptionalFieldsMapsAndLists) {
  vault::UnlockRequest unlock;
  EXPECT_TRUE(found_in(unlock).empty());
  unlock.passphrase = Secret(as_bytes("typed"));
  EXPECT_EQ(found_in(unlock), std::vector<std::string>{"typed"});
  secret::GetManyResponse many;
  for (const char* value : {"one", "two"})
    many.items.emplace_back().fields_.emplace().push_back({"value", Secret(as_bytes(value))});
  EXPECT_EQ(found_in(many), (std::vector<std::string>{"one", "two"}));
}

}  // namespace
}  // namespace strongroom::protocol
