// What Encryptor wrote comes back; what the age tool wrote is read in tests/integration/age.
#include <gtest/gtest.h>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include <algorithm>

#include <strongroom/base/random.h>

#include "sdk/src/age/content.h"
#include "tests/support/age_files.h"

namespace strongroom::age {
namespace {

using tests::open_age;
using tests::sealed_for;
using tests::sealed_with;
using tests::with_identity;
using tests::with_passphrase;

std::string random_bytes(std::size_t size) {
  Bytes out(size);
  fill_random(out);
  return std::string(as_text(out));
}

TEST(Decryptor, GivesBackWhatWasSealedOfEverySize) {
  const Identity identity = Identity::generate();
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, k_tag - 1, k_tag, k_tag + 1, k_piece - k_tag, k_piece - 1, k_piece, k_piece + 1,
        k_piece + k_tag, 2 * k_piece - 1, 2 * k_piece, 2 * k_piece + 1, 3 * k_piece, 5 * k_piece + 7}) {
    SCOPED_TRACE(size);
    const std::string content = random_bytes(size);
    const std::string file = sealed_for(identity.recipient(), content);
    for (const std::size_t step : {file.size(), std::size_t{1}, std::size_t{1000}, k_piece, k_sealed_piece - 1,
                                   k_sealed_piece, k_sealed_piece + 1}) {
      const auto opened = open_age(file, with_identity(identity), step);
      ASSERT_TRUE(opened.status) << opened.status.error().message;
      ASSERT_TRUE(opened.content == content) << step;
    }
  }
}

TEST(Decryptor, OpensWithTheIdentityOfAnyRecipient) {
  std::vector<Identity> identities;
  std::vector<Recipient> recipients;
  for (std::size_t i = 0; i < k_most_recipients; ++i) {
    identities.push_back(Identity::generate());
    recipients.push_back(identities.back().recipient());
  }
  std::string file;
  ASSERT_TRUE(tests::finish(Encryptor::begin(recipients, tests::append_to(file)), "for all"));
  for (const Identity& identity : identities) EXPECT_EQ(open_age(file, with_identity(identity)).content, "for all");
}

TEST(Decryptor, TriesEveryIdentity) {
  const Identity identity = Identity::generate();
  Credentials many;
  for (std::size_t i = 1; i < k_most_identities; ++i) many.identities.push_back(Identity::generate());
  many.identities.push_back(std::move(with_identity(identity).identities[0]));
  EXPECT_EQ(open_age(sealed_for(identity.recipient(), "found"), std::move(many)).content, "found");
}

TEST(Decryptor, OpensWithThePassphrase) {
  const std::string content = random_bytes(k_piece + 1);
  const std::string file = sealed_with("correct horse", content);
  const auto opened = open_age(file, with_passphrase("correct horse"));
  ASSERT_TRUE(opened.status) << opened.status.error().message;
  EXPECT_TRUE(opened.content == content);
}

TEST(Decryptor, TakesWhicheverOfIdentityAndPassphraseFits) {
  const Identity identity = Identity::generate();
  for (const std::string& file : {sealed_for(identity.recipient(), "x"), sealed_with("correct horse", "x")}) {
    Credentials both = with_identity(identity);
    both.passphrase = Secret(as_bytes("correct horse"));
    EXPECT_EQ(open_age(file, std::move(both)).content, "x");
  }
}

TEST(Decryptor, SaysThatNothingOpensIt) {
  const std::string for_somebody = sealed_for(Identity::generate().recipient(), "x");
  const std::string with_words = sealed_with("correct horse", "x");
  const auto refuse = [](const std::string& file, Credentials credentials, std::string_view said) {
    const auto opened = open_age(file, std::move(credentials));
    ASSERT_FALSE(opened.status);
    EXPECT_EQ(opened.code(), ErrorCode::wrong_credential);
    EXPECT_NE(opened.status.error().message.find(said), std::string::npos) << opened.status.error().message;
    EXPECT_EQ(opened.content, "");
  };
  refuse(for_somebody, with_identity(Identity::generate()), "no identity opens");
  refuse(for_somebody, with_passphrase("correct horse"), "opens with an identity");
  refuse(with_words, with_passphrase("correct horsE"), "the passphrase does not");
  refuse(with_words, with_identity(Identity::generate()), "opened with a passphrase");
}

TEST(Decryptor, DoesNoMoreWorkThanItIsAllowed) {
  const std::string file = sealed_with("correct horse", "x", 5);
  EXPECT_EQ(open_age(file, with_passphrase("correct horse", 5)).content, "x");
  EXPECT_EQ(open_age(file, with_passphrase("correct horse", 4)).code(), ErrorCode::too_large);
  for (const char* factor : {"23", "50", "500", "18446744073709551621"}) {
    std::string more = file;
    more.replace(more.find(" 5\n") + 1, 1, factor);
    EXPECT_EQ(open_age(more, with_passphrase("correct horse")).code(), ErrorCode::too_large) << factor;
  }
}

