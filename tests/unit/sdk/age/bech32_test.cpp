#include "sdk/src/age/bech32.h"

#include <gtest/gtest.h>

namespace strongroom::age {
namespace {

// From BIP 173, "Test vectors"; the one of 91 characters is longer than it allows and age does not mind.
TEST(Bech32, TakesWhatTheStandardTakes) {
  for (const char* text : {"A12UEL5L", "a12uel5l",
                           "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
                           "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw", "?1ezyfcl"}) {
    const auto decoded = decode_bech32(text);
    EXPECT_TRUE(decoded) << text << ": " << decoded.error().message;
  }
}

TEST(Bech32, RefusesWhatTheStandardRefuses) {
  for (const char* text : {"", "1", "pzry9x0s0muk", "1pzry9x0s0muk", "x1b4n0q5v", "li1dgmt3", "A1G7SGD8", "10a06t8",
                           "1qzzfhee", "A12uel5l", "de1lg7wt\xff", " 1nwldj5", "a12uel5m",
                           "split1checkupstagehandshakeupstreamerranterredcaperred2y9e2w"})
    EXPECT_FALSE(decode_bech32(text)) << text;
}

// The checksums are right; made by a second implementation of BIP 173. What is left over of the last letter is neither
// set nor a letter.
TEST(Bech32, HasOneTextForOneKey) {
  EXPECT_TRUE(decode_bech32("age1pppppppppppppppppppppppppppppppppppppppppppppppppppsrcxpmy"));
  EXPECT_FALSE(decode_bech32("age1ppppppppppppppppppppppppppppppppppppppppppppppppppp37wj5xk"));
  EXPECT_TRUE(decode_bech32("age1pqwyf90j"));
  EXPECT_FALSE(decode_bech32("age1pqqxjzx3t"));
}

TEST(Bech32, ReadsWhatItWrites) {
  for (std::size_t size : {0U, 1U, 2U, 3U, 4U, 5U, 32U, 200U}) {
    Bytes data(size);
    for (std::size_t i = 0; i < size; ++i) data[i] = static_cast<Byte>(i * 37 + 255);
    const std::string text = encode_bech32("age", data);
    const auto decoded = decode_bech32(text);
    ASSERT_TRUE(decoded) << text;
    EXPECT_EQ(decoded->prefix, "age");
    EXPECT_TRUE(decoded->data == Secret(data));
  }
}

TEST(Bech32, NoticesEachLetterThatIsExchanged) {
  const std::string text = encode_bech32("age", Bytes(32, 0x5a));
  for (std::size_t i = 4; i < text.size(); ++i) {
    std::string changed = text;
    changed[i] = changed[i] == 'q' ? 'p' : 'q';
    EXPECT_FALSE(decode_bech32(changed)) << i;
  }
}

}  // namespace
}  // namespace strongroom::age
