// How exporters write values as text: numbers, times, UTF-8, JSON; and a buffer in front of the sink.
//
// Functions named append_... add to the end of `out` and fail only for want of memory. Everything here is thread-safe
// as far as its arguments are not shared.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include <strongroom/plugin/byte_sink.h>
#include <strongroom/plugin/exporter.h>
#include <strongroom/plugin/plugin.h>

namespace strongroom::plugin {

// Gathers text and hands it to the sink in pieces that are worth a call. `sink` outlives it. What was not flushed is
// thrown away with it.
class TextBuffer {
 public:
  explicit TextBuffer(ByteSink& sink) : sink_(sink) { text_.reserve(k_piece + k_piece / 4); }

  // Append here; call flush_when_full() now and then, at least once a row.
  std::string& text() noexcept { return text_; }

  // False, of both: the sink has failed; return as if all were done.
  bool flush_when_full() { return text_.size() < k_piece || flush(); }

  bool flush() {
    const bool taken = sink_(text_);
    text_.clear();
    return taken;
  }

 private:
  static constexpr std::size_t k_piece = 256 * 1024;

  ByteSink& sink_;
  std::string text_;
};

// Decimal, all digits.
inline void append_integer(std::string& out, std::int64_t value) {
  std::array<char, 20> digits;
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  out.append(digits.data(), written.ptr);
}

// The shortest decimal that reads back as the same number and shows that it is a real: "0.1", "100.0", "1e+300". A
// number of JSON when `value` is finite.
inline void append_real(std::string& out, double value) {
  std::array<char, 32> digits;
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  const std::string_view text(digits.data(), static_cast<std::size_t>(written.ptr - digits.data()));
  out += text;
  if (text.find_first_not_of("-0123456789") == std::string_view::npos) out += ".0";
}

// A day and time of UTC in the proleptic Gregorian calendar.
struct CivilTime {
  std::int64_t year = 0;
  unsigned month = 0;  // 1 to 12
  unsigned day = 0;    // 1 to 31
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
  unsigned millisecond = 0;
};

// Of milliseconds since 1970-01-01 00:00 UTC. The day is civil_from_days of Howard Hinnant's "chrono-Compatible
// Low-Level Date Algorithms", https://howardhinnant.github.io/date_algorithms.html.
constexpr CivilTime civil_time(std::int64_t ms) noexcept {
  constexpr std::int64_t k_day = 86'400'000;
  const std::int64_t days = ms / k_day - (ms % k_day < 0 ? 1 : 0);
  const auto of_day = static_cast<unsigned>(ms - days * k_day);
  const std::int64_t shifted = days + 719'468;  // days since 0000-03-01
  const std::int64_t era = (shifted >= 0 ? shifted : shifted - 146'096) / 146'097;
  const auto of_era = static_cast<unsigned>(shifted - era * 146'097);
  const unsigned year_of_era = (of_era - of_era / 1460 + of_era / 36'524 - of_era / 146'096) / 365;
  const unsigned of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);  // from March 1
  const unsigned month_from_march = (5 * of_year + 2) / 153;
  CivilTime out;
  out.day = of_year - (153 * month_from_march + 2) / 5 + 1;
  out.month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  out.year = static_cast<std::int64_t>(year_of_era) + era * 400 + (out.month <= 2 ? 1 : 0);
  out.hour = of_day / 3'600'000;
  out.minute = of_day / 60'000 % 60;
  out.second = of_day / 1000 % 60;
  out.millisecond = of_day % 1000;
  return out;
}

// Which characters stand between day and time, and at the end.
enum class TimeStyle : std::uint8_t {
  iso,     // "2026-11-27T08:00:00.123Z" (ISO 8601, RFC 3339)
  people,  // "2026-11-27 08:00:00.123"; say somewhere that it is UTC
};

// Milliseconds since 1970-01-01 00:00 UTC, in years 1 to 9999 as the seam has it; of another year the last four digits.
inline void append_time(std::string& out, std::int64_t ms, TimeStyle style = TimeStyle::iso) {
  const CivilTime time = civil_time(ms);
  std::array<char, 24> text{};
  const auto put = [&text](std::size_t at, unsigned digits, unsigned value) {
    for (; digits > 0; value /= 10) text[at + --digits] = static_cast<char>('0' + value % 10);
  };
  put(0, 4, static_cast<unsigned>(time.year % 10'000 + (time.year < 0 ? 10'000 : 0)));
  put(5, 2, time.month);
  put(8, 2, time.day);
  put(11, 2, time.hour);
  put(14, 2, time.minute);
  put(17, 2, time.second);
  put(20, 3, time.millisecond);
  text[4] = text[7] = '-';
  text[10] = style == TimeStyle::iso ? 'T' : ' ';
  text[13] = text[16] = ':';
  text[19] = '.';
  text[23] = 'Z';
  out.append(text.data(), style == TimeStyle::iso ? 24 : 23);
}

// What stands for a byte that is part of no valid sequence: U+FFFD.
inline constexpr std::string_view k_replacement = "\xEF\xBF\xBD";

// The bytes of the character that begins at `at`, 1 to 4; 0 when no valid sequence begins there (The Unicode Standard,
// table 3-7). `at` lies within `text`.
constexpr std::size_t utf8_size(std::string_view text, std::size_t at) noexcept {
  const auto byte = [&](std::size_t i) {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : static_cast<unsigned char>(0);
  };
  const auto continues = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  if (first < 0xE0) return continues(1) ? 2 : 0;
  if (!continues(1) || !continues(2)) return 0;
  if (first < 0xF0) {
    if ((first == 0xE0 && byte(1) < 0xA0) || (first == 0xED && byte(1) > 0x9F)) return 0;
    return 3;
  }
  if ((first == 0xF0 && byte(1) < 0x90) || (first == 0xF4 && byte(1) > 0x8F)) return 0;
  return continues(3) ? 4 : 0;
}

// Whether all of it is ASCII, and so needs no look at its sequences.
inline bool is_ascii(std::string_view text) noexcept {
  return std::none_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

// Appends `text`, with what `escape(character)` appends in place of each character for which `plain(character)` is
// false. Both get one character as its UTF-8. Invalid bytes become U+FFFD.
template <class Plain, class Escape>
void append_escaped(std::string& out, std::string_view text, const Plain& plain, const Escape& escape) {
  std::size_t copied = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t size = utf8_size(text, at);
    const std::string_view character = text.substr(at, std::max<std::size_t>(size, 1));
    if (size == 0 || !plain(character)) {
      out.append(text, copied, at - copied);
      copied = at + character.size();
      if (size == 0)
        out += k_replacement;
      else
        escape(character);
    }
    at += character.size();
  }
  out.append(text, copied);
}

// Appends `text` as it is, valid UTF-8 whatever it was.
inline void append_utf8(std::string& out, std::string_view text) {
  if (is_ascii(text)) {
    out += text;
    return;
  }
  append_escaped(out, text, [](std::string_view) { return true; }, [](std::string_view) {});
}

// Appends a string of JSON with its quotes (RFC 8259). U+2028 and U+2029 are escaped too, which end a line for readers
// that take JSON for a script.
inline void append_json_string(std::string& out, std::string_view text) {
  const auto plain = [](std::string_view character) {
    const auto byte = static_cast<unsigned char>(character.front());
    if (byte != 0xE2) return byte >= 0x20 && byte != '"' && byte != '\\';
    return character != "\xE2\x80\xA8" && character != "\xE2\x80\xA9";
  };
  const auto escape = [&out](std::string_view character) {
    constexpr std::string_view k_named = "\"\\\b\f\n\r\t";
    constexpr std::string_view k_names = "\"\\bfnrt";
    constexpr std::string_view k_digits = "0123456789abcdef";
    const auto named = k_named.find(character.front());
    if (character.size() > 1) {
      out += character.back() == '\xA8' ? "\\u2028" : "\\u2029";
    } else if (named != std::string_view::npos) {
      out += '\\';
      out += k_names[named];
    } else {
      const auto byte = static_cast<unsigned char>(character.front());
      out += "\\u00";
      out += k_digits[byte >> 4];
      out += k_digits[byte & 15];
    }
  };
  out += '"';
  append_escaped(out, text, plain, escape);
  out += '"';
}

// Appends a value of JSON: times as texts of ISO 8601, null for an empty cell.
inline void append_json_cell(std::string& out, const Cell& cell) {
  switch (cell.type()) {
    case CellType::empty:
      out += "null";
      return;
    case CellType::text:
      return append_json_string(out, cell.text());
    case CellType::integer:
      return append_integer(out, cell.integer());
    case CellType::real:
      return append_real(out, cell.real());
    case CellType::boolean:
      out += cell.boolean() ? "true" : "false";
      return;
    case CellType::time:
      out += '"';
      append_time(out, cell.time_ms());
      out += '"';
      return;
  }
}

}  // namespace strongroom::plugin
