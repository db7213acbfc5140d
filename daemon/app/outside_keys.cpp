#include "daemon/app/outside_keys.h"

#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

#include "daemon/platform/helper_process.h"
#include "daemon/vault/private_file.h"

namespace strongroom::app {
namespace {

constexpr std::chrono::seconds k_quiet(5);
constexpr std::chrono::seconds k_with_a_person(60);
constexpr std::size_t k_longest = 4096;

Result<Secret> ask(std::vector<std::string> words, BytesView input, std::chrono::milliseconds patience) {
  auto ended = platform::run_helper({std::move(words), keychain_environment(), input, patience, k_longest});
  if (!ended && ended.error().code == ErrorCode::timeout)
    return make_error(ErrorCode::timeout, "the keychain did not answer in time");
  if (!ended && ended.error().code == ErrorCode::unreachable)
    return make_error(ErrorCode::unreachable, "strongroom-keychain is not installed beside the daemon");
  if (!ended) return ended.error();
  if (ended->exit_code != 0) return keychain_error(ended->exit_code);
  return std::move(ended->said);
}

Result<Secret> read_credential(const std::string& folder) {
  Secret credential = Secret::of_size(k_longest);
  auto size = vault::read_private_file(std::filesystem::path(folder) / "strongroom.key", credential.writable(),
                                       vault::Readers::as_root_says);
  if (!size && size.error().code == ErrorCode::not_found)
    return make_error(ErrorCode::not_found, "the service manager has handed over no credential 'strongroom.key'");
  if (!size) return size.error();
  credential.truncate(*size);
  constexpr std::size_t k_least = 32;
  if (*size < k_least)
    return make_error(ErrorCode::invalid_argument, "the credential 'strongroom.key' has less than 32 bytes");
  return credential;
}

}  // namespace

Error keychain_error(int outcome) {
  switch (outcome) {
    case 3:
      return make_error(ErrorCode::not_found, "the keychain has no key for this store");
    case 4:
      return make_error(ErrorCode::locked,
                        "the keychain is locked: log in to the desktop or open it there, then 'strongroom unlock'");
    case 5:
      return make_error(ErrorCode::unreachable, "there is no session bus, so there is no keychain");
    case 6:
      return make_error(ErrorCode::unreachable,
                        "nobody on the session bus keeps secrets: gnome-keyring, KWallet or KeePassXC does");
    case 7:
      return make_error(ErrorCode::denied, "the keychain was asked, and somebody said no");
    default:
      return make_error(ErrorCode::storage_failed, "the keychain does not do what it should, or has just ended");
  }
}

std::vector<std::string> keychain_environment() {
  std::vector<std::string> kept{"PATH=/usr/bin:/bin"};
  for (const char* name : {"HOME", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "DISPLAY", "WAYLAND_DISPLAY", "LANG"})
    if (const char* const value = std::getenv(name)) kept.push_back(std::string(name) + "=" + value);
  return kept;
}

vault::OutsideKeys outside_keys(std::filesystem::path helper) {
  vault::OutsideKeys out;
  const std::string program = helper.string();
  out.fetch_from_keychain = [program](const std::string& account, vault::Asking asking) {
    const bool may_ask = asking == vault::Asking::yes;
    return ask({program, "fetch", account, may_ask ? "ask" : "quiet"}, {}, may_ask ? k_with_a_person : k_quiet);
  };
  out.store_in_keychain = [program](const std::string& account, const Secret& item) -> Status {
    STRONGROOM_CHECK(ask({program, "store", account}, item.reveal(RevealReason::deliver), k_with_a_person));
    return {};
  };
  out.erase_from_keychain = [program](const std::string& account) -> Status {
    STRONGROOM_CHECK(ask({program, "erase", account}, {}, k_quiet));
    return {};
  };
  if (const char* const folder = std::getenv("CREDENTIALS_DIRECTORY"))
    out.credential = [place = std::string(folder)] { return read_credential(place); };
  return out;
}

}  // namespace strongroom::app
