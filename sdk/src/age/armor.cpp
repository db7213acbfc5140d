#include "sdk/src/age/armor.h"

#include <algorithm>
#include <array>

namespace strongroom::age {
namespace {

constexpr std::string_view k_first = "-----BEGIN AGE ENCRYPTED FILE-----";
constexpr std::string_view k_last = "-----END AGE ENCRYPTED FILE-----";
constexpr std::size_t k_line = 64;  // letters; only the last line is shorter
constexpr std::string_view k_white_space = " \t\r\n";

Error malformed(const char* sentence) {
  return make_error(ErrorCode::corrupt, sentence);
}

bool is_white_space(std::string_view text) {
  return text.find_first_not_of(k_white_space) == std::string_view::npos;
}

}  // namespace

bool ArmorReader::begins_with(Byte first) noexcept {
  return first == k_first[0] || k_white_space.find(static_cast<char>(first)) != std::string_view::npos;
}

Status ArmorReader::feed(BytesView text, const ByteTaker& take) {
  std::string_view left = as_text(text);
  while (!left.empty()) {
    if (expects_ == Expects::nothing) return take_white_space(left);
    const std::size_t end = left.find('\n');
    const std::string_view part = left.substr(0, end);
    // White space and a CR are more than a line of data has.
    if (line_.size() + part.size() > k_most_white_space) return malformed("a line of the age file's armor is too long");
    line_ += part;
    if (end == std::string_view::npos) break;
    left = left.substr(end + 1);
    STRONGROOM_CHECK(take_line(take));
    line_.clear();
  }
  return {};
}

Status ArmorReader::end() {
  // The last line may lack its end.
  if (line_.ends_with('\r')) line_.pop_back();
  const bool is_last = line_ == k_last && (expects_ == Expects::data || expects_ == Expects::last_line);
  if (expects_ != Expects::nothing && !is_last) return malformed("the armor of the age file is cut off");
  return {};
}

Status ArmorReader::take_line(const ByteTaker& take) {
  if (expects_ == Expects::first_line && is_white_space(line_)) return take_white_space(line_ + "\n");
  if (line_.ends_with('\r')) line_.pop_back();
  if (expects_ == Expects::first_line) return take_first_line();
  if (line_ == k_last) {
    expects_ = Expects::nothing;
    white_space_ = 0;
    return {};
  }
  if (expects_ == Expects::last_line) return malformed("the armor of the age file does not end as it must");
  return take_data(take);
}

Status ArmorReader::take_first_line() {
  if (line_ != k_first) return malformed("this is neither an age file nor the armor of one");
  expects_ = Expects::data;
  return {};
}

Status ArmorReader::take_data(const ByteTaker& take) {
  if (line_.empty() || line_.size() > k_line) return malformed("a line of the age file's armor has a wrong length");
  std::array<Byte, k_line / 4 * 3> bytes{};
  const auto size = base64_decode(line_, bytes.data());
  if (!size) return malformed("the armor of the age file has wrong base64");
  if (*size < bytes.size()) expects_ = Expects::last_line;
  return take(BytesView(bytes).first(*size));
}

Status ArmorReader::take_white_space(std::string_view text) {
  if (!is_white_space(text)) return malformed("something stands behind the armor of the age file");
  white_space_ += text.size();
  if (white_space_ > k_most_white_space) return malformed("too much white space stands around the age file's armor");
  return {};
}

}  // namespace strongroom::age
