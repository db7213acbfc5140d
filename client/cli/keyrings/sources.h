// The other keyrings that import reads.
#pragma once

#include <string>
#include <vector>

#include <strongroom/base/result.h>

#include "client/cli/keyrings/foreign_item.h"
#include "client/cli/session.h"

namespace strongroom::cli::keyrings {

// "secret-service", "pass", "keepassxc", "vault".
const std::vector<std::string>& source_names();

// All that `source` holds. `what` is a collection, a folder or a file ("-" for standard input); empty: the usual place,
// where the source has one. Errors name the file and, as far as there is one, the line; else as the reader says.
Result<std::vector<ForeignItem>> read_source(const Session& session, const std::string& source,
                                             const std::string& what);

}  // namespace strongroom::cli::keyrings
