// The CSV that KeePassXC exports (`keepassxc-cli export -f csv`, or its menu).
#pragma once

#include <string_view>
#include <vector>

#include <strongroom/base/result.h>

#include "client/cli/keyrings/foreign_item.h"

namespace strongroom::cli::keyrings {

// RFC 4180 with a heading: Group (its first part is the database), Title, Username, Password, URL, Notes; TOTP becomes
// the field "otp", Last Modified and Created metadata, Icon is left out, and every other column is a field of its name.
// The format has no attachments, no earlier versions, no further fields and no word about the recycle bin, so nothing
// can be said about them. Errors: malformed with a line as subject.
Result<std::vector<ForeignItem>> read_keepass_csv(std::string_view text);

}  // namespace strongroom::cli::keyrings
