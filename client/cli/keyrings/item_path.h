// Paths of ours for the names that another keyring uses.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client/cli/keyrings/foreign_item.h"

namespace strongroom::cli::keyrings {

// Metadata that every imported secret has: where it is from, and what it was called there when its path says it
// otherwise.
inline constexpr std::string_view k_imported_from = "imported-from";
inline constexpr std::string_view k_original_name = "original-name";

// A path below `folder` (empty: the top) for each item, in their order; no two are equal. An item without names is
// what the folder's name says. '/', control characters and
// bytes that are no UTF-8 become '_', an empty name "unnamed", "." and ".." "_" and "__", and a name that is taken gets
// a number. An item whose path is not its names alone gets k_original_name: the names, percent-encoded where they hold
// '%', '/', control characters or bytes that are no UTF-8, with '/' between. Bounds of paths are left to the daemon.
std::vector<std::string> paths_for(std::vector<ForeignItem>& items, std::string_view folder);

}  // namespace strongroom::cli::keyrings
