// Files that were changed anywhere: none opens, and nothing is handed out that was not written.
#include <gtest/gtest.h>

#include <set>

#include "sdk/src/age/content.h"
#include "tests/support/age_files.h"

namespace strongroom::age {
namespace {

using tests::open_age;
using tests::Opened;
using tests::sealed_for;
using tests::with_identity;

const std::set<ErrorCode> k_named{ErrorCode::corrupt, ErrorCode::tampered, ErrorCode::wrong_credential,
                                  ErrorCode::unsupported, ErrorCode::too_large};

class DamagedFile : public testing::Test {
 protected:
  Opened open(const std::string& file) const { return open_age(file, with_identity(identity_)); }

  std::string sealed(const std::string& content) const { return sealed_for(identity_.recipient(), content); }

  void expect_refused(const std::string& file) const {
    const auto opened = open(file);
    ASSERT_FALSE(opened.status);
    EXPECT_TRUE(k_named.contains(opened.code())) << opened.status.error().message;
    EXPECT_EQ(opened.content, "");
  }

  const Identity identity_ = Identity::generate();
};

TEST_F(DamagedFile, EveryBitCounts) {
  const std::string file = sealed("attack at dawn");
  for (std::size_t at = 0; at < file.size(); ++at)
    for (int bit = 0; bit < 8; ++bit) {
      SCOPED_TRACE(testing::Message() << "byte " << at << ", bit " << bit);
      std::string changed = file;
      changed[at] = static_cast<char>(changed[at] ^ 1 << bit);
      expect_refused(changed);
    }
}

TEST_F(DamagedFile, EveryBitOfAFileWithAPassphraseCounts) {
  const std::string file = tests::sealed_with("correct horse", "attack at dawn");
  for (std::size_t at = 0; at < file.size(); ++at)
    for (int bit = 0; bit < 8; ++bit) {
      std::string changed = file;
      changed[at] = static_cast<char>(changed[at] ^ 1 << bit);
      // The digit of the work factor becomes another one.
      const auto opened = open_age(changed, tests::with_passphrase("correct horse", 10));
      ASSERT_FALSE(opened.status) << at << " " << bit;
      EXPECT_TRUE(k_named.contains(opened.code()));
      EXPECT_EQ(opened.content, "");
    }
}

TEST_F(DamagedFile, EveryByteIsNeeded) {
  const std::string file = sealed("attack at dawn");
  const std::size_t content_at = file.size() - k_tag - 14;
  for (std::size_t size = 0; size < file.size(); ++size) {
    SCOPED_TRACE(size);
    expect_refused(file.substr(0, size));
    EXPECT_EQ(open(file.substr(0, size)).code(), size < content_at ? ErrorCode::corrupt : ErrorCode::tampered);
  }
  expect_refused(file + "x");
}

TEST_F(DamagedFile, GivesNoMoreThanWholePiecesOfWhatWasWritten) {
  const std::string first(k_piece, 'a');
  const std::string second(k_piece, 'b');
  const std::string file = sealed(first + second + "c");
  const std::size_t content_at = file.size() - 2 * k_sealed_piece - k_tag - 1;
  const auto piece = [&](std::size_t number) {
    return file.substr(content_at + number * k_sealed_piece, k_sealed_piece);
  };
  const auto expect = [&](const std::string& changed, const std::string& content) {
    const auto opened = open(changed);
    ASSERT_FALSE(opened.status);
    EXPECT_EQ(opened.code(), ErrorCode::tampered) << opened.status.error().message;
    EXPECT_TRUE(opened.content == content) << opened.content.size();
  };
  const std::string head = file.substr(0, content_at);
  expect(head, "");
  expect(head + piece(0), first);
  expect(head + piece(0) + piece(1), first + second);
  expect(head + piece(1) + piece(0) + piece(2), "");
  expect(head + piece(0) + piece(0) + piece(2), first);
  expect(head + piece(0) + piece(2), first);
  expect(head + piece(0) + piece(1) + piece(2) + piece(2), first + second);
}

TEST_F(DamagedFile, IsNotOpenedWithTheHeaderOfAnother) {
  const std::string one = sealed("one");
  const std::string other = sealed("two");
  const std::size_t content_at = one.size() - k_nonce - 3 - k_tag;
  expect_refused(one.substr(0, content_at) + other.substr(content_at));
}

TEST_F(DamagedFile, IsRefusedWhenARecipientWasAdded) {
  const std::string file = sealed("x");
  const std::size_t stanza = file.find("-> ");
  const std::size_t mac = file.find("--- ");
  std::string more = file;
  more.insert(mac, file.substr(stanza, mac - stanza));
  EXPECT_EQ(open(more).code(), ErrorCode::tampered);
}

}  // namespace
}  // namespace strongroom::age
