// Where keys of slots that are kept outside come from on this system.
#pragma once

#include <filesystem>

#include "daemon/vault/outside_keys.h"

namespace strongroom::app {

// The keychain by the program `helper` (strongroom-keychain), a process for each call; the credential
// "strongroom.key" of $CREDENTIALS_DIRECTORY (systemd.exec(5)), when the environment has that.
vault::OutsideKeys outside_keys(std::filesystem::path helper);

}  // namespace strongroom::app
