// What a masked stream must be, found slowly from the rule alone: every end of every form is looked up at every byte.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include <strongroom/base/stream_masker.h>

namespace strongroom::tests {

class MaskingOracle {
 public:
  // Forms of at most MaskingPatterns::k_head bytes.
  explicit MaskingOracle(std::vector<std::string> forms) : forms_(std::move(forms)) {
    std::erase_if(forms_, [](const std::string& form) { return form.size() < k_shortest_masked; });
    std::ranges::sort(forms_);
    forms_.erase(std::unique(forms_.begin(), forms_.end()), forms_.end());
  }

  // `pauses`: how many bytes had come when the stream was silent, ascending; its end counts as one.
  std::string masked(std::string_view text, std::vector<std::size_t> pauses) const {
    pauses.push_back(text.size());
    std::vector<char> hidden(text.size());
    std::vector<char> given_out(text.size());
    std::size_t pause = 0;
    std::size_t begun = text.size();  // of the form whose rest is swallowed
    for (std::size_t end = 0; end <= text.size(); ++end) {
      if (end > begun && begins_a_form(text.substr(begun, end - begun)))
        hidden[end - 1] = 1;
      else if (end > begun)
        begun = text.size();
      for (const auto& form : forms_)
        if (text.substr(0, end).ends_with(form))
          for (std::size_t i = end - form.size(); i < end; ++i) hidden[i] = hidden[i] || !given_out[i];
      for (; pause < pauses.size() && pauses[pause] == end; ++pause) {
        std::size_t from = end > MaskingPatterns::k_head ? end - MaskingPatterns::k_head : 0;
        while (from < end && !begins_a_form(text.substr(from, end - from))) ++from;
        if (end - from >= StreamMasker::k_begun) {
          for (std::size_t i = from; i < end; ++i) hidden[i] = hidden[i] || !given_out[i];
          begun = from;
        }
        for (std::size_t i = 0; i < end; ++i) given_out[i] = given_out[i] || !hidden[i];
      }
    }
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i)
      if (!hidden[i])
        out.push_back(text[i]);
      else if (i == 0 || !hidden[i - 1])
        out += StreamMasker::k_mask;
    return out;
  }

  const std::vector<std::string>& forms() const { return forms_; }

 private:
  bool begins_a_form(std::string_view part) const {
    const auto at =
        std::ranges::lower_bound(forms_, part, {}, [](const std::string& form) { return std::string_view(form); });
    return at != forms_.end() && at->starts_with(part);
  }

  std::vector<std::string> forms_;
};

inline std::vector<std::string> forms_of(std::string_view value) {
  std::vector<std::string> forms;
  for_each_masked_form(as_bytes(value), [&](BytesView form) { forms.emplace_back(as_text(form)); });
  return forms;
}

inline std::shared_ptr<const MaskingPatterns> patterns_of_forms(const std::vector<std::string>& forms) {
  std::vector<BytesView> views;
  for (const auto& form : forms) views.push_back(as_bytes(form));
  return MaskingPatterns::of_forms(views);
}

// `text` through a masker: chunks end at `cuts` (ascending); at those that are `pauses` too it is silent.
inline std::string run_masker(const std::shared_ptr<const MaskingPatterns>& patterns, std::string_view text,
                              const std::vector<std::size_t>& cuts, const std::vector<std::size_t>& pauses) {
  StreamMasker masker(patterns);
  WipedBytes out(wiped_heap());
  std::size_t at = 0;
  for (const std::size_t cut : cuts) {
    masker.feed(as_bytes(text.substr(at, cut - at)), out);
    at = cut;
    for (std::size_t i = 0; i < static_cast<std::size_t>(std::ranges::count(pauses, cut)); ++i) masker.flush(out);
  }
  masker.feed(as_bytes(text.substr(at)), out);
  masker.flush(out);
  return std::string(as_text(out));
}

}  // namespace strongroom::tests
