// A template gets its values, or nothing happens.
#include <gtest/gtest.h>

#include <fstream>

#include "tests/support/cli.h"

namespace strongroom::tests {
namespace {

class Inject : public testing::Test {
 protected:
  void SetUp() override {
    daemon_.start();
    ASSERT_EQ(run_cli(daemon_, {"secret", "set", "app/key"}, "k-1").exit_code, 0);
    ASSERT_EQ(run_cli(daemon_, {"secret", "set", "app/key"}, "k-2").exit_code, 0);
    ASSERT_EQ(run_cli(daemon_, {"secret", "set", "a b/c", "--field", "user name"}, "me").exit_code, 0);
  }

  std::string path(const std::string& name) const { return (daemon_.folder() / name).string(); }

  TestDaemon daemon_;
};

TEST_F(Inject, FillsReferencesAndLeavesOtherBraces) {
  const auto outcome = run_cli(daemon_, {"inject"},
                               "key={{ strongroom://app/key }}\nold={{strongroom://app/key?version=1}}\n"
                               "user={{\tstrongroom://a%20b/c#user%20name\t}}!\n{{ other }} {{{ }} {{ a }}{{ "
                               "strongroom://app/key }}\n");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.errors;
  EXPECT_EQ(outcome.output, "key=k-2\nold=k-1\nuser=me!\n{{ other }} {{{ }} {{ a }}k-2\n");
}

TEST_F(Inject, NeedsNoDaemonForATemplateWithoutReferences) {
  TestDaemon none;
  EXPECT_EQ(run_cli(none, {"inject"}, "plain {{ text }}\n").output, "plain {{ text }}\n");
}

TEST_F(Inject, WritesNothingWhenOneReferenceFailsAndNamesItsLine) {
  const auto missing = run_cli(daemon_, {"inject", "--out", path("out")},
                               "a={{ strongroom://app/key }}\nb={{ strongroom://app/none }}\n");
  EXPECT_EQ(missing.exit_code, 3);
  EXPECT_NE(missing.errors.find("line 2"), std::string::npos) << missing.errors;
  EXPECT_NE(missing.errors.find("app/none"), std::string::npos) << missing.errors;
  EXPECT_EQ(missing.errors.find("k-2"), std::string::npos) << missing.errors;
  EXPECT_FALSE(std::filesystem::exists(path("out")));
  const auto open = run_cli(daemon_, {"inject"}, "\n\n{{ strongroom://app/key\n}}");
  EXPECT_EQ(open.exit_code, 2);
  EXPECT_EQ(open.output, "");
  EXPECT_NE(open.errors.find("line 3"), std::string::npos) << open.errors;
}

TEST_F(Inject, TheFileIsForItsOwnerAloneAndIsNotReplacedUnasked) {
  std::ofstream(path("in")) << "{{ strongroom://app/key }}";
  ASSERT_EQ(run_cli(daemon_, {"inject", "--in", path("in"), "--out", path("out")}).exit_code, 0);
  EXPECT_EQ(std::filesystem::status(path("out")).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  EXPECT_EQ(run_cli(daemon_, {"inject", "--in", path("in"), "--out", path("out")}).exit_code, 7);
  EXPECT_EQ(run_cli(daemon_, {"inject", "--in", path("in"), "--out", path("out"), "--force"}).exit_code, 0);
  EXPECT_EQ(run_cli(daemon_, {"inject", "--in", path("none")}).exit_code, 3);
  std::size_t left = 0;
  for (const auto& entry : std::filesystem::directory_iterator(daemon_.folder()))
    if (entry.path().filename().string().starts_with("out")) ++left;
  EXPECT_EQ(left, 1u) << "a temporary file was left";
}

}  // namespace
}  // namespace strongroom::tests
