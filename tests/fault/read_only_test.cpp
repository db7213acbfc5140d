// No right to write: a start that says so, or a change that is refused and not half made.
#include <gtest/gtest.h>

#include <sys/stat.h>

#include "tests/support/ordinary_user.h"
#include "tests/support/secrets.h"
#include "tests/support/test_daemon.h"

namespace strongroom::tests {
namespace {

void expect_refused_start(TestDaemon& daemon) {
  daemon.launch();
  const Outcome outcome = daemon.wait();
  EXPECT_EQ(outcome.exit_code, 1) << outcome.errors;
  const bool named = outcome.errors.find("Permission denied") != std::string::npos ||
                     outcome.errors.find("cannot be opened for writing") != std::string::npos ||
                     outcome.errors.find("cannot be written") != std::string::npos;
  EXPECT_TRUE(named) << outcome.errors;
}

TEST(ReadOnly, AHomeThatCannotBeWrittenIsNamedAtStart) {
  if (passed_on_to_ordinary_user()) return;
  TestDaemon daemon;
  ASSERT_EQ(chmod(daemon.folder().c_str(), 0500), 0);
  expect_refused_start(daemon);
  ASSERT_EQ(chmod(daemon.folder().c_str(), 0700), 0);
  daemon.start();
}

TEST(ReadOnly, ADataFolderThatCannotBeWrittenLosesNothing) {
  if (passed_on_to_ordinary_user()) return;
  TestDaemon daemon;
  daemon.start();
  auto client = daemon.client();
  ASSERT_TRUE(put(client, "kept", "value"));
  daemon.stop();
  ASSERT_EQ(chmod(daemon.data().c_str(), 0500), 0);
  ASSERT_EQ(chmod((daemon.data() / "store.db").c_str(), 0400), 0);
  expect_refused_start(daemon);
  ASSERT_EQ(chmod(daemon.data().c_str(), 0700), 0);
  ASSERT_EQ(chmod((daemon.data() / "store.db").c_str(), 0600), 0);
  daemon.start();
  EXPECT_EQ(get(client, "kept").value(), "value");
  EXPECT_TRUE(put(client, "kept", "newer"));
}

TEST(ReadOnly, ASlotChangeIsRefusedByNameAndNotMade) {
  if (passed_on_to_ordinary_user()) return;
  TestDaemon daemon;
  daemon.start();
  auto client = daemon.client();
  ASSERT_TRUE(put(client, "kept", "value"));
  namespace vault = protocol::vault;
  ASSERT_EQ(chmod(daemon.data().c_str(), 0500), 0);
  const auto refused = client.call<vault::AddSlot>({.type = vault::SlotType::recovery, .passphrase = {}, .label = {}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::read_only) << refused.error().message;
  EXPECT_EQ(client.call<vault::ListSlots>({})->slots.size(), 1u);
  EXPECT_EQ(get(client, "kept").value(), "value");
  ASSERT_EQ(chmod(daemon.data().c_str(), 0700), 0);
  EXPECT_TRUE(client.call<vault::AddSlot>({.type = vault::SlotType::recovery, .passphrase = {}, .label = {}}));
}

}  // namespace
}  // namespace strongroom::tests
