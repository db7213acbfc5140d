// The folder of `pass` (https://www.passwordstore.org): a file NAME.gpg for each entry.
#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include <strongroom/base/result.h>

#include "client/cli/keyrings/foreign_item.h"

namespace strongroom::cli::keyrings {

// $PASSWORD_STORE_DIR, else ~/.password-store.
std::filesystem::path usual_pass_store();

// Every entry in the order of their names, each decrypted by a `gpg` of its own, which asks for a passphrase in its own
// way; values come over a pipe. An entry that does not open is a problem of its item, and so is a link to a folder,
// which is not followed, or to nowhere. Hidden folders (.git) are left out, a hidden entry (.netrc.gpg) is not.
// `progress` hears how many of how many are done. Errors: not_found (there is no store, or no gpg), denied, too_large
// (more than 100000 entries), cancelled (a person was asked and gave no passphrase, or none can be asked).
Result<std::vector<ForeignItem>> read_pass_store(const std::filesystem::path& folder,
                                                 const std::function<void(std::size_t, std::size_t)>& progress);

}  // namespace strongroom::cli::keyrings
