// What becomes of each value that is imported.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <strongroom/client/client.h>
#include <strongroom/protocol/field.h>

#include "client/cli/import_file.h"
#include "client/cli/keyrings/foreign_item.h"

namespace strongroom::cli::keyrings {

// What is done where the store has other values already.
enum class OnConflict : unsigned char {
  keep,         // ours stay, and the row says so
  new_version,  // theirs become a new version of ours
  rename,       // theirs get a path of their own, with a number behind it
};

struct Row {
  std::string path;
  protocol::SecretMap fields;
  std::vector<std::string> labels;
  std::map<std::string, std::string> metadata;
  std::string result = "new";  // or "changed", "unchanged", "kept", "left out" (not wanted, or no value), "failed"
  std::string note;            // never a value
  bool incomplete = false;     // a part of it stays behind, and the note names it
  std::optional<std::int64_t> ours;  // the version that it was compared with; 0: there is no such secret

  bool is_to_be_stored() const { return result == "new" || result == "changed"; }
};

void add_to_note(Row& row, std::string_view sentence);

// Makes it "failed".
void fail(Row& row, std::string_view why);

// Rows of a file of names and values.
std::vector<Row> rows_of(std::vector<ImportedValue> values, const std::string& folder);

// Rows of another keyring, which is called `source`. Of both kinds: what passes the bounds of a message or of a secret
// is "failed", so that the others can be stored.
std::vector<Row> rows_of(std::vector<ForeignItem> items, const std::string& folder, const std::string& source);

// Says of each row what would become of it. Reads values, writes nothing.
Status compare(client::Client& client, std::vector<Row>& rows, OnConflict on_conflict);

// Stores what is to be stored, then the labels and metadata; metadata of ours is replaced only by a row
// that is "changed". A row that fails says so; so does one that somebody else
// has written since it was compared. Error: of the connection; rows that were not tried are "failed".
Status store(client::Client& client, std::vector<Row>& rows);

}  // namespace strongroom::cli::keyrings
