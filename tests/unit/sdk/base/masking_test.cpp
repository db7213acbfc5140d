#include <gtest/gtest.h>

#include <strongroom/base/masking.h>

namespace strongroom {
namespace {

TEST(Masking, KeysOfKnownFormsKeepTheirEnds) {
  EXPECT_EQ(mask_secrets("key sk-abcdefghijklmnopqrstuvwx used"), "key sk-***uvwx used");
  EXPECT_EQ(mask_secrets("sk-ant-api03-abcdefghijklmnopqrstuvwx"), "sk-ant-***uvwx");
  EXPECT_EQ(mask_secrets("(AIzaSyA-1234567890abcdefghijklmnopqrs)"), "(AIza***pqrs)");
}

TEST(Masking, MembersAreHiddenByTheirNames) {
  EXPECT_EQ(mask_secrets(R"({"apiKey":"abcdefghijkl"})"), R"({"apiKey":"abc***ijkl"})");
  EXPECT_EQ(mask_secrets(R"({"api_key": "short"})"), R"({"api_key": "***"})");
  EXPECT_EQ(mask_secrets("password=hunter2"), "password=***");
  EXPECT_EQ(mask_secrets("PASSPHRASE: a b c"), "PASSPHRASE: ***");
  EXPECT_EQ(mask_secrets(R"("client_secret":"x",n)"), R"("client_secret":"***",n)");
}

TEST(Masking, TokensUrlsAndPemAreHidden) {
  EXPECT_EQ(mask_secrets("Bearer abcdefgh12345"), "Bearer ***");
  EXPECT_EQ(mask_secrets("postgres://shop:wonderland@db/shop"), "postgres://shop:***@db/shop");
  EXPECT_EQ(mask_secrets("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln"), "***");
  EXPECT_EQ(mask_secrets("x -----BEGIN PRIVATE KEY-----\nMIIE"), "x -----BEGIN ***");
  EXPECT_EQ(mask_secrets("got Xk3jF9sLq2Wm8Zr5Tb7Nc1Vd4Hg6PyAa today"), "got *** today");
}

TEST(Masking, OrdinaryTextStaysAsItIs) {
  for (const char* text : {"ready, version 0.1.0", "/home/user/.local/share/strongroom/store.db",
                           "the key file is missing", "store e1396fe3ef055bc46492db2aab566ce0", "sk-short", "a: b", ""})
    EXPECT_EQ(mask_secrets(text), text);
}

}  // namespace
}  // namespace strongroom
