#include "client/cli/output.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include <strongroom/base/wiped_memory.h>

#include "client/cli/terminal.h"

namespace strongroom::cli {

using protocol::FieldInfo;
using protocol::JsonKind;
using protocol::JsonValue;
using protocol::StructInfo;
using protocol::TypeKind;

namespace {

// Code points, which is right for all but wide and combining characters.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string title_of(const FieldInfo& field) {
  std::string title(field.name);
  for (const std::string_view unit : {"_ms", "_s"})
    if (title.ends_with(unit)) title.resize(title.size() - unit.size());
  std::ranges::replace(title, '_', ' ');
  return title;
}

std::string scalar_text(const FieldInfo& field, const JsonValue& value) {
  switch (value.kind()) {
    case JsonKind::null:
      return "-";
    case JsonKind::boolean:
      return value.boolean() ? "yes" : "no";
    case JsonKind::integer:
      if (field.name.ends_with("_ms")) return local_time(value.integer());
      return std::to_string(value.integer()) + (field.name.ends_with("_s") ? " s" : "");
    case JsonKind::string:
      return value.string().empty() ? "-" : std::string(value.string());
    default: {
      WipedString text(wiped_heap());
      protocol::JsonWriter(text).value(value);
      return std::string(text);
    }
  }
}

std::string list_text(const FieldInfo& field, const JsonValue& value) {
  const auto* element = field.type->element;
  if (element->kind == TypeKind::structure) {
    std::vector<std::vector<std::string>> rows(1);
    for (const auto& column : element->structure->fields) rows.front().push_back(title_of(column));
    for (const auto& item : value.array()) {
      auto& row = rows.emplace_back();
      for (const auto& column : element->structure->fields) {
        const JsonValue* cell = item.find(column.name);
        row.push_back(cell ? scalar_text(column, *cell) : "-");
      }
    }
    return as_table(rows);
  }
  std::string text;
  for (const auto& item : value.array()) text += "  " + neutralised(item.string()) + "\n";
  return text;
}

}  // namespace

std::string as_json(const StructInfo& type, const JsonValue& value) {
  const bool only_list = type.fields.size() == 1 && type.fields.front().type->kind == TypeKind::list;
  WipedString text(wiped_heap());
  protocol::JsonWriter writer(text);
  const JsonValue* list = only_list ? value.find(type.fields.front().name) : nullptr;
  if (value.is_null())
    writer.begin_object().end_object();
  else
    writer.value(list ? *list : value);
  text.push_back('\n');
  return std::string(text);
}

std::string as_text(const StructInfo& type, const JsonValue& value) {
  std::size_t width = 0;
  for (const auto& field : type.fields) width = std::max(width, title_of(field).size());
  std::string out;
  for (const auto& field : type.fields) {
    const JsonValue* member = value.find(field.name);
    if (!member || member->is_null()) continue;
    if (field.type->kind == TypeKind::list) {
      if (member->array().empty()) continue;
      if (type.fields.size() > 1) out += title_of(field) + ":\n";
      out += list_text(field, *member);
      continue;
    }
    std::string title = title_of(field);
    title.resize(width + 2, ' ');
    out += title + neutralised(scalar_text(field, *member)) + "\n";
  }
  return out;
}

std::string as_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  std::vector<std::vector<std::string>> cells;
  for (const auto& row : rows) {
    auto& shown = cells.emplace_back();
    for (std::size_t i = 0; i < row.size(); ++i) {
      shown.push_back(neutralised(row[i]));
      widths.resize(std::max(widths.size(), i + 1));
      widths[i] = std::max(widths[i], width_of(shown.back()));
    }
  }
  std::string out;
  const bool bold = colour_is_wanted();
  for (std::size_t r = 0; r < cells.size(); ++r) {
    std::string line;
    for (std::size_t i = 0; i < cells[r].size(); ++i) {
      line += cells[r][i];
      if (i + 1 < cells[r].size()) line.append(widths[i] - width_of(cells[r][i]) + 2, ' ');
    }
    out += r == 0 && bold ? "\x1b[1m" + line + "\x1b[0m\n" : line + "\n";
  }
  return out;
}

bool colour_is_wanted() noexcept {
  const char* no_colour = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  return stdout_is_terminal() && !(no_colour && *no_colour) && terminal && std::strcmp(terminal, "dumb") != 0;
}

}  // namespace strongroom::cli