TEST(Decryptor, WantsSomethingToOpenFilesWith) {
  const auto code = [](Credentials credentials) {
    const auto begun = Decryptor::begin(std::move(credentials), [](BytesView) -> Status { return {}; });
    return begun ? "begun" : error_info(begun.error().code).name;
  };
  EXPECT_EQ(code({}), "invalid_argument");
  EXPECT_EQ(code(with_passphrase("x", 0)), "invalid_argument");
  EXPECT_EQ(code(with_passphrase("x", k_most_work_factor + 1)), "invalid_argument");
  Credentials many;
  for (std::size_t i = 0; i <= k_most_identities; ++i) many.identities.push_back(Identity::generate());
  EXPECT_EQ(code(std::move(many)), "invalid_argument");
}

TEST(Decryptor, HandsOutPiecesThatAreNeitherEmptyNorLargerThanTheyMayBe) {
  const Identity identity = Identity::generate();
  const std::string file = sealed_for(identity.recipient(), random_bytes(3 * k_piece));
  std::vector<std::size_t> sizes;
  auto decryptor = Decryptor::begin(with_identity(identity), [&](BytesView bytes) -> Status {
    sizes.push_back(bytes.size());
    return {};
  });
  ASSERT_TRUE(decryptor);
  ASSERT_TRUE(decryptor->feed(as_bytes(file)));
  ASSERT_TRUE(decryptor->feed({}));
  ASSERT_TRUE(decryptor->end());
  EXPECT_EQ(sizes, std::vector<std::size_t>(3, k_piece));
}

TEST(Decryptor, HandsOnTheFailureOfWhoTakesTheBytesAndEndsWithIt) {
  const Identity identity = Identity::generate();
  const std::string file = sealed_for(identity.recipient(), random_bytes(2 * k_piece + 1));
  for (int fail_at = 1; fail_at <= 3; ++fail_at) {
    int calls = 0;
    auto decryptor = Decryptor::begin(with_identity(identity), [&](BytesView) -> Status {
      if (++calls == fail_at) return make_error(ErrorCode::storage_full, "no space");
      return {};
    });
    ASSERT_TRUE(decryptor);
    Status status = decryptor->feed(as_bytes(file));
    if (status) status = decryptor->end();
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::storage_full);
    EXPECT_EQ(decryptor->feed(as_bytes(file)).error().code, ErrorCode::storage_full);
    EXPECT_EQ(decryptor->end().error().code, ErrorCode::storage_full);
    EXPECT_EQ(calls, fail_at);
  }
}

TEST(Decryptor, IsOverAfterItsEnd) {
  const Identity identity = Identity::generate();
  std::string content;
  auto decryptor = Decryptor::begin(with_identity(identity), tests::append_to(content));
  ASSERT_TRUE(decryptor);
  ASSERT_TRUE(decryptor->feed(as_bytes(sealed_for(identity.recipient(), "x"))));
  ASSERT_TRUE(decryptor->end());
  EXPECT_EQ(decryptor->feed(as_bytes("y")).error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(decryptor->end().error().code, ErrorCode::invalid_argument);
  EXPECT_EQ(content, "x");
}

#if defined(__GLIBC__)
// Not counted under AddressSanitizer, whose allocator says nothing here.
std::size_t held() {
  const auto info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

TEST(Decryptor, HoldsAsMuchAsItSaysWhateverTheSizeOfTheFile) {
  const Identity identity = Identity::generate();
  const std::string file = sealed_for(identity.recipient(), std::string(300 * k_piece, 'x'));
  const std::size_t before = held();
  auto decryptor = Decryptor::begin(with_identity(identity), [](BytesView) -> Status { return {}; });
  ASSERT_TRUE(decryptor);
  std::size_t most = 0;
  for (std::size_t at = 0; at < file.size(); at += 10'000) {
    ASSERT_TRUE(decryptor->feed(as_bytes(std::string_view(file).substr(at, 10'000))));
    most = std::max(most, held() - before);
  }
  ASSERT_TRUE(decryptor->end());
  EXPECT_LT(most, std::size_t{256} * 1024);
}

TEST(Decryptor, HoldsAsMuchAsItSaysOfAHeaderThatDoesItsWorst) {
  std::string header = "age-encryption.org/v1\n";
  std::string stanza = "-> x";
  for (int i = 0; i < 64; ++i) stanza += " x";
  while (header.size() + stanza.size() + 2 < k_most_header) header += stanza + "\n\n";
  const std::size_t before = held();
  auto decryptor = Decryptor::begin(with_passphrase("x"), [](BytesView) -> Status { return {}; });
  ASSERT_TRUE(decryptor);
  ASSERT_TRUE(decryptor->feed(as_bytes(header)));
  EXPECT_LT(held() - before, std::size_t{4} << 20);
}
#endif

TEST(PassphraseEncryptor, WantsAPassphraseAndWorkInBounds) {
  std::string file;
  const auto code = [&](std::string_view passphrase, unsigned work) {
    const auto begun = Encryptor::begin_with_passphrase(Secret(as_bytes(passphrase)), tests::append_to(file), work);
    return begun ? "begun" : error_info(begun.error().code).name;
  };
  EXPECT_EQ(code("", 1), "invalid_argument");
  EXPECT_EQ(code("x", 0), "invalid_argument");
  EXPECT_EQ(code("x", k_most_work_factor + 1), "invalid_argument");
  EXPECT_EQ(file, "");
  EXPECT_EQ(code("x", 1), "begun");
}

TEST(PassphraseEncryptor, MakesAnotherFileEachTime) {
  EXPECT_NE(sealed_with("x", ""), sealed_with("x", ""));
}

}  // namespace
}  // namespace strongroom::age
