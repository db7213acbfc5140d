// The keychain of the desktop, one item at a time.
//
// Linux: the Secret Service (https://specifications.freedesktop.org/secret-service/), by libsecret. macOS: the
// Keychain.
#pragma once

#include <string>

#include <strongroom/base/secret.h>

namespace strongroom::keychain {

// How a call has ended; the exit code of the program.
enum class Outcome : int {
  done = 0,
  failed = 1,  // for a reason that no other one names; the provider ended meanwhile
  usage = 2,
  not_found = 3,    // there is no such item
  locked = 4,       // the collection is locked, and nobody was or could be asked
  no_bus = 5,       // there is no session bus
  no_provider = 6,  // nobody keeps secrets on it
  denied = 7,       // a person was asked and said no
  unsupported = 8,  // the keychain of this system cannot do it
};

// The text of the item that `account` names. With `ask` a locked collection is unlocked, for which the desktop may ask.
Outcome fetch(const std::string& account, bool ask, Secret& out);
// As fetch() without asking, with as few questions to the provider as there can be. Of an item whose text begins with
// its account and a line feed.
Outcome lookup(const std::string& account, Secret& out);
// Replaces an item of this name. `label` is what a person sees.
Outcome store(const std::string& account, const Secret& text, const char* label);
// Also `done` when there is none.
Outcome erase(const std::string& account);

}  // namespace strongroom::keychain
