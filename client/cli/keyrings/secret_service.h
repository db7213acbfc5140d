// What the running Secret Service keeps, by the program strongroom-keychain.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <strongroom/base/result.h>

#include "client/cli/keyrings/foreign_item.h"

namespace strongroom::cli::keyrings {

// The items of all open collections, or of those named `collection`: the collection is the folder, the label the name,
// attributes are metadata. A locked collection is an item with a problem, and stays locked; a provider may ask of its
// own accord whether an item may be read. What Strongroom itself keeps there is not wanted. Errors: locked (everything
// that was asked for), not_found (there is no such collection), unreachable (no bus, no provider, no helper), denied,
// timeout, storage_failed (the provider failed or ended meanwhile), not_implemented (on this system).
Result<std::vector<ForeignItem>> read_secret_service(const std::string& collection);

// What the program has said: see client/keychain/contents.h. Error: malformed.
Result<std::vector<ForeignItem>> read_keychain_contents(std::string_view text);

}  // namespace strongroom::cli::keyrings
