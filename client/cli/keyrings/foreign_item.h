// What another keyring holds, before it has a path of ours.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include <strongroom/base/secret.h>
#include <strongroom/protocol/field.h>

namespace strongroom::cli::keyrings {

// One entry of another keyring. Everything but `fields` is safe to show.
struct ForeignItem {
  std::vector<std::string> names;  // folders and the title, as the keyring writes them: any bytes
  protocol::SecretMap fields;      // "value" is what the entry is about; none: there is nothing to store
  std::vector<std::string> labels;
  std::map<std::string, std::string> metadata;
  std::string note;         // what somebody should know about it; never a value
  std::string problem;      // why it cannot be imported at all; empty when it can
  std::string not_wanted;   // why nobody would miss it here; empty when it is to be imported
  bool incomplete = false;  // a part of it stays behind, and the note names it
};

// Adds a field; a name that is taken gets a number behind it. An empty value is none. More fields than a secret has are
// a problem of the item.
void add_field(ForeignItem& item, std::string_view name, Secret value);

// Words about the item: metadata as far as metadata can hold it, otherwise a field, so that nothing is lost. Metadata
// is of one line, short, and of characters that are in normal form C wherever they stand: without a table of Unicode
// what has any other is a field too. A name that no field can have stands in front of the value.
void add_detail(ForeignItem& item, std::string_view name, std::string_view value);

// A label, or else a detail.
void add_label(ForeignItem& item, std::string_view label);

void add_note(ForeignItem& item, std::string_view sentence);

}  // namespace strongroom::cli::keyrings
