#include "tests/integration/export_formats/hostile_table.h"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <string_view>

namespace strongroom::testing {
namespace {

using namespace std::string_view_literals;

const std::string& longest_text() {
  static const std::string text(32'767, 'x');
  return text;
}

const std::vector<std::string_view>& texts() {
  static const std::vector<std::string_view> list = {
      "plain"sv,
      ""sv,
      "007"sv,
      "1e5"sv,
      "2026-11-27"sv,
      "TRUE"sv,
      // formulas, plain and in disguise
      "=1+1"sv,
      "+1"sv,
      "-1"sv,
      "@SUM(A1)"sv,
      "\t=1+1"sv,
      "\r=1+1"sv,
      "\n=1+1"sv,
      "  =1+1"sv,
      "\xC2\xA0=1+1"sv,
      "\xE3\x80\x80=1+1"sv,
      "\xEF\xBB\xBF=1+1"sv,
      "\x01=1+1"sv,
      "\xEF\xBC\x9D"
      "1+1"sv,
      "\xEF\xBC\x8B"
      "1"sv,
      "\xEF\xBC\x8D"
      "1"sv,
      "\xEF\xBC\xA0"
      "SUM(A1)"sv,
      "=HYPERLINK(\"http://example.com\",\"x\")"sv,
      "=cmd|' /C calc'!A0"sv,
      "\"=1+1\""sv,
      "'=1+1"sv,
      "a=1+1"sv,
      "{=1+1}"sv,
      // separators, quotes, line ends
      "a,b;c\td|e"sv,
      "say \"hello\""sv,
      "\""sv,
      "'"sv,
      "one\ntwo"sv,
      "one\r\ntwo"sv,
      "one\rtwo"sv,
      "ends with\n"sv,
      "\\n\\u0041\\"sv,
      " spaces around "sv,
      "   "sv,
      // markup
      "</td></tr></table><script>alert(1)</script>"sv,
      "<img src=x onerror=alert(1)>"sv,
      "&amp; &#13; &lt;"sv,
      "]]> <![CDATA[ <!-- -->"sv,
      // Unicode
      "Zo\xC3\xAB \xE2\x82\xAC \xE6\xBC\xA2\xE5\xAD\x97 \xD7\xA9\xD7\x9C\xD7\x95\xD7\x9D"sv,
      "\xF0\x9F\x94\x91\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB"sv,
      "e\xCC\x81"sv,
      "\xE2\x80\xA8line\xE2\x80\xA9separators"sv,
      "\xE2\x80\xAEtxt.exe"sv,
      // what XML may not hold, and what its escape looks like
      "\x01\x02\x08\x0B\x0C\x1B[31m\x1F\x7F"sv,
      "\xC2\x85\xC2\x9F"sv,
      "\xEF\xBF\xBE\xEF\xBF\xBF"sv,
      "_x000D_ _x0041_ _x005F_ _x_ __x0041__"sv,
      // longer than most buffers
      longest_text(),
  };
  return list;
}

constexpr std::int64_t k_integers[] = {0,
                                       1,
                                       -1,
                                       7,
                                       999'999'999'999'999,
                                       (1ll << 53) - 1,
                                       1ll << 53,
                                       (1ll << 53) + 1,
                                       -(1ll << 53) - 1,
                                       std::numeric_limits<std::int64_t>::max(),
                                       std::numeric_limits<std::int64_t>::min()};

constexpr double k_reals[] = {0.0, -0.0, 0.1, 1e300, -1e300, 1e-300, 1.5, 100, 123456789.125, 0.1 + 0.2, 1.0 / 3};

constexpr std::int64_t k_times[] = {
    1'795'766'400'123,    // 2026-11-27
    0,                    // 1970-01-01
    -1,                   // the millisecond before
    951'782'400'000,      // 2000-02-29
    4'107'542'399'999,    // 2100-02-28, before a day that is none
    253'402'300'799'999,  // the end of 9999
    -2'203'891'200'000,   // 1900-03-01
    -2'203'891'200'001,   // the millisecond before
    -2'208'988'800'000,   // 1900-01-01
    -62'135'596'800'000,  // the beginning of year 1
};

// Each column goes round its values, with an empty cell after the last.
template <class Values, class Make>
sr_cell cell_at(const Values& values, std::size_t row, const Make& make) {
  const std::size_t at = row % (std::size(values) + 1);
  return at == std::size(values) ? empty_cell() : make(values[at]);
}

void put_hex(std::ostream& out, sr_bytes text) {
  constexpr std::string_view k_digits = "0123456789abcdef";
  for (std::uint64_t i = 0; i < text.size; ++i) out << k_digits[text.data[i] >> 4] << k_digits[text.data[i] & 15];
}

void put(std::ostream& out, const sr_cell& cell) {
  char real[64];
  switch (cell.type) {
    case SR_CELL_TEXT:
      out << "{\"text\":\"";
      put_hex(out, cell.text);
      out << "\"}";
      return;
    case SR_CELL_INTEGER:
      out << cell.integer;
      return;
    case SR_CELL_REAL:
      (void)std::snprintf(real, sizeof real, "%a", cell.real);
      out << "{\"real\":\"" << real << "\"}";
      return;
    case SR_CELL_BOOLEAN:
      out << (cell.integer != 0 ? "true" : "false");
      return;
    case SR_CELL_TIME:
      out << "{\"ms\":" << cell.integer << "}";
      return;
    default:
      out << "null";
  }
}

}  // namespace

HostileTable::HostileTable(std::size_t sheet)
    : name_(sheet == 0 ? "events" : "more_events"),
      title_(sheet == 0 ? "Events" : "A title [with] more: than 31 characters/units?"),
      columns_{column_of(sheet == 0 ? "text" : "other", sheet == 0 ? "=Text, \"quoted\"" : "Other", SR_CELL_TEXT),
               column_of("integer", "Integer", SR_CELL_INTEGER), column_of("real", "Real", SR_CELL_REAL),
               column_of("flag", "Flag <b>", SR_CELL_BOOLEAN), column_of("time", "Time (UTC)", SR_CELL_TIME)} {
  constexpr std::int64_t k_booleans[] = {1, 0};
  const std::size_t rows = std::max(texts().size(), std::size(k_integers) * 2) + 2;
  for (std::size_t row = 0; row < rows; ++row) {
    cells_.push_back(cell_at(texts(), row, [](std::string_view text) { return text_cell(text); }));
    cells_.push_back(cell_at(k_integers, row, [](auto value) { return number_cell(SR_CELL_INTEGER, value); }));
    cells_.push_back(cell_at(k_reals, row, [](double value) { return real_cell(value); }));
    cells_.push_back(cell_at(k_booleans, row, [](auto value) { return number_cell(SR_CELL_BOOLEAN, value); }));
    cells_.push_back(cell_at(k_times, row, [](auto value) { return number_cell(SR_CELL_TIME, value); }));
  }
  for (std::size_t i = 0; i < columns_.size(); ++i) cells_.push_back(empty_cell());
}

void HostileTable::describe(std::ostream& out) const {
  constexpr std::string_view k_types[] = {"empty", "text", "integer", "real", "boolean", "time"};
  const auto text = [&out](sr_bytes bytes) {
    out << '"';
    put_hex(out, bytes);
    out << '"';
  };
  out << "{\"name\":\"" << name_ << "\",\"title\":\"" << title_ << "\",\"columns\":[";
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    out << (i == 0 ? "[" : ",[");
    text(columns_[i].name);
    out << ",";
    text(columns_[i].title);
    out << ",\"" << k_types[columns_[i].type] << "\"]";
  }
  out << "],\"rows\":[";
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    const bool first = i % columns_.size() == 0;
    out << (i == 0 ? "\n[" : first ? "],\n[" : ",");
    put(out, cells_[i]);
  }
  out << "]]}";
}

}  // namespace strongroom::testing
