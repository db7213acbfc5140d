#include "daemon/vault/wrap.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include <algorithm>

namespace strongroom::vault {
namespace {

Bytes counting(std::size_t n, unsigned first) {
  Bytes bytes(n);
  for (std::size_t i = 0; i < n; ++i) bytes[i] = static_cast<Byte>(first + i);
  return bytes;
}

const Bytes k_wrapping = counting(32, 0);
const Bytes k_key = counting(32, 0x80);
const Bytes k_ad(as_bytes("associated data").begin(), as_bytes("associated data").end());

// draft-irtf-cfrg-xchacha-03, appendix A.3.1.
TEST(XChaCha20Poly1305, GivesTheVectorOfTheDraft) {
  const std::string_view plain =
      "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, sunscreen would be "
      "it.";
  const Bytes ad = *from_hex("50515253c0c1c2c3c4c5c6c7");
  Bytes sealed(plain.size() + k_tag_size);
  crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.data(), nullptr, as_bytes(plain).data(), plain.size(), ad.data(),
                                             ad.size(), nullptr, counting(24, 0x40).data(), counting(32, 0x80).data());
  EXPECT_EQ(
      to_hex(sealed),
      "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c21"
      "6cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9768812f615c68b"
      "13b52ec0875924c1c7987947deafd8780acf49");
}

// Computed with hashlib.blake2b and nacl.bindings from docs/format.md, "Wrap": nonce 40..57, wrapping key 00..1f,
// key 80..9f.
TEST(Wrap, OpensWhatPythonWrapped) {
  const Bytes wrapped = *from_hex(
      "404142434445464748494a4b4c4d4e4f5051525354555657373d1b2c609cd3e17665f82db4599e8ea1713495c3338416482c7f45df3beddc"
      "1d"
      "eee51f12850515ad8188b2f5001ff6f0e97a6e66c8573c2fc41bcf1e4c5b585113d9763deb55d179668da193c52f6b");
  Bytes key(32);
  ASSERT_TRUE(unwrap(k_wrapping, k_ad, std::span<const Byte, k_wrapped_size>(wrapped), key));
  EXPECT_EQ(key, k_key);
}

TEST(Wrap, OpensOnlyWithItsKeyAndItsAssociatedData) {
  WrappedKey wrapped;
  wrap(k_wrapping, k_ad, k_key, wrapped);
  Bytes key(32);
  EXPECT_TRUE(unwrap(k_wrapping, k_ad, wrapped, key));
  EXPECT_EQ(key, k_key);
  EXPECT_FALSE(unwrap(k_key, k_ad, wrapped, key));
  EXPECT_EQ(key, Bytes(32)) << "a key that does not open leaves nothing";
  EXPECT_FALSE(unwrap(k_wrapping, {}, wrapped, key));
}

TEST(Wrap, EveryBitIsAuthenticated) {
  WrappedKey wrapped;
  wrap(k_wrapping, k_ad, k_key, wrapped);
  Bytes key(32);
  for (std::size_t bit = 0; bit < wrapped.size() * 8; ++bit) {
    WrappedKey other = wrapped;
    other[bit / 8] = static_cast<Byte>(other[bit / 8] ^ 1u << bit % 8);
    EXPECT_FALSE(unwrap(k_wrapping, k_ad, other, key)) << bit;
  }
}

TEST(Wrap, TwoWrapsOfOneKeyShareNothing) {
  WrappedKey first;
  WrappedKey second;
  wrap(k_wrapping, k_ad, k_key, first);
  wrap(k_wrapping, k_ad, k_key, second);
  EXPECT_FALSE(std::equal(first.begin(), first.begin() + k_nonce_size, second.begin()));
  EXPECT_FALSE(std::equal(first.end() - 48, first.end(), second.end() - 48));
}

TEST(Wrap, NewKeysDifferAndOpen) {
  WrappedKey wrapped;
  Bytes first(32);
  Bytes second(32);
  Bytes opened(32);
  wrap_new(k_wrapping, k_ad, second, wrapped);
  wrap_new(k_wrapping, k_ad, first, wrapped);
  EXPECT_NE(first, second);
  ASSERT_TRUE(unwrap(k_wrapping, k_ad, wrapped, opened));
  EXPECT_EQ(opened, first);
}

}  // namespace
}  // namespace strongroom::vault
