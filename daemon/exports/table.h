// What is exported: sheets of typed columns, and cells.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace strongroom::exports {

enum class CellType : std::uint8_t { empty, text, integer, real, boolean, time };

struct Column {
  std::string name;   // for machines: a-z 0-9 _
  std::string title;  // for people
  CellType type = CellType::text;
  std::uint32_t width = 10;  // characters that its cells usually need
};

struct Sheet {
  std::string name;  // as a column's
  std::string title;
  std::vector<Column> columns;
};

// One cell. `number` is an integer, a boolean (0 or 1) or a time in milliseconds since 1970-01-01 00:00 UTC.
struct Cell {
  CellType type = CellType::empty;
  std::int64_t number = 0;
  double real = 0;
  std::string_view text;

  static Cell of_text(std::string_view text) { return {CellType::text, 0, 0, text}; }

  static Cell of_integer(std::int64_t number) { return {CellType::integer, number, 0, {}}; }

  static Cell of_boolean(bool value) { return {CellType::boolean, value ? 1 : 0, 0, {}}; }

  static Cell of_time(std::int64_t ms) { return {CellType::time, ms, 0, {}}; }
};

}  // namespace strongroom::exports
