// The masker against the oracle: values x forms x every split, random chunks and pauses; and the promises by name.
#include <gtest/gtest.h>

#include <random>

#include "tests/support/masking_oracle.h"

namespace strongroom::tests {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr int k_values = 60;
constexpr std::size_t k_largest = 32 * 1024;
#else
constexpr int k_values = 1000;
constexpr std::size_t k_largest = 1024 * 1024;
#endif

constexpr std::size_t k_heads = MaskingPatterns::k_head;

class Random {
 public:
  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(engine_); }

  // Few different bytes, so that beginnings and overlaps are frequent; or any bytes; or lines of text.
  std::string value() {
    static constexpr std::string_view k_alphabets[] = {"ab", "abc\n", "Aa0+/ =\"\\%", "abcdefghijklmnop\n "};
    std::string out(6 + below(30), '\0');
    const std::size_t kind = below(5);
    for (char& c : out)
      c = kind == 4 ? static_cast<char>(below(256)) : k_alphabets[kind][below(k_alphabets[kind].size())];
    return out;
  }

  // Parts of forms and single bytes of them, then whole forms.
  std::string text_with(const std::vector<std::string>& forms, std::size_t parts) {
    std::string out;
    for (std::size_t i = 0; i < parts; ++i) {
      const std::string& form = forms[below(forms.size())];
      switch (below(4)) {
        case 0:
          out += form;
          break;
        case 1:
          out += form.substr(0, below(form.size()));
          break;
        case 2:
          out += form.substr(below(form.size()));
          break;
        default:
          out += form[below(form.size())];
      }
    }
    return out;
  }

  std::vector<std::size_t> places(std::size_t size, std::size_t count) {
    std::vector<std::size_t> out;
    for (std::size_t i = 0; i < count; ++i) out.push_back(below(size + 1));
    std::ranges::sort(out);
    return out;
  }

 private:
  std::mt19937 engine_{20261122};
};

TEST(StreamMasker, EveryFormOfAThousandValuesIsMaskedAtEverySplit) {
  Random random;
  for (int round = 0; round < k_values; ++round) {
    const MaskingOracle oracle(forms_of(random.value()));
    const auto patterns = patterns_of_forms(oracle.forms());
    for (const auto& form : oracle.forms()) {
      if (form.size() > k_heads) continue;
      const std::string text = "x" + form + random.text_with(oracle.forms(), 1).substr(0, 12);
      const std::string expected = oracle.masked(text, {});
      for (std::size_t cut = 0; cut <= text.size(); ++cut)
        ASSERT_EQ(run_masker(patterns, text, {cut}, {}), expected) << round << " " << form << " at " << cut;
    }
  }
}

TEST(StreamMasker, AnyChunksAndPausesAgreeWithTheOracle) {
  Random random;
  for (int round = 0; round < k_values; ++round) {
    std::vector<std::string> forms = forms_of(random.value());
    if (round % 2 == 0) std::ranges::copy(forms_of(random.value()), std::back_inserter(forms));
    const MaskingOracle oracle(forms);
    const auto patterns = patterns_of_forms(oracle.forms());
    for (int i = 0; i < 3; ++i) {
      const std::string text = random.text_with(oracle.forms(), 8);
      auto cuts = random.places(text.size(), random.below(12));
      std::vector<std::size_t> pauses;
      for (const std::size_t cut : cuts)
        if (random.below(2) == 0) pauses.push_back(cut);
      cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
      ASSERT_EQ(run_masker(patterns, text, cuts, pauses), oracle.masked(text, pauses)) << round << "\n" << text;
    }
  }
}

// The invariant itself, without the oracle: of an occurrence no more than its first three bytes come out.
TEST(StreamMasker, PausesGiveOutAtMostThreeBytesOfAValue) {
  const std::string value = "0123456789abcdef";
  const auto patterns = patterns_of_forms({value});
  for (std::size_t first = 0; first <= value.size(); ++first)
    for (std::size_t second = first; second <= value.size(); ++second) {
      const std::string out = run_masker(patterns, value, {first, second}, {first, second});
      const std::size_t given_out = out.find('*');
      EXPECT_LE(given_out, 3U) << first << " " << second << " " << out;
      EXPECT_EQ(out, value.substr(0, given_out) + std::string(StreamMasker::k_mask));
    }
}

