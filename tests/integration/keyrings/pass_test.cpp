// The store of a real `pass`, decrypted by a real gpg.
#include "tests/integration/keyrings/keyring_house.h"
#include "tests/support/pass_store.h"

namespace strongroom::tests {
namespace {

class PassImport : public KeyringHouse {
 protected:
  std::filesystem::path folder() const { return daemon_.folder() / "pass"; }
};

TEST_F(PassImport, EntriesComeAlongWithFieldsAndNotes) {
  const PassStore store(folder());
  store.insert("web/shop", "first line\nlogin: ann\nurl: https://shop.example\nremember the milk\n");
  store.insert("mail", "hush");
  store.insert("otp", "pw\notpauth://totp/a?secret=ABC\n");
  store.insert("a:b [c] *", "odd");
  const auto dry = import({"--from", "pass", "--dry-run"}, store.environment());
  EXPECT_EQ(dry.exit_code, 0) << dry.errors;
  EXPECT_TRUE(holds(dry.output, "pass/web/shop")) << dry.output;
  EXPECT_EQ(listing(), "");
  const auto done = import({"--from", "pass"}, store.environment());
  EXPECT_EQ(done.exit_code, 0) << done.errors;
  EXPECT_TRUE(holds(done.output, "Stored 4 of 4 (4 new")) << done.output;
  EXPECT_FALSE(holds(done.output + done.errors, "hush"));
  EXPECT_EQ(read("pass/web/shop"), "first line");
  EXPECT_EQ(read("pass/web/shop#login"), "ann");
  EXPECT_EQ(read("pass/web/shop#notes"), "remember the milk");
  EXPECT_EQ(read("pass/otp#otp"), "otpauth://totp/a?secret=ABC");
  EXPECT_EQ(read("pass/a:b [c] *"), "odd");
  EXPECT_TRUE(holds(metadata("pass/mail"), "\"imported-from\":\"pass\"")) << metadata("pass/mail");
  const auto again = import({"--from", "pass", store.path().string()}, store.environment());
  EXPECT_EQ(again.exit_code, 0) << again.errors;
  EXPECT_TRUE(holds(again.output, "4 unchanged")) << again.output;
  const auto beside = import({"--from", "pass", store.path().string(), "--to", "p"}, store.environment());
  EXPECT_EQ(read("p/mail"), "hush");
  EXPECT_FALSE(holds(beside.errors, "still holds the values")) << beside.errors;
}

TEST_F(PassImport, WhatDoesNotOpenIsNamedAndTheOthersCome) {
  const PassStore store(folder());
  store.insert("good", "value");
  std::ofstream(store.path() / "broken.gpg") << "no file of gpg";
  const PassStore other(daemon_.folder() / "other");
  other.insert("foreign", "x");
  std::filesystem::copy_file(other.path() / "foreign.gpg", store.path() / "foreign.gpg");
  std::filesystem::create_directory_symlink(other.path(), store.path() / "linked");
  const auto done = import({"--from", "pass"}, store.environment());
  EXPECT_EQ(done.exit_code, 1) << done.output;
  EXPECT_EQ(read("pass/good"), "value");
  for (const char* said : {"pass/broken   failed  it is no file of gpg",
                           "pass/foreign  failed  gpg could not decrypt it: it lacks the secret key",
                           "pass/linked   failed  it is a link to a folder"})
    EXPECT_TRUE(holds(done.output, said)) << done.output;
}

TEST_F(PassImport, LinksThatLeadNowhereAreNamedAndHiddenEntriesCome) {
  const PassStore store(folder());
  store.insert(".netrc", "hidden");
  store.insert("folder.gpg/inside", "value");
  store.insert(".hidden/inside", "no entry that pass shows");
  std::filesystem::create_symlink("circle", store.path() / "circle");
  std::filesystem::create_symlink("ring.gpg", store.path() / "ring.gpg");
  std::filesystem::create_symlink("nowhere", store.path() / "lost.gpg");
  const auto done = import({"--from", "pass"}, store.environment());
  EXPECT_EQ(done.exit_code, 1) << done.output << done.errors;
  EXPECT_EQ(read("pass/.netrc"), "hidden");
  EXPECT_EQ(read("pass/folder.gpg/inside"), "value");
  for (const char* name : {"circle", "ring", "lost"})
    EXPECT_TRUE(holds(done.output, "pass/" + std::string(name))) << done.output;
  EXPECT_TRUE(holds(done.output, "Stored 2 of 5")) << done.output;
  EXPECT_TRUE(holds(done.output, "it cannot be read: Too many levels of symbolic links")) << done.output;
  EXPECT_TRUE(holds(done.output, "it cannot be read: No such file or directory")) << done.output;
  EXPECT_FALSE(holds(done.output, "link to a folder")) << done.output;
}

TEST_F(PassImport, WithoutAPassphraseNothingIsImportedAndTheRemedyIsSaid) {
  const PassStore store(folder(), "a passphrase");
  store.insert("one", "value");
  store.forget();
  const auto done = import({"--from", "pass"}, store.environment());
  EXPECT_NE(done.exit_code, 0) << done.output;
  EXPECT_TRUE(holds(done.errors, "gpg wanted its passphrase and got none")) << done.errors << done.output;
  EXPECT_EQ(listing(), "");
}

TEST_F(PassImport, WithoutAStoreOrGpgItIsSaid) {
  const auto none = import({"--from", "pass"});
  EXPECT_EQ(none.exit_code, 3);
  EXPECT_TRUE(holds(none.errors, "the password store cannot be read")) << none.errors;
  file("store/a.gpg", "x");
  const auto no_gpg = import({"--from", "pass", (daemon_.folder() / "store").string()}, {"PATH=/nowhere"});
  EXPECT_EQ(no_gpg.exit_code, 3);
  EXPECT_TRUE(holds(no_gpg.errors, "install gnupg")) << no_gpg.errors;
}

}  // namespace
}  // namespace strongroom::tests
