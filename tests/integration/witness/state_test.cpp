// The witness's folder: its key and what it has cosigned.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/integration/witness/witness_house.h"
#include "tests/support/text.h"

namespace strongroom::tests {
namespace {

using evidence::SampleLog;

mode_t mode_of(const std::filesystem::path& path) {
  struct stat info{};
  return lstat(path.c_str(), &info) == 0 ? info.st_mode & 0777 : 0;
}

TEST(WitnessKey, IsItsUsersAlone) {
  const WitnessHouse house;
  EXPECT_EQ(mode_of(house.state()), 0700u);
  EXPECT_EQ(mode_of(house.state() + "/key"), 0600u);
  EXPECT_EQ(house.vkey().type, evidence::k_cosignature_key);
}

TEST(WitnessKey, IsNotServedWithWhenOthersMayReadIt) {
  const WitnessHouse house;
  std::filesystem::permissions(house.state() + "/key", std::filesystem::perms(0640));
  const Outcome outcome = WitnessHouse::run({"serve", "--state", house.state(), "--listen", "127.0.0.1:0"});
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.errors, "strongroom-witness: key is not trusted: group or others have access to it\n");
}

TEST(WitnessKey, IsNoLink) {
  const WitnessHouse house;
  const std::filesystem::path key = house.state() + "/key";
  std::filesystem::rename(key, house.folder() / "elsewhere");
  std::filesystem::create_symlink(house.folder() / "elsewhere", key);
  EXPECT_EQ(house.run({"serve", "--state", house.state()}).exit_code, 1);
}

TEST(WitnessKey, IsNeverReplaced) {
  const WitnessHouse house;
  const std::string before = content(house.state() + "/key");
  EXPECT_EQ(house.run({"init", "--state", house.state(), "--name", "witness.example/w2"}).exit_code, 1);
  EXPECT_EQ(content(house.state() + "/key"), before);
}

TEST(WitnessKey, IsRefusedWhenItsFileIsNone) {
  const WitnessHouse house;
  const std::string path = house.state() + "/key";
  const std::string good = content(path);
  std::string other_name = good;
  other_name.replace(other_name.find("w1"), 2, "w2");
  for (const std::string& bad : {std::string(), std::string("\n"), good.substr(0, good.size() - 1), good + "\n",
                                 good.substr(0, 30) + "\n", other_name, std::string(5000, 'A')}) {
    std::ofstream(path, std::ios::trunc) << bad;
    EXPECT_EQ(house.run({"serve", "--state", house.state(), "--listen", "127.0.0.1:0"}).exit_code, 1) << bad;
  }
}

TEST(WitnessKey, HasANameThatAKeyMayHave) {
  const TemporaryFolder folder;
  for (const std::string name : {"", "a b", "a+b"})
    EXPECT_EQ(WitnessHouse::run({"init", "--state", folder.path() / "state", "--name", name}).exit_code, 2) << name;
}

TEST(WitnessState, IsKeptOverARestart) {
  WitnessHouse house;
  const SampleLog log(20);
  house.start();
  EXPECT_EQ(house.post(growth(log, 0, 12)).status, 200);
  EXPECT_EQ(house.stop().exit_code, 0);
  house.start();
  EXPECT_EQ(house.post(growth(log, 0, 20)).body, "12\n");
  EXPECT_EQ(house.post(growth(log, 12, 20)).status, 200);
}

TEST(WitnessState, IsASignedNoteThatItCosigned) {
  WitnessHouse house;
  const SampleLog log(20);
  house.start();
  ASSERT_EQ(house.post(growth(log, 0, 12)).status, 200);
  const auto note = evidence::Note::parse(content(house.log_folder() / "checkpoint")).value();
  EXPECT_TRUE(evidence::verify_note(note, house.vkey()));
  EXPECT_TRUE(evidence::verify_note(note, log_key().verifier));
}

TEST(WitnessState, StopsTheWitnessFromCosigningWhenItWasEdited) {
  WitnessHouse house;
  const SampleLog log(20);
  house.start();
  ASSERT_EQ(house.post(growth(log, 0, 12)).status, 200);
  const auto file = house.log_folder() / "checkpoint";
  const std::string good = content(file);
  std::string smaller = good;
  smaller.replace(smaller.find("\n12\n"), 4, "\n11\n");
  const auto not_cosigned = growth(log, 0, 5).checkpoint.serialize();
  for (const std::string& bad : {smaller, not_cosigned, std::string(), std::string("nothing\n")}) {
    std::ofstream(file, std::ios::trunc) << bad;
    EXPECT_EQ(house.post(growth(log, 12, 20)).status, 500) << bad;
    EXPECT_EQ(house.post(growth(log, 0, 20)).status, 500) << bad;
  }
  std::filesystem::remove(file);
  EXPECT_EQ(house.post(growth(log, 0, 20)).status, 500);
  // Trusting the log again does not make it new.
  ASSERT_EQ(house.trust(log_key()).exit_code, 0);
  EXPECT_EQ(house.post(growth(log, 0, 20)).status, 500);
  std::ofstream(file, std::ios::trunc) << good;
  std::filesystem::permissions(file, std::filesystem::perms(0600));
  EXPECT_EQ(house.post(growth(log, 12, 20)).status, 200);
}

TEST(WitnessState, OutlivesWhatACrashLeftBeside) {
  WitnessHouse house;
  const SampleLog log(20);
  std::ofstream(house.log_folder() / "checkpoint.new") << "half a no";
  house.start();
  EXPECT_EQ(house.post(growth(log, 0, 12)).status, 200);
  EXPECT_EQ(house.post(growth(log, 12, 20)).status, 200);
}

TEST(WitnessState, TrustsLogsAndNoWitnesses) {
  WitnessHouse house;
  EXPECT_EQ(house.run({"add", "--state", house.state(), house.vkey().text()}).exit_code, 2);
  EXPECT_EQ(house.run({"add", "--state", house.state(), "no key"}).exit_code, 2);
  EXPECT_EQ(house.run({"add", "--state", house.state() + "/none", log_key().verifier.text()}).exit_code, 1);
  EXPECT_EQ(house.trust(log_key()).output, "Trusts example.com/log.\n");
}

}  // namespace
}  // namespace strongroom::tests
