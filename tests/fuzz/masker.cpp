// Any values, text, chunks and pauses: what comes out is what the oracle says.
//
// Input: a count of values (1 to 3), each a length byte and bytes; a count of cuts, each a byte; then the text. A cut
// with its lowest bit set is a pause.
#include <cstdlib>

#include "tests/support/masking_oracle.h"

using namespace strongroom;

namespace {

struct Input {
  BytesView left;

  unsigned take() {
    if (left.empty()) return 0;
    const unsigned value = left.front();
    left = left.subspan(1);
    return value;
  }

  std::string take_text(std::size_t size) {
    size = std::min(size, left.size());
    std::string out(as_text(left.first(size)));
    left = left.subspan(size);
    return out;
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size > 600) return 0;
  Input input{{data, size}};
  std::vector<std::string> forms;
  for (unsigned i = 0, count = input.take() % 3 + 1; i < count; ++i) {
    const std::string value = input.take_text(input.take() % 48);
    forms.push_back(value);
    if (i == 0) std::ranges::copy(tests::forms_of(value), std::back_inserter(forms));
  }
  const tests::MaskingOracle oracle(std::move(forms));
  for (const auto& form : oracle.forms())
    if (form.size() > MaskingPatterns::k_head) return 0;
  std::vector<unsigned> cut_bytes(input.take() % 8);
  for (unsigned& cut : cut_bytes) cut = input.take();
  const std::string text = input.take_text(input.left.size());
  std::vector<std::size_t> cuts;
  std::vector<std::size_t> pauses;
  std::ranges::sort(cut_bytes);
  for (const unsigned cut : cut_bytes) {
    cuts.push_back(std::min<std::size_t>(cut / 2, text.size()));
    if ((cut & 1) != 0) pauses.push_back(cuts.back());
  }
  cuts.erase(std::unique(cuts.begin(), cuts.end()), cuts.end());
  if (tests::run_masker(tests::patterns_of_forms(oracle.forms()), text, cuts, pauses) != oracle.masked(text, pauses))
    std::abort();
  return 0;
}
