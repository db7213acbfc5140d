#include "daemon/vault/unlock_order.h"

#include <algorithm>

namespace strongroom::vault {

namespace {

// As configuration and protocol write them.
SlotType type_of(std::string_view word) noexcept {
  if (word == "keychain") return SlotType::keychain;
  if (word == "credential") return SlotType::credential;
  if (word == "key_file") return SlotType::key_file;
  return SlotType::passphrase;
}

}  // namespace

Result<UnlockOrder> parse_unlock_order(std::string_view text) {
  UnlockOrder order;
  while (!text.empty()) {
    const auto comma = text.find(',');
    std::string_view word = text.substr(0, comma);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    while (word.starts_with(' ')) word.remove_prefix(1);
    while (word.ends_with(' ')) word.remove_suffix(1);
    const SlotType type = type_of(word);
    if (!is_unattended(type) || std::ranges::find(order, type) != order.end())
      return make_error(ErrorCode::invalid_argument, "is no order of slots that open without a person");
    order.push_back(type);
  }
  return order;
}

}  // namespace strongroom::vault
