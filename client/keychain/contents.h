// Everything that the keychain of the desktop hands over, for `strongroom import`.
#pragma once

#include <string>

#include <strongroom/base/wiped_memory.h>

#include "client/keychain/keychain.h"

namespace strongroom::keychain {

// JSON: [{"label", "locked": true} or {"label", "items": [{"label", "attributes": {name: value}, "secret": base64}]}],
// a collection for each of the keychain, or for each that has this label or name when `collection` is not empty. An
// item without "secret" is one that the keychain does not hand over. Nothing is unlocked; a provider may ask of its
// own accord whether an item may be read (KeePassXC, macOS). Outcomes: locked when all of them are, not_found when
// there is none of this name, unsupported on macOS.
Outcome contents(const std::string& collection, WipedString& out);

}  // namespace strongroom::keychain
