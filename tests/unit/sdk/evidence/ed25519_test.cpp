#include <strongroom/evidence/ed25519.h>

#include <gtest/gtest.h>

namespace strongroom::evidence {
namespace {

// RFC 8032, section 7.1, test 2.
const Bytes k_seed = from_hex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb").value();
const Bytes k_public = from_hex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c").value();
const Bytes k_message = {0x72};
const Bytes k_signature = from_hex(
                              "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                              "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00")
                              .value();

TEST(Ed25519, SignsAsTheStandardSays) {
  EXPECT_EQ(to_hex(Ed25519::public_key(k_seed).value()), to_hex(k_public));
  EXPECT_EQ(to_hex(Ed25519::sign(k_seed, k_message).value()), to_hex(k_signature));
  EXPECT_TRUE(ed25519_verify(k_public, k_message, k_signature));
}

TEST(Ed25519, RefusesEveryFlippedBit) {
  for (std::size_t bit = 0; bit < 8 * k_signature.size(); ++bit) {
    Bytes changed = k_signature;
    changed[bit / 8] ^= static_cast<Byte>(1 << bit % 8);
    EXPECT_FALSE(ed25519_verify(k_public, k_message, changed)) << bit;
  }
  EXPECT_FALSE(ed25519_verify(k_public, {}, k_signature));
}

TEST(Ed25519, RefusesOtherSizes) {
  EXPECT_EQ(Ed25519::sign(BytesView(k_seed).first(31), k_message).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(Ed25519::public_key({}).error().code, ErrorCode::invalid_argument);
  EXPECT_FALSE(ed25519_verify(BytesView(k_public).first(31), k_message, k_signature));
  EXPECT_FALSE(ed25519_verify(k_public, k_message, BytesView(k_signature).first(63)));
  EXPECT_FALSE(ed25519_verify({}, {}, {}));
}

TEST(Ed25519, RefusesAKeyOfSmallOrder) {
  // With the neutral element as key, the neutral element and zero would be a signature of everything.
  Bytes neutral(32);
  neutral[0] = 1;
  Bytes signature(64);
  signature[0] = 1;
  EXPECT_FALSE(ed25519_verify(neutral, k_message, signature));
}

}  // namespace
}  // namespace strongroom::evidence
