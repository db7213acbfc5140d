// Key headers put back, mixed and flipped: an error or the same answers, never a slot that was removed, never a crash.
#include <gtest/gtest.h>

#include <sodium.h>

#include <fstream>
#include <sstream>

#include <strongroom/base/bytes.h>

#include "tests/support/secrets.h"
#include "tests/support/test_daemon.h"
#include "tests/support/text.h"

namespace strongroom::tests {
namespace {

namespace vault = protocol::vault;

void write_all(const std::filesystem::path& path, const std::string& content) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

// With the checksum of docs/format.md behind it, so that only the MAC is left to notice a change.
std::string with_checksum(std::string header) {
  header.resize(header.size() - 32);
  const auto length = [](std::size_t n) {
    std::string out(4, '\0');
    for (std::size_t i = 0; i < 4; ++i) out[i] = static_cast<char>(n >> (8 * i));
    return out;
  };
  const std::string label = "SRM/header-checksum/v1";
  const std::string message = length(label.size()) + label + length(header.size()) + header;
  unsigned char digest[32];
  crypto_generichash(digest, sizeof digest, reinterpret_cast<const unsigned char*>(message.data()), message.size(),
                     nullptr, 0);
  return header.append(reinterpret_cast<const char*>(digest), sizeof digest);
}

constexpr std::size_t k_generation = 57;  // its place in the header
constexpr std::size_t k_slots = 65;

// The bytes of the slots: their number and they themselves.
std::string slots_of(const std::string& header) {
  const auto number_at = [&](std::size_t at, std::size_t size) {
    std::size_t value = 0;
    for (std::size_t i = size; i > 0; --i) value = value << 8 | static_cast<unsigned char>(header[at + i - 1]);
    return value;
  };
  std::size_t at = k_slots + 2;
  for (std::size_t left = number_at(k_slots, 2); left > 0; --left) {
    at += 8 + 1;
    at += 4 + number_at(at, 4);
    at += 8;
    at += 4 + number_at(at, 4);
    at += 32 + 32 + 104;
  }
  return header.substr(k_slots, at - k_slots);
}

class EditedHeader : public testing::Test {
 protected:
  void SetUp() override {
    daemon_.start();
    auto client = daemon_.client();
    ASSERT_TRUE(put(client, "a/secret", "its value"));
  }

  std::filesystem::path copy(char name) const { return daemon_.data() / (std::string("vault.") + name); }

  std::string header() const { return content(copy('a')); }

  void write_both(const std::string& content) {
    write_all(copy('a'), content);
    write_all(copy('b'), content);
  }

  // Adds a recovery slot and removes it again; the code that opened it.
  std::string add_and_remove_recovery(std::string& header_with_it) {
    auto client = daemon_.client();
    auto added = client.call<vault::AddSlot>({.type = vault::SlotType::recovery, .passphrase = {}, .label = {}});
    const std::string code(added->recovery_code->reveal_text(RevealReason::test));
    header_with_it = header();
    EXPECT_TRUE(client.call<vault::RemoveSlot>({.id = added->id}));
    return code;
  }

  Result<protocol::service::Empty> unlock_with_code(client::Client& client, const std::string& code) {
    return client.call<vault::Unlock>(
        {.passphrase = {}, .recovery_code = Secret(as_bytes(code)), .accept_changes = {}});
  }

  // Starts on what the files hold now. Whether the secret can be read; if so it has its value.
  bool opens() {
    daemon_.launch();
    while (daemon_.running() && !client::Client::connect({.endpoint = daemon_.endpoint()})) std::this_thread::yield();
    if (!daemon_.running()) {
      const Outcome outcome = daemon_.wait();
      EXPECT_EQ(outcome.exit_code, outcome.exit_code == 4 ? 4 : 1) << outcome.errors;
      EXPECT_FALSE(outcome.errors.empty());
      return false;
    }
    auto client = daemon_.client();
    const auto value = get(client, "a/secret");
    EXPECT_EQ(value ? *value : "its value", "its value");
    if (!value) {
      EXPECT_EQ(value.error().code, ErrorCode::locked) << value.error().message;
      EXPECT_FALSE(status_of(client).problems.empty());
    }
    return value.has_value();
  }

