#include <strongroom/backup/manifest.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace strongroom::backup {
namespace {

constexpr std::string_view k_first_line = "strongroom-backup/1";
constexpr std::size_t k_digits = 20;  // of the greatest number

Error damaged() {
  return make_error(ErrorCode::corrupt, "the manifest of the backup is damaged");
}

// The length of a manifest is known before its rows are counted.
std::string padded(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  return std::string(k_digits - digits.size(), '0') + digits;
}

// Takes lines of words from the front; after the first failure nothing more.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  // The words behind `name`, as many as are wanted.
  template <std::size_t N>
  std::array<std::string_view, N> words(std::string_view name) {
    std::array<std::string_view, N> found{};
    std::string_view line = next();
    ok_ = ok_ && line.starts_with(name) && line.substr(name.size()).starts_with(' ');
    if (!ok_) return found;
    line.remove_prefix(name.size() + 1);
    for (std::size_t i = 0; i < N; ++i) {
      const auto end = line.find(' ');
      ok_ = ok_ && (end == std::string_view::npos) == (i == N - 1);
      if (!ok_) return found;
      found[i] = line.substr(0, end);
      line.remove_prefix(std::min(found[i].size() + 1, line.size()));
      ok_ = !found[i].empty();
    }
    return found;
  }

  template <class Number>
  Number number(std::string_view text) {
    Number value{};
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool canonical = text.size() == 1 || !text.starts_with('0');
    ok_ = ok_ && problem == std::errc() && end == text.data() + text.size() && canonical;
    return value;
  }

  // As padded() writes it.
  std::uint64_t padded_number(std::string_view text) {
    std::uint64_t value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    ok_ = ok_ && text.size() == k_digits && problem == std::errc() && end == text.data() + text.size();
    return value;
  }

  template <std::size_t N>
  void hex(std::string_view text, std::array<Byte, N>& out) {
    const auto bytes = from_hex(text);
    ok_ = ok_ && bytes && bytes->size() == N && to_hex(*bytes) == text;
    if (ok_) std::ranges::copy(*bytes, out.begin());
  }

  std::string_view next() {
    const auto end = rest_.find('\n');
    ok_ = ok_ && end != std::string_view::npos;
    if (!ok_) return {};
    const std::string_view line = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return line;
  }

  bool finished() const noexcept { return ok_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace

std::string manifest_text(const Manifest& m) {
  std::string text(k_first_line);
  text.append("\nstore ").append(to_hex(m.store_id));
  text.append("\ncreated ").append(std::to_string(m.created_ms));
  text.append("\ngeneration ").append(std::to_string(m.header_generation));
  text.append("\nstored ").append(padded(m.rows));
  text.append("\nlog ").append(m.log_origin).append(" ").append(std::to_string(m.log_entries));
  text.append(" ").append(to_hex(m.log_root));
  for (std::size_t i = 0; i < k_members.size(); ++i)
    text.append("\n")
        .append(k_members[i])
        .append(" ")
        .append(padded(m.members[i].size))
        .append(" ")
        .append(to_hex(m.members[i].digest));
  text.push_back('\n');
  return text;
}

Result<Manifest> parse_manifest(std::string_view text) {
  if (text.size() > k_manifest_max) return make_error(ErrorCode::too_large, "the manifest of the backup is too long");
  Lines lines(text);
  if (lines.next() != k_first_line)
    return make_error(ErrorCode::unsupported, "this is no backup, or one of a newer version of Strongroom");
  Manifest m;
  lines.hex(lines.words<1>("store")[0], m.store_id);
  m.created_ms = lines.number<std::int64_t>(lines.words<1>("created")[0]);
  m.header_generation = lines.number<std::uint64_t>(lines.words<1>("generation")[0]);
  m.rows = lines.padded_number(lines.words<1>("stored")[0]);
  const auto log = lines.words<3>("log");
  m.log_origin = std::string(log[0].substr(0, k_origin_max));
  m.log_entries = lines.number<std::uint64_t>(log[1]);
  lines.hex(log[2], m.log_root);
  for (std::size_t i = 0; i < k_members.size(); ++i) {
    const auto words = lines.words<2>(k_members[i]);
    m.members[i].size = lines.padded_number(words[0]);
    lines.hex(words[1], m.members[i].digest);
  }
  if (!lines.finished() || m.created_ms < 0 || log[0].size() > k_origin_max) return damaged();
  return m;
}

}  // namespace strongroom::backup
