// Keys of slots that are kept outside of the vault: in the keychain of the desktop, by the service manager.
#pragma once

#include <functional>
#include <string>

#include <strongroom/base/result.h>
#include <strongroom/base/secret.h>

namespace strongroom::vault {

// Whether a person may be asked for something on the way.
enum class Asking : std::uint8_t { no, yes };

// What is not there is not offered. Every call ends within its own deadline. Errors of the keychain's: unreachable
// (there is no session bus, or nobody who keeps secrets on it), locked, denied (a person said no), not_found, timeout,
// storage_failed; each with a sentence that says what to do.
struct OutsideKeys {
  // `account` names the item: the store and the slot in hex.
  std::function<Result<Secret>(const std::string& account, Asking asking)> fetch_from_keychain;
  std::function<Status(const std::string& account, const Secret& item)> store_in_keychain;
  std::function<Status(const std::string& account)> erase_from_keychain;
  // At least 32 bytes. Errors: not_found, untrusted, storage_failed.
  std::function<Result<Secret>()> credential;
};

}  // namespace strongroom::vault