  TestDaemon daemon_;
};

TEST_F(EditedHeader, AnOlderHeaderInBothPlacesIsRefused) {
  std::string older;
  const std::string code = add_and_remove_recovery(older);
  daemon_.stop();
  write_both(older);
  EXPECT_FALSE(opens());
  auto client = daemon_.client();
  const auto unlocked = unlock_with_code(client, code);
  ASSERT_FALSE(unlocked) << "a removed slot opens";
  EXPECT_EQ(unlocked.error().code, ErrorCode::tampered);
}

TEST_F(EditedHeader, AnOlderHeaderInOnePlaceIsReportedAndOpensNothing) {
  for (const char name : {'a', 'b'}) {
    std::string older;
    const std::string code = add_and_remove_recovery(older);
    daemon_.stop();
    write_all(copy(name), older);
    ASSERT_TRUE(opens()) << name;
    auto client = daemon_.client();
    std::string problems;
    for (const auto& problem : status_of(client).problems) problems += problem + "\n";
    EXPECT_NE(problems.find(std::string("copy ") + name), std::string::npos) << problems;
    ASSERT_TRUE(client.call<vault::Lock>({}));
    EXPECT_FALSE(unlock_with_code(client, code)) << "a removed slot opens";
    ASSERT_TRUE(client.call<vault::Unlock>({}));
  }
}

TEST_F(EditedHeader, ASlotPutBackOpensNothing) {
  std::string older;
  const std::string code = add_and_remove_recovery(older);
  daemon_.stop();
  std::string mixed = header();
  mixed.replace(k_slots, slots_of(mixed).size(), slots_of(older));
  write_both(with_checksum(mixed));
  EXPECT_FALSE(opens());
  auto client = daemon_.client();
  EXPECT_FALSE(unlock_with_code(client, code));
}

TEST_F(EditedHeader, ARaisedGenerationOfAnOlderHeaderOpensNothing) {
  std::string older;
  const std::string code = add_and_remove_recovery(older);
  daemon_.stop();
  older[k_generation] = static_cast<char>(older[k_generation] + 5);
  write_both(with_checksum(older));
  EXPECT_FALSE(opens());
  auto client = daemon_.client();
  EXPECT_FALSE(unlock_with_code(client, code));
}

TEST_F(EditedHeader, TheHeaderOfAnotherStoreIsRefused) {
  TestDaemon other;
  other.start();
  other.stop();
  daemon_.stop();
  write_both(content(other.data() / "vault.a"));
  EXPECT_FALSE(opens());
  daemon_.stop();
  // With the key file that belongs to it the header opens, and the rows do not belong to it.
  std::filesystem::remove(daemon_.state() / "vault.key");
  std::filesystem::copy_file(other.state() / "vault.key", daemon_.state() / "vault.key");
  EXPECT_FALSE(opens());
}

// With a false checksum, then with the right one. Every byte, one bit of each.
TEST_F(EditedHeader, AFlippedBitIsAnErrorOrChangesNothing) {
  daemon_.stop();
  const std::string sound = header();
  for (std::size_t at = 0; at < sound.size(); ++at) {
    SCOPED_TRACE("byte " + std::to_string(at));
    std::string flipped = sound;
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << at % 8));
    const bool covered = at + 32 < sound.size() && at % 2 == 0;
    write_both(covered ? with_checksum(flipped) : flipped);
    EXPECT_FALSE(opens());
    if (daemon_.running()) daemon_.kill();
    if (HasFailure()) return;
  }
  write_both(sound);
  EXPECT_TRUE(opens());
}

TEST_F(EditedHeader, AFlippedBitInOneCopyIsMendedFromTheOther) {
  daemon_.stop();
  const std::string sound = header();
  for (std::size_t at = 0; at < sound.size(); at += 23) {
    SCOPED_TRACE("byte " + std::to_string(at));
    std::string flipped = sound;
    flipped[at] = static_cast<char>(flipped[at] ^ (1 << at % 8));
    const char name = at % 2 == 0 ? 'a' : 'b';
    write_all(copy(name), flipped);
    // A copy that claims a newer format is refused even beside a good one.
    if (!opens()) {
      EXPECT_TRUE(at >= 8 && at < 12) << "not opened from the other copy";
      write_all(copy(name), sound);
    }
    if (daemon_.running()) daemon_.kill();
    EXPECT_EQ(content(copy(name)), sound);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace strongroom::tests
