// Where keys of slots that are kept outside come from on this system.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <strongroom/base/result.h>

#include "daemon/vault/outside_keys.h"

namespace strongroom::app {

// How strongroom-keychain has ended or answered (client/keychain/keychain.h), in words.
Error keychain_error(int outcome);
// What finds the desktop, and nothing else.
std::vector<std::string> keychain_environment();

// The keychain by the program `helper` (strongroom-keychain), a process for each call; the credential
// "strongroom.key" of $CREDENTIALS_DIRECTORY (systemd.exec(5)), when the environment has that.
vault::OutsideKeys outside_keys(std::filesystem::path helper);

}  // namespace strongroom::app
