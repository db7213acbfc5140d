// Values on the wire: text as it is, bytes that are not text as base64 whose name stands in a list beside.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <strongroom/base/result.h>
#include <strongroom/protocol/field.h>

namespace strongroom::protocol {

// Turns what came over the wire into plain values, in place. Errors (invalid_argument): a name listed as base64 that is
// not there, text that is no base64.
Status unpack_values(SecretMap& fields, const std::optional<std::vector<std::string>>& base64);

// The opposite: values that are not UTF-8, hold a NUL or would grow by more than a third through escapes become base64
// and their names are returned; nothing when there are none.
std::optional<std::vector<std::string>> pack_values(SecretMap& fields);

}  // namespace strongroom::protocol
