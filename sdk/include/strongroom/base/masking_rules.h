// The rules of mask_secrets(): one row each. What is not in a row keeps nothing, and a value of eight or fewer
// characters, or one that would be kept whole, is hidden whole.
#pragma once

#include <cstddef>
#include <string_view>

namespace strongroom {

// How a rule finds what it hides.
enum class MaskingShape : unsigned char {
  key,      // `begins` and what follows of letters, digits, '-' and '_'
  token,    // likewise, with dots between
  member,   // the value behind a name that ends with `begins`, whatever its case, '-' and '_': in JSON (escaped too),
            // ini files, environments, options and XML. Without quotes: of a rule that keeps something up to a blank or
            // punctuation, of others up to the end of the line, or to ',', ';' and '}' where a blank or an end follows
  phrase,   // the word behind `begins`, whatever its case
  url,      // the password before the last '@' behind `begins`
  block,    // from `begins` to the line that ends the block; without one, to the end of the text
  grouped,  // seven groups of five digits and capital letters with '-' between
  random,   // a word whose capital letters, small letters and digits alternate at least once in five characters, or the
            // same with '/' and '+' and all three of them once in four; not what identifiers look like: 32 small
            // hexadecimal digits, with '-' or without
};

struct MaskingRule {
  std::string_view name;
  MaskingShape shape;
  std::string_view begins;
  std::size_t shortest;   // how many characters have to follow `begins`
  std::size_t first = 0;  // characters that are kept, `begins` included
  std::size_t last = 0;
};

// Of keys the row that begins earliest in the text counts, then the upper one.
inline constexpr MaskingRule k_masking_rules[] = {
    {"Anthropic key", MaskingShape::key, "sk-ant-", 20, 7, 4},
    {"OpenAI key", MaskingShape::key, "sk-", 20, 3, 4},  // project keys have '-' within
    {"Google key", MaskingShape::key, "AIza", 30, 4, 4},
    {"age identity", MaskingShape::key, "AGE-SECRET-KEY-1", 20},
    {"JSON web token", MaskingShape::token, "eyJ", 17},
    {"API key", MaskingShape::member, "apikey", 1, 3, 4},
    {"password", MaskingShape::member, "password", 1},
    {"passwd", MaskingShape::member, "passwd", 1},
    {"pwd", MaskingShape::member, "pwd", 1},
    {"passphrase", MaskingShape::member, "passphrase", 1},
    {"passcode", MaskingShape::member, "passcode", 1},
    {"secret", MaskingShape::member, "secret", 1},
    {"token", MaskingShape::member, "token", 1},
    {"authorization", MaskingShape::member, "authorization", 1},
    {"credential", MaskingShape::member, "credential", 1},
    {"cookie", MaskingShape::member, "cookie", 1},
    {"private key", MaskingShape::member, "privatekey", 1},
    {"secret key", MaskingShape::member, "secretkey", 1},
    {"access key", MaskingShape::member, "accesskey", 1},
    {"encryption key", MaskingShape::member, "encryptionkey", 1},
    {"recovery code", MaskingShape::member, "recoverycode", 1},
    {"bearer token", MaskingShape::phrase, "bearer", 8},
    {"password in a URL", MaskingShape::url, "://", 1},
    {"PEM block", MaskingShape::block, "-----BEGIN ", 0, 11, 0},
    {"recovery code by its form", MaskingShape::grouped, "", 41},
    {"random string", MaskingShape::random, "", 32},
};

}  // namespace strongroom
