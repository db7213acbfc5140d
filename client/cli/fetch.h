// The values behind references, in as few calls as possible.
#pragma once

#include <vector>

#include <strongroom/base/result.h>
#include <strongroom/client/client.h>

#include "client/cli/reference.h"

namespace strongroom::cli {

// One value for each reference, in order; up to 1024 of them from one snapshot. All or nothing; the error's subject is
// the reference that failed, as text.
Result<std::vector<Secret>> fetch_values(client::Client& client, const std::vector<Reference>& references);

}  // namespace strongroom::cli
