#include <strongroom/protocol/json.h>
#include <strongroom/protocol/methods/secret.h>

#include "client/cli/keyrings/item_path.h"
#include "client/cli/keyrings/rows.h"

namespace strongroom::cli::keyrings {

namespace {

constexpr std::size_t k_longest_path = 512;
constexpr std::size_t k_longest_name = 128;

// What would end the message that it is sent in, and so the import of all the others.
const char* bound_that_is_passed(const Row& row) {
  if (!protocol::is_utf8(row.path)) return "its name is not UTF-8: rename it there";
  if (row.path.size() > k_longest_path) return "its path is longer than 512 bytes: shorten it there";
  std::size_t bytes = 0;
  for (const auto& field : row.fields) {
    if (!protocol::is_utf8(field.name)) return "the name of a field is not UTF-8: rename it there";
    if (field.name.size() > k_longest_name) return "the name of a field is longer than 128 bytes: shorten it there";
    bytes += field.value.size();
  }
  if (bytes > protocol::secret::k_max_version_bytes)
    return "it is larger than 1 MiB, which is the most that a secret holds";
  return nullptr;
}

void check_bounds(Row& row) {
  if (!row.is_to_be_stored()) return;
  if (const char* const problem = bound_that_is_passed(row)) fail(row, problem);
}

}  // namespace

void add_to_note(Row& row, std::string_view sentence) {
  if (!row.note.empty()) row.note += "; ";
  row.note += sentence;
}

void fail(Row& row, std::string_view why) {
  row.result = "failed";
  add_to_note(row, why);
}

std::vector<Row> rows_of(std::vector<ImportedValue> values, const std::string& folder) {
  std::vector<Row> rows;
  for (auto& value : values) {
    Row& row = rows.emplace_back();
    const bool nothing = value.value.empty();
    // A name that stands alone may be a part of a value whose quotes were forgotten, so its line is named instead.
    row.path = nothing && value.line > 0 ? "line " + std::to_string(value.line)
               : folder.empty()          ? value.name
                                         : folder + "/" + value.name;
    row.note = std::move(value.note);
    if (nothing)
      row.result = "left out";
    else
      row.fields.push_back({"value", std::move(value.value)});
    check_bounds(row);
  }
  return rows;
}

std::vector<Row> rows_of(std::vector<ForeignItem> items, const std::string& folder, const std::string& source) {
  const auto paths = paths_for(items, folder);
  std::vector<Row> rows;
  for (std::size_t i = 0; i < items.size(); ++i) {
    ForeignItem& item = items[i];
    item.metadata.emplace(k_imported_from, source);
    Row& row = rows.emplace_back();
    row.path = paths[i];
    row.fields = std::move(item.fields);
    row.labels = std::move(item.labels);
    row.metadata = std::move(item.metadata);
    row.note = std::move(item.note);
    row.incomplete = item.incomplete;
    if (!item.not_wanted.empty()) {
      row.result = "left out";
      row.note = item.not_wanted;
      row.incomplete = false;
    } else if (!item.problem.empty()) {
      fail(row, item.problem);
    } else if (row.fields.empty()) {
      row.result = "left out";
      add_to_note(row, "it has no value");
    }
    check_bounds(row);
  }
  return rows;
}

}  // namespace strongroom::cli::keyrings
