// Vectors by /usr/bin/python3, with k = bytes(range(32)) and lp = lambda b: struct.pack('<I', len(b)) + b:
//   hashlib.blake2b(lp(label) + b''.join(map(lp, parts)), key=k, digest_size=n).hexdigest()
#include <strongroom/base/derive.h>

#include <gtest/gtest.h>

#include <numeric>

namespace strongroom {
namespace {

Bytes counting(std::size_t n, unsigned first = 0) {
  Bytes bytes(n);
  for (std::size_t i = 0; i < n; ++i) bytes[i] = static_cast<Byte>(first + i);
  return bytes;
}

std::string derived(BytesView key, std::string_view label, std::initializer_list<BytesView> parts, std::size_t n) {
  Bytes out(n);
  derive(key, label, parts, out);
  return to_hex(out);
}

TEST(Derive, GivesWhatPythonGives) {
  const Bytes key = counting(32);
  EXPECT_EQ(derived(key, "SRM/test/v1", {as_bytes("a"), as_bytes("bc")}, 32),
            "8f5a3675efcaa14cd5dd01bd56e64f5616f1596928a9147644e58018108835b9");
  EXPECT_EQ(
      derived(key, "", {}, 64),
      "1fcd6a59173ff25ec019ebcfdd184582c73d69da898e75230a0d4a7aa89168176b48cecf8dc15e4e2b1c054c963fb93f9e24e766cc8ed0"
      "0a4ac4ba244fa7b657");
  EXPECT_EQ(derived(BytesView(key).first(16), "SRM/test/v1", {BytesView{}}, 16), "87efc7e6859b1a73a0952b8d91404aaf");
  EXPECT_EQ(derived(key, "SRM/test/v1", {counting(1000)}, 32),
            "5321de372f2aaffcde4f460f193f139ebc8854aa2e495918625d393c7ceab916");
}

TEST(Derive, TellsWhereOnePartEnds) {
  const Bytes key = counting(32);
  EXPECT_EQ(derived(key, "SRM/test/v1", {as_bytes("ab"), as_bytes("c")}, 32),
            "a1ffb45ec4472a0df9777a3c43847052938068f94a91d22649aa16954205d744");
  EXPECT_NE(derived(key, "SRM/test/v1", {as_bytes("a"), as_bytes("bc")}, 32),
            derived(key, "SRM/test/v1", {as_bytes("abc")}, 32));
}

TEST(Derive, ShorterOutputIsNoPrefixOfALongerOne) {
  const Bytes key = counting(32);
  EXPECT_NE(derived(key, "x", {}, 64).substr(0, 64), derived(key, "x", {}, 32));
}

TEST(Derive, EveryBitOfKeyLabelAndPartMatters) {
  const Bytes key = counting(32);
  const std::string was = derived(key, "SRM/x", {as_bytes("part")}, 32);
  for (std::size_t bit = 0; bit < key.size() * 8; ++bit) {
    Bytes other = key;
    other[bit / 8] = static_cast<Byte>(other[bit / 8] ^ 1u << bit % 8);
    EXPECT_NE(derived(other, "SRM/x", {as_bytes("part")}, 32), was) << bit;
  }
  EXPECT_NE(derived(key, "SRM/y", {as_bytes("part")}, 32), was);
  EXPECT_NE(derived(key, "SRM/x", {as_bytes("pars")}, 32), was);
}

TEST(Derive, ChecksumNeedsNoKey) {
  Bytes out(32);
  checksum("SRM/test/v1", {as_bytes("abc")}, out);
  EXPECT_EQ(to_hex(out), "9b77ca13fe8335e7f6e1c2f19ecd016abb1083b9f2f040230504e9d83fa689df");
}

TEST(DeriveDeathTest, SizesOutsideTheContractTerminate) {
  Bytes out(65);
  const Bytes key = counting(15);
  EXPECT_DEATH(derive(counting(32), "x", {}, out), "");
  out.resize(32);
  EXPECT_DEATH(derive(key, "x", {}, out), "");
}

}  // namespace
}  // namespace strongroom
