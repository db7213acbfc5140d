// The plaintext of a version's fields.
#pragma once

#include <memory_resource>

#include <strongroom/base/result.h>
#include <strongroom/protocol/field.h>

namespace strongroom::secrets {

using protocol::SecretMap;

// A field: its name with length, then its value; in the memory of the value.
Secret packed(const protocol::NamedSecret& field);
// The value stays where it was opened. Error: corrupt.
Result<protocol::NamedSecret> unpacked(Secret field);

// All fields of a version as they are, for development mode (docs/format.md, "Plain versions").
Bytes plain_row(const SecretMap& values);
// Error: corrupt.
Result<SecretMap> values_of_plain_row(BytesView row, std::pmr::memory_resource* memory);

}  // namespace strongroom::secrets
