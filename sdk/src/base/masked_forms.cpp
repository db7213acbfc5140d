#include <strongroom/base/masked_forms.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include <strongroom/base/wiped_memory.h>

namespace strongroom {

namespace {

using Sink = std::function<void(BytesView)>;

constexpr std::string_view k_standard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view k_url_safe = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::string_view k_lower = "0123456789abcdef";
constexpr std::string_view k_upper = "0123456789ABCDEF";

void give(const Sink& sink, BytesView form) {
  if (form.size() >= k_shortest_masked) sink(form);
}

WipedBytes copy_of(BytesView bytes) {
  return {bytes.begin(), bytes.end(), wiped_heap()};
}

BytesView without_newline(BytesView value) {
  const std::string_view text = as_text(value);
  return value.first(value.size() - (text.ends_with("\r\n") ? 2 : text.ends_with('\n') ? 1 : 0));
}

void give_line_ends(BytesView value, const Sink& sink) {
  WipedBytes with_return(wiped_heap());
  WipedBytes without_return(wiped_heap());
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\n') with_return.push_back('\r');
    with_return.push_back(value[i]);
    if (value[i] != '\r' || i + 1 == value.size() || value[i + 1] != '\n') without_return.push_back(value[i]);
  }
  if (with_return.size() != value.size()) {
    give(sink, with_return);
    give(sink, without_newline(with_return));
  }
  if (without_return.size() != value.size()) give(sink, without_return);
}

void give_lines(BytesView value, const Sink& sink) {
  const std::string_view text = as_text(value);
  if (text.find('\n') == std::string_view::npos) return;
  for (std::size_t start = 0; start < text.size();) {
    const std::size_t end = std::min(text.find('\n', start), text.size());
    std::string_view line = text.substr(start, end - start);
    if (line.ends_with('\r')) line.remove_suffix(1);
    give(sink, as_bytes(line));
    start = end + 1;
  }
}

// The characters [from, to) of the base64 of `shift` zero bytes and `value`; bits behind the value are zero.
WipedBytes base64_part(BytesView value, std::size_t shift, std::size_t from, std::size_t to, std::string_view letters) {
  const auto bit_byte = [&](std::size_t i) -> unsigned {
    return i < shift || i - shift >= value.size() ? 0U : value[i - shift];
  };
  WipedBytes out(wiped_heap());
  out.reserve(to - from + 4);
  for (std::size_t i = from; i < to; ++i) {
    const std::size_t byte = i * 6 / 8;
    const unsigned pair = bit_byte(byte) << 8 | bit_byte(byte + 1);
    out.push_back(static_cast<Byte>(letters[pair >> (10 - i * 6 % 8) & 63]));
  }
  return out;
}

// As it stands at the end of the data, with its padding.
void give_base64_end(BytesView value, std::size_t shift, std::size_t from, std::string_view letters, const Sink& sink) {
  const std::size_t bytes = shift + value.size();
  WipedBytes form = base64_part(value, shift, from, (bytes * 8 + 5) / 6, letters);
  give(sink, form);
  if (bytes % 3 == 0) return;
  form.insert(form.end(), 3 - bytes % 3, '=');
  give(sink, form);
}

// The lines of `width` characters from `start` on. What remains for a last line may be too short to be a form; the line
// before goes with it.
void give_base64_lines(BytesView encoded, std::size_t width, std::size_t start, const Sink& sink) {
  if (encoded.size() <= width) return;
  for (; start + width < encoded.size(); start += width) give(sink, encoded.subspan(start, width));
  const BytesView last = encoded.subspan(start);
  give(sink, last);
  if (last.size() >= k_shortest_masked || start < width) return;
  for (const std::string_view end : {"\n", "\r\n"}) {
    WipedBytes joined = copy_of(encoded.subspan(start - width, width));
    joined.insert(joined.end(), end.begin(), end.end());
    joined.insert(joined.end(), last.begin(), last.end());
    give(sink, joined);
  }
}

void give_base64(BytesView value, const Sink& sink) {
  WipedBytes with_newline = copy_of(value);
  with_newline.push_back('\n');
  for (const std::string_view letters : {k_standard, k_url_safe})
    for (std::size_t shift = 0; shift < 3; ++shift) {
      const std::size_t from = (shift * 8 + 5) / 6;
      give(sink, base64_part(value, shift, from, (shift + value.size()) * 8 / 6, letters));
      give_base64_end(value, shift, from, letters, sink);
      give_base64_end(with_newline, shift, from, letters, sink);
    }
  for (const BytesView content : {value, BytesView(with_newline)}) {
    WipedBytes encoded = base64_part(content, 0, 0, (content.size() * 8 + 5) / 6, k_standard);
    encoded.insert(encoded.end(), (3 - content.size() % 3) % 3, '=');
    for (const std::size_t width : {std::size_t{64}, std::size_t{76}}) {
      // A newline behind the value changes the end only.
      const std::size_t lines = encoded.size() / width;
      const std::size_t same = content.size() == value.size() || lines < 2 ? 0 : (lines - 2) * width;
      give_base64_lines(encoded, width, same, sink);
    }
  }
}

void give_hex(BytesView value, const Sink& sink) {
  for (const std::string_view digits : {k_lower, k_upper}) {
    WipedBytes form(wiped_heap());
    form.reserve(value.size() * 2);
    for (const Byte b : value) {
      form.push_back(static_cast<Byte>(digits[b >> 4]));
      form.push_back(static_cast<Byte>(digits[b & 15]));
    }
    give(sink, form);
  }
}

bool is_unreserved(Byte b) {
  return (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9') ||
         std::string_view("-._~").find(static_cast<char>(b)) != std::string_view::npos;
}

void give_url(BytesView value, const Sink& sink) {
  struct Style {
    std::string_view kept;
    bool plus = false;
  };

  static constexpr std::array<Style, 4> k_styles{{{""}, {"!'()*"}, {"/"}, {"", true}}};
  for (const auto& style : k_styles)
    for (const std::string_view digits : {k_upper, k_lower}) {
      WipedBytes form(wiped_heap());
      form.reserve(value.size() * 3);
      for (const Byte b : value) {
        if (is_unreserved(b) || style.kept.find(static_cast<char>(b)) != std::string_view::npos) {
          form.push_back(b);
        } else if (b == ' ' && style.plus) {
          form.push_back('+');
        } else {
          form.push_back('%');
          form.push_back(static_cast<Byte>(digits[b >> 4]));
          form.push_back(static_cast<Byte>(digits[b & 15]));
        }
      }
      if (form.size() == value.size() && !style.plus) return;  // nothing to escape in any style but for spaces
      give(sink, form);
    }
}

// The code point that begins at `i`, moved behind it; nothing for bytes that are no UTF-8.
std::optional<unsigned> next_code_point(BytesView value, std::size_t& i) {
  const unsigned first = value[i++];
  if (first < 0x80) return first;
  const unsigned more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : first >= 0xc2 ? 1 : 0;
  if (more == 0 || first > 0xf4 || value.size() - i < more) return std::nullopt;
  unsigned point = first & (0x3fU >> more);
  for (unsigned k = 0; k < more; ++k, ++i) {
    if ((value[i] & 0xc0U) != 0x80) return std::nullopt;
    point = point << 6 | (value[i] & 0x3fU);
  }
  return point;
}

void append_unit(WipedBytes& out, unsigned unit) {
  out.push_back('\\');
  out.push_back('u');
  for (int shift = 12; shift >= 0; shift -= 4) out.push_back(static_cast<Byte>(k_lower[unit >> shift & 15]));
}

struct JsonStyle {
  bool slash = false;  // "\/"
  bool html = false;   // <, > and & as \u00xx
  bool ascii = false;  // nothing beyond ASCII
};

void append_json(WipedBytes& out, Byte b, const JsonStyle& style) {
  static constexpr std::string_view k_named = "\b\f\n\r\t\"\\";
  static constexpr std::string_view k_names = "bfnrt\"\\";
  const char c = static_cast<char>(b);
  if (const auto at = k_named.find(c); at != std::string_view::npos || (c == '/' && style.slash)) {
    out.push_back('\\');
    out.push_back(static_cast<Byte>(c == '/' ? '/' : k_names[at]));
  } else if (b < 0x20 || (style.html && (c == '<' || c == '>' || c == '&'))) {
    append_unit(out, b);
  } else {
    out.push_back(b);
  }
}

void give_json(BytesView value, const Sink& sink) {
  static constexpr std::array<JsonStyle, 5> k_styles{
      {{}, {.slash = true}, {.html = true}, {.ascii = true}, {.slash = true, .ascii = true}}};
  for (const auto& style : k_styles) {
    WipedBytes form(wiped_heap());
    form.reserve(value.size() + value.size() / 8);
    bool text = true;
    for (std::size_t i = 0; text && i < value.size();) {
      if (!style.ascii || value[i] < 0x80) {
        append_json(form, value[i++], style);
        continue;
      }
      const auto point = next_code_point(value, i);
      text = point.has_value();
      if (text && *point >= 0x10000) append_unit(form, 0xd800 + ((*point - 0x10000) >> 10));
      if (text) append_unit(form, *point >= 0x10000 ? 0xdc00 + (*point & 0x3ff) : *point);
    }
    if (text) give(sink, form);
  }
}

}  // namespace

void for_each_masked_form(BytesView value, const Sink& sink) {
  if (value.size() < k_shortest_masked) return;
  give(sink, value);
  give_line_ends(value, sink);
  give_lines(value, sink);
  const BytesView trimmed = without_newline(value);
  if (trimmed.size() < k_shortest_masked) return;
  give(sink, trimmed);
  give_base64(trimmed, sink);
  for (const BytesView whole : {trimmed, value}) {
    give_hex(whole, sink);
    give_url(whole, sink);
    give_json(whole, sink);
    if (trimmed.size() == value.size()) break;
  }
}

}  // namespace strongroom
