// The XML that KeePassXC and KeePass 2 export (`keepassxc-cli export -f xml`).
#pragma once

#include <string_view>
#include <vector>

#include <strongroom/base/result.h>

#include "client/cli/keyrings/foreign_item.h"

namespace strongroom::cli::keyrings {

// The groups below the topmost one are folders. Password becomes "value", UserName "username", URL "url", Notes
// "notes", every other string a field of its name; tags become labels. Earlier versions, attachments and the date of
// expiry stay behind, and the item says so. What lies in the recycle bin is not
// wanted; what is encrypted in the file is a problem of its item. A document type is refused, so that no entity grows;
// nesting is bounded. Memory of the parser is wiped. Errors: malformed with a line as subject.
Result<std::vector<ForeignItem>> read_keepass_xml(std::string_view text);

}  // namespace strongroom::cli::keyrings
