// Vectors by /usr/bin/python3 with hashlib.blake2b and nacl.bindings.crypto_pwhash_alg from docs/format.md, "Slots".
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>

#include "daemon/vault/slot_key_file.h"
#include "daemon/vault/slot_passphrase.h"
#include "daemon/vault/slot_recovery.h"
#include "tests/unit/daemon/vault/support.h"

namespace strongroom::vault {
namespace {

using test::failure;
using test::message;
using test::must;
using test::secret;

Bytes counting(std::size_t n, unsigned first = 0) {
  Bytes bytes(n);
  for (std::size_t i = 0; i < n; ++i) bytes[i] = static_cast<Byte>(first + i);
  return bytes;
}

class Slots : public ::testing::Test {
 protected:
  std::unique_ptr<KeyArena> arena = must(KeyArena::make(KeyArena::Locking::allow_unlocked));
  test::TemporaryFolder folder;
};

class PassphraseSlot : public Slots {
 protected:
  static Bytes parameters(std::uint64_t memory, std::uint32_t passes) {
    Bytes bytes;
    ByteWriter w(bytes);
    w.u64(memory);
    w.u32(passes);
    w.raw(counting(16));
    return bytes;
  }
};

TEST_F(PassphraseSlot, IsArgon2id) {
  const Key key =
      must(passphrase_slot_key(*arena, parameters(64u << 20, 3), secret("correct horse battery staple"), k_kdf_floor));
  EXPECT_EQ(to_hex(key.view()), "0d1a3c6523c8f06e4e0af9c515aa5b5448cfebd6838f2d52c3d8b6ef8ddc3c2e");
}

TEST_F(PassphraseSlot, RefusesACostOutsideItsBoundsBeforeItRuns) {
  const auto code = [&](const Bytes& p) { return failure(passphrase_slot_key(*arena, p, secret("x"), k_kdf_floor)); };
  EXPECT_EQ(code(parameters((64u << 20) - 1024, 3)), ErrorCode::tampered);
  EXPECT_EQ(code(parameters(64u << 20, 2)), ErrorCode::tampered);
  EXPECT_EQ(code(parameters((1ull << 30) + 1024, 3)), ErrorCode::unsupported);
  EXPECT_EQ(code(parameters(64u << 20, 11)), ErrorCode::unsupported);
  EXPECT_EQ(code(parameters(~0ull & ~1023ull, ~0u)), ErrorCode::unsupported);
  EXPECT_EQ(code(parameters((64u << 20) + 1, 3)), ErrorCode::corrupt);
  EXPECT_EQ(code(Bytes(27)), ErrorCode::corrupt);
  EXPECT_EQ(code(Bytes(29)), ErrorCode::corrupt);
  EXPECT_EQ(arena->in_use(), 0u);
}

TEST_F(PassphraseSlot, RefusesEmptyAndEndlessPassphrases) {
  EXPECT_EQ(failure(check_passphrase(secret(""))), ErrorCode::invalid_argument);
  EXPECT_TRUE(check_passphrase(secret(std::string(4096, 'x'))));
  EXPECT_EQ(failure(check_passphrase(secret(std::string(4097, 'x')))), ErrorCode::too_large);
}

TEST_F(PassphraseSlot, SaltsDiffer) {
  EXPECT_NE(make_passphrase_parameters(k_kdf_floor), make_passphrase_parameters(k_kdf_floor));
}

class KeyFileSlot : public Slots {};

TEST_F(KeyFileSlot, DerivesWhatPythonDerives) {
  const Bytes app = application_id(counting(16));
  EXPECT_EQ(to_hex(app), "a0a2f8e7ed492f8bd7681a522b5d289fa74e36629d353822fb2f3e7680548bb7");
  EXPECT_EQ(to_hex(must(key_file_slot_key(*arena, counting(32), app)).view()),
            "b5dfe5634247dfe279f48a56bf3f1495e0c930b1406970566480bbc6d937c490");
}

TEST_F(KeyFileSlot, TheFileIsReadableByItsOwnerAloneAndReadBack) {
  const Key made = must(create_key_file(*arena, folder.path()));
  struct stat info{};
  ASSERT_EQ(::stat((folder.path() / "vault.key").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0400u);
  EXPECT_EQ(info.st_size, 32);
  const Key read = must(read_key_file(*arena, folder.path()));
  EXPECT_TRUE(std::ranges::equal(read.view(), made.view()));
  EXPECT_EQ(failure(create_key_file(*arena, folder.path())), ErrorCode::conflict);
}

TEST_F(KeyFileSlot, AMissingFileIsNamedWithTheWayOut) {
  const auto missing = read_key_file(*arena, folder.path());
  EXPECT_EQ(failure(missing), ErrorCode::wrong_credential);
  EXPECT_NE(message(missing).find("vault.key is missing"), std::string::npos);
  EXPECT_NE(message(missing).find("recovery code"), std::string::npos);
}

TEST_F(KeyFileSlot, AMachineWithoutIdIsNamed) {
  const auto none = key_file_slot_key(*arena, counting(32), application_id({}));
  EXPECT_EQ(failure(none), ErrorCode::wrong_credential);
  EXPECT_NE(message(none).find("machine id"), std::string::npos);
}

TEST_F(KeyFileSlot, AFileOfAnotherSizeOrModeIsRefused) {
  const auto file = folder.path() / "vault.key";
  test::write_file(file, counting(31));
  EXPECT_EQ(failure(read_key_file(*arena, folder.path())), ErrorCode::corrupt);
  test::write_file(file, counting(33));
  EXPECT_EQ(failure(read_key_file(*arena, folder.path())), ErrorCode::corrupt);
  test::write_file(file, counting(32));
  EXPECT_TRUE(read_key_file(*arena, folder.path()));
  ::chmod(file.c_str(), 0440);
  EXPECT_EQ(failure(read_key_file(*arena, folder.path())), ErrorCode::untrusted);
  EXPECT_EQ(arena->in_use(), 0u);
  EXPECT_TRUE(arena->is_blank());
}

class RecoverySlot : public Slots {
 protected:
  std::string parsed(std::string_view text) {
    const auto code = parse_recovery_code(*arena, secret(text));
    return code ? to_hex(code->view()) : "error: " + code.error().message;
  }
};

constexpr std::string_view k_code = "CHJPC-SV8D5-N6PV3-DDSQQ-0WBJE-DT7AX-KQDYN";

TEST_F(RecoverySlot, WritesAndDerivesWhatPythonDoes) {
  EXPECT_EQ(test::text_of(recovery_text(counting(20, 100))), k_code);
  StoreId store{};
  for (std::size_t i = 0; i < store.size(); ++i) store[i] = static_cast<Byte>(i);
  const Key key = must(recovery_slot_key(*arena, counting(20, 100), store, {0, 1, 2, 3, 4, 5, 6, 7}));
  EXPECT_EQ(to_hex(key.view()), "f93d71fa50dc14cbdb2ec914ad1b5f538aa7b29f329276fe7a791bb0bb29f263");
}

TEST_F(RecoverySlot, ReadsACodeAsPeopleTypeIt) {
  const std::string bytes = to_hex(counting(20, 100));
  for (const std::string_view typed : {k_code, std::string_view("chjpc-sv8d5-n6pv3-ddsqq-0wbje-dt7ax-kqdyn"),
                                       std::string_view("CHJPCSV8D5N6PV3DDSQQ0WBJEDT7AXKQDYN"),
                                       std::string_view(" chjpc sv8d5 n6pv3 ddsqq\n0wbje dt7ax kqdyn \r\n"),
                                       std::string_view("CHJPC-SV8D5-N6PV3-DDSQQ-OWBJE-DT7AX-KQDYN"),
                                       std::string_view("CHJPC-SV8D5-N6PV3-DDSQQ-oWBJE-DT7AX-KQDYN")})
    EXPECT_EQ(parsed(typed), bytes) << typed;
}

TEST_F(RecoverySlot, ReadsIAndLAsOne) {
  // All bits of the first digits set so that a 1 occurs: 0x08 0x42 ... gives the digits 1, 1, 1, ...
  const Bytes ones = *from_hex("0842108421084210842108421084210842108421");
  std::string text = test::text_of(recovery_text(ones));
  ASSERT_TRUE(text.starts_with("11111-11111"));
  text[0] = 'I';
  text[1] = 'l';
  text[2] = 'i';
  text[3] = 'L';
  EXPECT_EQ(parsed(text), to_hex(ones));
}

TEST_F(RecoverySlot, RandomCodesComeBack) {
  for (int i = 0; i < 500; ++i) {
    const Key code = must(make_recovery_code(*arena));
    const Secret text = recovery_text(code.view());
    ASSERT_EQ(text.size(), k_recovery_text_size);
    ASSERT_EQ(parsed(text.reveal_text(RevealReason::test)), to_hex(code.view()));
  }
}

// Every wrong character and every exchange of neighbours in this code; 15 bits of check would let one in 32768 pass.
TEST_F(RecoverySlot, AMistypedCodeIsSaidToBeMistyped) {
  constexpr std::string_view k_alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  for (std::size_t i = 0; i < k_code.size(); ++i) {
    if (k_code[i] == '-') continue;
    for (const char c : k_alphabet) {
      if (c == k_code[i]) continue;
      std::string typed(k_code);
      typed[i] = c;
      ASSERT_EQ(failure(parse_recovery_code(*arena, secret(typed))), ErrorCode::invalid_argument) << typed;
    }
  }
  for (const std::string_view bad :
       {"", "CHJPC", "CHJPC-SV8D5-N6PV3-DDSQQ-0WBJE-DT7AX-KQDYN0", "CHJPC-SV8D5-N6PV3-DDSQQ-0WBJE-DT7AX-KQDY",
        "UHJPC-SV8D5-N6PV3-DDSQQ-0WBJE-DT7AX-KQDYN", "CHJPC_SV8D5-N6PV3-DDSQQ-0WBJE-DT7AX-KQDYN"})
    EXPECT_EQ(failure(parse_recovery_code(*arena, secret(bad))), ErrorCode::invalid_argument) << bad;
  EXPECT_TRUE(arena->is_blank());
}

}  // namespace
}  // namespace strongroom::vault
