// The text of one entry of `pass`, decrypted.
#pragma once

#include <string_view>

#include "client/cli/keyrings/foreign_item.h"

namespace strongroom::cli::keyrings {

// The first line is "value". The lines "name: value" behind it are fields, up to the first that is none; from there on
// all is "notes". A line that begins with otpauth:// is the field "otp", wherever it stands. Nothing is left out but
// line ends.
void take_pass_entry(std::string_view text, ForeignItem& item);

}  // namespace strongroom::cli::keyrings
