// Which slots are tried without a person, and in which order.
#pragma once

#include <string_view>
#include <vector>

#include <strongroom/base/result.h>

#include "daemon/vault/types.h"

namespace strongroom::vault {

using UnlockOrder = std::vector<SlotType>;

// What lies nearest to the person first: a keychain or the service manager protects a copy of the disk, a key file does
// not.
inline const UnlockOrder k_usual_unlock_order{SlotType::keychain, SlotType::credential, SlotType::key_file};

// Words of types that open without a person, split by commas, each at most once. Error: invalid_argument.
Result<UnlockOrder> parse_unlock_order(std::string_view text);

}  // namespace strongroom::vault
