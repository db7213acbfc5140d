// The forms against other encoders' answers, written out.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/masking_oracle.h"

namespace strongroom::tests {
namespace {

bool has(const std::vector<std::string>& forms, std::string_view form) {
  return std::ranges::find(forms, form) != forms.end();
}

TEST(MaskedForms, AShortValueHasNone) {
  EXPECT_TRUE(forms_of("12345").empty());
  EXPECT_FALSE(forms_of("123456").empty());
}

TEST(MaskedForms, EveryFormIsLongEnoughAndTogetherTheyAreBounded) {
  for (const std::size_t size : {6UL, 7UL, 100UL, 5000UL}) {
    std::size_t bytes = 0;
    for (const auto& form : forms_of(std::string(size, '\x01'))) {
      EXPECT_GE(form.size(), k_shortest_masked);
      bytes += form.size();
    }
    EXPECT_LE(bytes, 120 * size + 1000) << size;
  }
}

TEST(MaskedForms, LinesAndLineEnds) {
  const auto forms = forms_of("first line\nsecond line\n");
  EXPECT_TRUE(has(forms, "first line"));
  EXPECT_TRUE(has(forms, "second line"));
  EXPECT_TRUE(has(forms, "first line\nsecond line"));
  EXPECT_TRUE(has(forms, "first line\r\nsecond line"));
  EXPECT_TRUE(has(forms, "first line\r\nsecond line\r\n"));
  EXPECT_TRUE(has(forms_of("first line\r\nsecond line"), "first line\nsecond line"));
  EXPECT_TRUE(has(forms_of("first line\r\nsecond line"), "first line"));
}

// python3 -c 'import base64; print(base64.b64encode(b"x" * k + b"S3cr\xfft?Value" + b"x" * j))'
TEST(MaskedForms, Base64InThreeAlignments) {
  const auto forms = forms_of("S3cr\xfft?Value");
  for (const std::string_view form : {"UzNjcv90P1ZhbHVl", "MzY3L/dD9WYWx1Z", "TM2Ny/3Q/VmFsdW", "TM2Ny_3Q_VmFsdW"})
    EXPECT_TRUE(has(forms, form)) << form;
}

TEST(MaskedForms, Base64AtTheEndWithPaddingAndBehindANewline) {
  const auto forms = forms_of("secretvalue");
  EXPECT_TRUE(has(forms, "c2VjcmV0dmFsdWU="));
  EXPECT_TRUE(has(forms, "c2VjcmV0dmFsdWU"));
  EXPECT_TRUE(has(forms, "c2VjcmV0dmFsdWUK"));
  EXPECT_TRUE(has(forms_of("secretvalue\n"), "c2VjcmV0dmFsdWUK"));
}

TEST(MaskedForms, Base64InLines) {
  const std::string value(60, 'a');  // 80 characters
  std::string encoded;
  for (int i = 0; i < 20; ++i) encoded += "YWFh";
  const auto forms = forms_of(value);
  EXPECT_TRUE(has(forms, encoded));
  EXPECT_TRUE(has(forms, encoded.substr(0, 64)));
  EXPECT_TRUE(has(forms, encoded.substr(64)));
  EXPECT_TRUE(has(forms, encoded.substr(0, 76)));
  EXPECT_TRUE(has(forms, encoded.substr(0, 76) + "\n" + encoded.substr(76)));
  EXPECT_TRUE(has(forms, encoded.substr(0, 76) + "\r\n" + encoded.substr(76)));
}

TEST(MaskedForms, Hex) {
  const auto forms = forms_of("\x01\xab\xcd\xef\x10\x20");
  EXPECT_TRUE(has(forms, "01abcdef1020"));
  EXPECT_TRUE(has(forms, "01ABCDEF1020"));
}

TEST(MaskedForms, UrlEscapes) {
  const auto forms = forms_of("p@ss/w ord!\xc3\xa4");
  for (const std::string_view form : {"p%40ss%2Fw%20ord%21%C3%A4", "p%40ss%2fw%20ord%21%c3%a4",
                                      "p%40ss%2Fw%20ord!%C3%A4", "p%40ss/w%20ord%21%C3%A4", "p%40ss%2Fw+ord%21%C3%A4"})
    EXPECT_TRUE(has(forms, form)) << form;
}

TEST(MaskedForms, JsonEscapes) {
  const auto forms = forms_of("a\"b\\c/d\n<\x01\xc3\xa4\xf0\x9f\x94\x91");
  for (const std::string_view form :
       {"a\\\"b\\\\c/d\\n<\\u0001\xc3\xa4\xf0\x9f\x94\x91", "a\\\"b\\\\c\\/d\\n<\\u0001\xc3\xa4\xf0\x9f\x94\x91",
        "a\\\"b\\\\c/d\\n\\u003c\\u0001\xc3\xa4\xf0\x9f\x94\x91", "a\\\"b\\\\c/d\\n<\\u0001\\u00e4\\ud83d\\udd11"})
    EXPECT_TRUE(has(forms, form)) << form;
}

}  // namespace
}  // namespace strongroom::tests
