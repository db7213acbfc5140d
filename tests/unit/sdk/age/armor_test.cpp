// The bounds of armor; what it may look like is tried by the vectors.
#include "sdk/src/age/armor.h"

#include <gtest/gtest.h>

#include "tests/support/age_files.h"

namespace strongroom::age {
namespace {

std::string armored(std::string_view bytes) {
  std::string out = "-----BEGIN AGE ENCRYPTED FILE-----\n";
  std::string letters(base64_size(bytes.size()), '\0');
  base64_encode(as_bytes(bytes), letters.data());
  for (std::size_t at = 0; at < letters.size(); at += 64) out += letters.substr(at, 64) + "\n";
  return out + "-----END AGE ENCRYPTED FILE-----\n";
}

std::string outcome(const std::string& text, std::size_t step = 7) {
  ArmorReader reader;
  std::string out;
  Status status;
  for (std::size_t at = 0; status && at < text.size(); at += step)
    status = reader.feed(as_bytes(std::string_view(text).substr(at, step)), tests::append_to(out));
  if (status) status = reader.end();
  return status ? out : std::string(error_info(status.error().code).name);
}

TEST(ArmorReader, TakesOffWhatWasPutOn) {
  for (std::size_t size = 0; size < 200; ++size) {
    const std::string bytes(size, 'x');
    for (const std::size_t step : {std::size_t{1}, std::size_t{64}, std::size_t{1000}})
      ASSERT_EQ(outcome(armored(bytes), step), bytes) << size;
  }
}

TEST(ArmorReader, PassesOverWhiteSpaceWithinItsBound) {
  const std::string most(ArmorReader::k_most_white_space - 1, ' ');
  EXPECT_EQ(outcome(most + "\n" + armored("x") + most + "\n"), "x");
  EXPECT_EQ(outcome(most + "\n\n" + armored("x")), "corrupt");
  EXPECT_EQ(outcome(armored("x") + most + "\n\n"), "corrupt");
  EXPECT_EQ(outcome(std::string(100'000, '\n')), "corrupt");
  EXPECT_EQ(outcome(" " + armored("x")), "corrupt");
}

TEST(ArmorReader, HoldsNoLineWithoutEnd) {
  for (const std::string& text : {std::string(100'000, '-'), std::string(100'000, ' '),
                                  "-----BEGIN AGE ENCRYPTED FILE-----\n" + std::string(100'000, 'A')}) {
    ArmorReader reader;
    const auto status = reader.feed(as_bytes(text), [](BytesView) -> Status { return {}; });
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::corrupt);
  }
}

TEST(ArmorReader, NeedsEveryByteButTheLastLineEnd) {
  const std::string text = armored(std::string(100, 'x'));
  for (std::size_t size = 0; size + 1 < text.size(); ++size)
    EXPECT_EQ(outcome(text.substr(0, size)), "corrupt") << size;
  EXPECT_EQ(outcome(text.substr(0, text.size() - 1)), std::string(100, 'x'));
}

TEST(ArmorReader, OpensAFileOfManyPieces) {
  const Identity identity = Identity::generate();
  const std::string content(300'000, 'y');
  const std::string file = armored(tests::sealed_for(identity.recipient(), content));
  const auto opened = tests::open_age(file, tests::with_identity(identity), 5000);
  ASSERT_TRUE(opened.status) << opened.status.error().message;
  EXPECT_TRUE(opened.content == content);
  EXPECT_FALSE(tests::open_age(file.substr(0, file.size() - 20), tests::with_identity(identity)).status);
}

}  // namespace
}  // namespace strongroom::age