TEST(StreamMasker, WhatCannotBeginAValueIsNeverHeld) {
  StreamMasker masker(patterns_of_forms({"secret value"}));
  WipedBytes out(wiped_heap());
  masker.feed(as_bytes("hello "), out);
  EXPECT_EQ(as_text(out), "hello ");
  EXPECT_FALSE(masker.holds());
  masker.feed(as_bytes("my sec"), out);
  EXPECT_EQ(as_text(out), "hello my ");
  EXPECT_TRUE(masker.holds());
  masker.feed(as_bytes("ond"), out);
  EXPECT_EQ(as_text(out), "hello my second");
}

TEST(StreamMasker, ABegunValueIsMaskedAfterSilenceAndItsRestSwallowed) {
  StreamMasker masker(patterns_of_forms({"secret value"}));
  WipedBytes out(wiped_heap());
  masker.feed(as_bytes("is secret"), out);
  masker.flush(out);
  EXPECT_EQ(as_text(out), "is ********");
  masker.feed(as_bytes(" va"), out);
  EXPECT_EQ(as_text(out), "is ********");
  EXPECT_FALSE(masker.holds());
  masker.feed(as_bytes("lue, is it?"), out);
  EXPECT_EQ(as_text(out), "is ********, is it?");
}

TEST(StreamMasker, AMaskDoesNotTellTheLength) {
  const auto patterns = patterns_of_forms({"short one", "a value that is much longer"});
  EXPECT_EQ(run_masker(patterns, "short one", {}, {}), run_masker(patterns, "a value that is much longer", {}, {}));
}

TEST(StreamMasker, NothingToMaskPassesAsItIs) {
  const std::string text("any \0 bytes\xff", 12);
  EXPECT_EQ(run_masker(patterns_of_forms({}), text, {3}, {3}), text);
}

TEST(StreamMasker, ALongValueIsMaskedToItsEndAndAnotherThatSharesItsHeadToo) {
  Random random;
  std::string one(100'000, '\0');
  for (char& c : one) c = static_cast<char>('a' + random.below(26));
  std::string two = one.substr(0, 5000) + "and then otherwise" + one.substr(0, 3000);
  const auto patterns = patterns_of_forms({one, two, "tail of both"});
  const std::string mask(StreamMasker::k_mask);
  for (const std::size_t cut : {1UL, k_heads - 1, k_heads, k_heads + 1, 5000UL, 5001UL, 8000UL}) {
    EXPECT_EQ(run_masker(patterns, "<" + one + ">", {cut}, {}), "<" + mask + ">") << cut;
    EXPECT_EQ(run_masker(patterns, "<" + two + ">", {cut}, {cut}), "<" + mask + ">") << cut;
    EXPECT_EQ(run_masker(patterns, one + "tail of both.", {cut}, {}), mask + ".");
  }
  EXPECT_EQ(run_masker(patterns, one.substr(0, 6000) + "#" + one.substr(6000, 5), {}, {}),
            mask + "#" + one.substr(6000, 5));
}

TEST(StreamMasker, TwoStreamsShareTheirPatterns) {
  const auto patterns = patterns_of_forms({"secret value"});
  StreamMasker one(patterns);
  StreamMasker two(patterns);
  WipedBytes out_one(wiped_heap());
  WipedBytes out_two(wiped_heap());
  one.feed(as_bytes("secret "), out_one);
  two.feed(as_bytes("between"), out_two);
  one.feed(as_bytes("value"), out_one);
  EXPECT_EQ(as_text(out_one), StreamMasker::k_mask);
  EXPECT_EQ(as_text(out_two), "between");
}

// A version of a secret has at most 1 MiB: building must neither take long nor much memory.
TEST(StreamMasker, TheLargestValueIsCompiledAndMasked) {
  std::string value;
  Random random;
  while (value.size() < k_largest - 64) {
    for (int i = 0; i < 60; ++i) value.push_back(static_cast<char>(' ' + random.below(95)));
    value.push_back('\n');
  }
  const BytesView view = as_bytes(value);
  const auto patterns = MaskingPatterns::of(std::span(&view, 1));
  EXPECT_EQ(run_masker(patterns, value, {}, {}), StreamMasker::k_mask);
}

}  // namespace
}  // namespace strongroom::tests
