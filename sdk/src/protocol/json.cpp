#include <strongroom/protocol/json.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

namespace strongroom::protocol {

JsonValue JsonValue::of(bool v) noexcept {
  JsonValue made;
  made.kind_ = JsonKind::boolean;
  made.integer_ = v ? 1 : 0;
  return made;
}

JsonValue JsonValue::of(std::int64_t v) noexcept {
  JsonValue made;
  made.kind_ = JsonKind::integer;
  made.integer_ = v;
  return made;
}

JsonValue JsonValue::of(double v) noexcept {
  JsonValue made;
  made.kind_ = JsonKind::floating;
  made.floating_ = v;
  return made;
}

JsonValue JsonValue::of(std::string_view v) noexcept {
  JsonValue made;
  made.kind_ = JsonKind::string;
  made.data_ = v.data();
  made.size_ = v.size();
  return made;
}

JsonValue JsonValue::of(std::span<const JsonValue> v) noexcept {
  JsonValue made;
  made.kind_ = JsonKind::array;
  made.data_ = v.data();
  made.size_ = v.size();
  return made;
}

JsonValue JsonValue::of(std::span<const JsonMember> v) noexcept {
  JsonValue made;
  made.kind_ = JsonKind::object;
  made.data_ = v.data();
  made.size_ = v.size();
  return made;
}

double JsonValue::floating() const noexcept {
  if (kind_ == JsonKind::integer) return static_cast<double>(integer_);
  return kind_ == JsonKind::floating ? floating_ : 0;
}

std::string_view JsonValue::string() const noexcept {
  if (kind_ != JsonKind::string) return {};
  return {static_cast<const char*>(data_), size_};
}

std::span<const JsonValue> JsonValue::array() const noexcept {
  if (kind_ != JsonKind::array) return {};
  return {static_cast<const JsonValue*>(data_), size_};
}

std::span<const JsonMember> JsonValue::object() const noexcept {
  if (kind_ != JsonKind::object) return {};
  return {static_cast<const JsonMember*>(data_), size_};
}

const JsonValue* JsonValue::find(std::string_view name) const noexcept {
  for (const auto& member : object())
    if (member.name == name) return &member.value;
  return nullptr;
}

JsonWriter& JsonWriter::open(char bracket) {
  separate();
  out_.push_back(bracket);
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::close(char bracket) {
  out_.push_back(bracket);
  comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::literal(std::string_view text) {
  separate();
  out_.append(text);
  comma_ = true;
  return *this;
}

void JsonWriter::separate() {
  if (comma_) out_.push_back(',');
}

JsonWriter& JsonWriter::key(std::string_view name) {
  separate();
  quoted(name);
  out_.push_back(':');
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::integer(std::int64_t v) {
  char text[24];
  const auto end = std::to_chars(text, text + sizeof text, v);
  return literal({text, static_cast<std::size_t>(end.ptr - text)});
}

// The shortest text that reads back as the same number; a fraction stays recognisable as one.
JsonWriter& JsonWriter::floating(double v) {
  if (!std::isfinite(v)) return null();
  char text[40];
  auto end = std::to_chars(text, text + sizeof text - 2, v).ptr;
  const std::string_view written(text, static_cast<std::size_t>(end - text));
  if (written.find_first_of(".e") == std::string_view::npos) {
    *end++ = '.';
    *end++ = '0';
  }
  return literal({text, static_cast<std::size_t>(end - text)});
}

JsonWriter& JsonWriter::string(std::string_view v) {
  separate();
  quoted(v);
  comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::base64(BytesView v) {
  separate();
  make_room(base64_size(v.size()));
  const std::size_t at = out_.size() + 1;
  out_.resize(at + base64_size(v.size()) + 1);
  out_[at - 1] = '"';
  base64_encode(v, out_.data() + at);
  out_.back() = '"';
  comma_ = true;
  return *this;
}

namespace {

constexpr std::uint64_t k_ones = 0x0101010101010101;
constexpr std::uint64_t k_high_bits = k_ones << 7;

// Eight bytes at once: a high bit for each byte that is zero (and perhaps for one above such a byte).
constexpr std::uint64_t zero_bytes(std::uint64_t v) noexcept {
  return (v - k_ones) & ~v & k_high_bits;
}

constexpr bool needs_escape(unsigned char c) noexcept {
  return c < 0x20 || c == '"' || c == '\\' || c == 0x7f;
}

// A loop of constant length without a way out, so that the compiler takes many bytes at once.
constexpr std::size_t k_block = 32;

template <class Test>
bool any_of_block(const char* p, Test test) noexcept {
  unsigned char any = 0;
  for (std::size_t i = 0; i < k_block; ++i)
    any = static_cast<unsigned char>(any | static_cast<unsigned char>(test(static_cast<unsigned char>(p[i]))));
  return any != 0;
}

// How many bytes from `at` on surely need no escape, in steps of eight.
std::size_t plain_run(std::string_view v, std::size_t at) noexcept {
  const std::size_t start = at;
  const auto test = [](unsigned char c) { return (c < 0x20) | (c == '"') | (c == '\\') | (c == 0x7f); };
  while (v.size() - at >= k_block && !any_of_block(v.data() + at, test)) at += k_block;
  for (; v.size() - at >= 8; at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, v.data() + at, sizeof word);
    const std::uint64_t control = (word - k_ones * 0x20) & ~word & k_high_bits;
    if ((control | zero_bytes(word ^ (k_ones * '"')) | zero_bytes(word ^ (k_ones * '\\')) |
         zero_bytes(word ^ (k_ones * 0x7f))) != 0)
      break;
  }
  return at - start;
}

// How many bytes are surely ASCII, in steps of eight.
std::size_t ascii_run(const unsigned char* p, const unsigned char* end) noexcept {
  const unsigned char* const start = p;
  const auto test = [](unsigned char c) { return c & 0x80; };
  while (end - p >= static_cast<std::ptrdiff_t>(k_block) && !any_of_block(reinterpret_cast<const char*>(p), test))
    p += k_block;
  for (; end - p >= 8; p += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, p, sizeof word);
    if ((word & k_high_bits) != 0) break;
  }
  return static_cast<std::size_t>(p - start);
}

}  // namespace

std::size_t escaped_size(std::string_view text) noexcept {
  std::size_t size = text.size();
  for (std::size_t i = plain_run(text, 0); i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (!needs_escape(c)) continue;
    size += c == '"' || c == '\\' || c == '\n' || c == '\r' || c == '\t' ? 1 : 5;
    i += plain_run(text, i + 1);
  }
  return size;
}

// With some for what follows: a buffer that doubles for a closing bracket costs a copy of a large value.
void JsonWriter::make_room(std::size_t size) {
  if (size >= 4096) out_.reserve(out_.size() + size + size / 32 + 1024);
}

void JsonWriter::quoted(std::string_view v) {
  constexpr char k_hex[] = "0123456789abcdef";
  make_room(v.size());
  out_.push_back('"');
  std::size_t plain = 0;
  for (std::size_t i = plain_run(v, 0); i < v.size(); ++i) {
    const auto c = static_cast<unsigned char>(v[i]);
    if (!needs_escape(c)) continue;
    out_.append(v.substr(plain, i - plain));
    plain = i + 1;
    out_.push_back('\\');
    switch (c) {
      case '"':
        out_.push_back('"');
        break;
      case '\\':
        out_.push_back('\\');
        break;
      case '\n':
        out_.push_back('n');
        break;
      case '\r':
        out_.push_back('r');
        break;
      case '\t':
        out_.push_back('t');
        break;
      default:
        out_.append("u00");
        out_.push_back(k_hex[c >> 4]);
        out_.push_back(k_hex[c & 15]);
    }
    i += plain_run(v, plain);
  }
  out_.append(v.substr(plain));
  out_.push_back('"');
}

JsonWriter& JsonWriter::value(const JsonValue& v) {
  switch (v.kind()) {
    case JsonKind::null:
      return null();
    case JsonKind::boolean:
      return boolean(v.boolean());
    case JsonKind::integer:
      return integer(v.integer());
    case JsonKind::floating:
      return floating(v.floating());
    case JsonKind::string:
      return string(v.string());
    case JsonKind::array:
      begin_array();
      for (const auto& item : v.array()) value(item);
      return end_array();
    case JsonKind::object:
      begin_object();
      for (const auto& member : v.object()) key(member.name).value(member.value);
      return end_object();
  }
  return *this;
}

bool is_utf8(std::string_view text) noexcept {
  const auto* p = reinterpret_cast<const unsigned char*>(text.data());
  const auto* end = p + text.size();
  const auto continuation = [&](int n) {
    if (end - p < n) return false;
    for (int i = 0; i < n; ++i)
      if ((p[i] & 0xc0) != 0x80) return false;
    return true;
  };
  while (p < end) {
    const unsigned c = *p++;
    if (c < 0x80) {
      p += ascii_run(p, end);
      continue;
    }
    if (c >= 0xc2 && c <= 0xdf) {
      if (!continuation(1)) return false;
      p += 1;
    } else if (c >= 0xe0 && c <= 0xef) {
      if (!continuation(2)) return false;
      if ((c == 0xe0 && p[0] < 0xa0) || (c == 0xed && p[0] > 0x9f)) return false;
      p += 2;
    } else if (c >= 0xf0 && c <= 0xf4) {
      if (!continuation(3)) return false;
      if ((c == 0xf0 && p[0] < 0x90) || (c == 0xf4 && p[0] > 0x8f)) return false;
      p += 3;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace strongroom::protocol
