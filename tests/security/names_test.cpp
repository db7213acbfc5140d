// What lies in the data folder names nothing.
#include <gtest/gtest.h>

#include "tests/security/canary.h"
#include "tests/support/secrets.h"
#include "tests/support/test_daemon.h"

namespace strongroom::tests {
namespace {

TEST(Names, NoFileHoldsAPathAFolderOrAField) {
  TestDaemon daemon({"--log-level", "debug", "--log-target", "file"});
  daemon.start();
  Needles needles;
  const std::string folder = random_text(24);
  const std::string name = random_text(24);
  const std::string field = random_text(24);
  for (const std::string& word : {folder, name, field}) needles.add("a name", word);
  {
    auto client = daemon.client();
    ASSERT_TRUE(client.call<wire::Put>(put_request(folder + "/" + name, "value", field)));
    ASSERT_TRUE(client.call<wire::Put>(put_request(folder + "/" + name, std::string(6000, 'v'), field)));
    ASSERT_TRUE(client.call<wire::List>({}));
    ASSERT_TRUE(client.call<wire::Delete>({.path = folder + "/" + name}));
  }
  for (const auto& line : find_in_files(daemon.folder(), needles)) ADD_FAILURE() << "while it runs: " << line;
  daemon.stop();
  for (const auto& line : find_in_files(daemon.folder(), needles)) ADD_FAILURE() << "when it has stopped: " << line;
}

}  // namespace
}  // namespace strongroom::tests
