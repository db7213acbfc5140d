// What an event says, in the words that exports use: docs/audit-format.md, section Exports.
#pragma once

#include <strongroom/evidence/seal.h>
#include <strongroom/protocol/json.h>

namespace strongroom::evidence {

// Writes one object. Absent fields are absent; of a box that was not opened nothing is said.
void write_words(const OpenedEvent& opened, protocol::JsonWriter& writer);

// Whether two trees say the same: the same kinds and values, members in any order.
bool same_json(const protocol::JsonValue& left, const protocol::JsonValue& right) noexcept;

}  // namespace strongroom::evidence
