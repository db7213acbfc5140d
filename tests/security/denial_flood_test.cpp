// Nobody fills the disk with denials, and an administrator can still lock and look after the log.
#include <gtest/gtest.h>

#include <strongroom/protocol/methods/audit.h>

#include "tests/support/eventually.h"
#include "tests/support/raw_socket.h"
#include "tests/support/secrets.h"
#include "tests/support/test_daemon.h"

namespace strongroom::tests {
namespace {

TEST(DenialFlood, IsCountedAndDoesNotFillTheDisk) {
  TestDaemon daemon;
  daemon.start();
  auto client = daemon.client();
  ASSERT_TRUE(put(client, "a", "1"));
  ASSERT_TRUE(client.call<protocol::vault::Lock>({}));
  const auto before = status_of(client).audit.value().entries;
  constexpr int k_flood = 50'000;
  RawSocket socket(daemon.socket());
  std::string calls;
  for (int i = 0; i < 100; ++i)
    calls += std::string(R"({"method":"io.strongroom.Secret.Get","parameters":{"path":"a"}})") + '\0';
  for (int i = 0; i < k_flood / 100; ++i) {
    ASSERT_TRUE(socket.send(calls));
    for (int k = 0; k < 100; ++k) ASSERT_TRUE(socket.receive());
  }
  EXPECT_LT(status_of(client).audit.value().entries - before, 300);
  ASSERT_TRUE(client.call<protocol::vault::Unlock>({}));
  std::int64_t counted = 0;
  EXPECT_TRUE(eventually([&] {
    protocol::audit::ListRequest request;
    request.decision = protocol::audit::Decision::denied;
    request.limit = 1000;
    counted = 0;
    const auto listed = client.call<protocol::audit::List>(request).value();
    for (const auto& event : listed.events) counted += event.count.value_or(1);
    return counted == k_flood;
  })) << counted
      << " of " << k_flood;
  EXPECT_TRUE(client.call<protocol::vault::Lock>({}));
  EXPECT_TRUE(client.call<protocol::vault::Unlock>({}));
  EXPECT_TRUE(client.call<protocol::audit::Archive>({.before_ms = 1}));
}

}  // namespace
}  // namespace strongroom::tests
