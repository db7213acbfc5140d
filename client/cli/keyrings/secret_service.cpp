#include "client/cli/keyrings/secret_service.h"

#include <algorithm>
#include <tuple>

#include <strongroom/protocol/json.h>

#include "client/cli/autostart.h"
#include "client/cli/keyrings/program_output.h"

namespace strongroom::cli::keyrings {

namespace {

using protocol::JsonKind;
using protocol::JsonValue;

constexpr std::size_t k_most_contents = 128 * 1024 * 1024;
constexpr std::chrono::seconds k_patience(60);

// The numbers of client/keychain/keychain.h.
Error error_of(int code, const std::string& collection) {
  switch (code) {
    case 3:
      return make_error(
          ErrorCode::not_found,
          "the keychain has no collection of this name; leave it out to see what there is, with --dry-run", collection);
    case 4:
      return make_error(ErrorCode::locked, "the keychain is locked; open it on the desktop and import again");
    case 5:
      return make_error(ErrorCode::unreachable,
                        "there is no session bus, so there is no keychain; import from within the desktop's session");
    case 6:
      return make_error(ErrorCode::unreachable,
                        "nobody on the session bus keeps secrets; start gnome-keyring, KWallet or KeePassXC with its "
                        "Secret Service switched on");
    case 7:
      return make_error(ErrorCode::denied, "the keychain was asked, and somebody said no");
    case 8:
      return make_error(ErrorCode::not_implemented,
                        "the keychain of this system cannot be read as a whole; export what you need and import that");
    default:
      return make_error(
          ErrorCode::storage_failed,
          "the keychain failed or ended while it was read; nothing was imported. Start it and import again");
  }
}

Result<Secret> decoded(std::string_view base64) {
  Secret value = Secret::of_size(base64.size());
  STRONGROOM_ASSIGN(const std::size_t size, base64_decode(base64, value.writable().data()));
  value.truncate(size);
  return value;
}

std::string_view text_of(const JsonValue& object, std::string_view name) {
  const JsonValue* const member = object.find(name);
  return member != nullptr ? member->string() : std::string_view();
}

Status take_item(const JsonValue& value, std::string_view collection, std::vector<ForeignItem>& items) {
  ForeignItem item{.names = {std::string(collection), std::string(text_of(value, "label"))}};
  const JsonValue* const attributes = value.find("attributes");
  const JsonValue* const secret = value.find("secret");
  if (attributes != nullptr && text_of(*attributes, "xdg:schema") == "io.strongroom.Slot") {
    item.not_wanted = "it is Strongroom's own, a key or a value that is placed in the keychain, and stays there";
  } else if (secret == nullptr) {
    item.problem = "the keychain does not hand it over: open it there, or allow it when you are asked";
  } else {
    STRONGROOM_ASSIGN(auto plain, decoded(secret->string()));
    add_field(item, "value", std::move(plain));
  }
  // Behind the value, whose name they must not take.
  if (attributes != nullptr && item.not_wanted.empty())
    for (const auto& one : attributes->object()) add_detail(item, one.name, one.value.string());
  items.push_back(std::move(item));
  return {};
}

Status take_collection(const JsonValue& value, std::vector<ForeignItem>& items) {
  const std::string_view label = text_of(value, "label");
  const JsonValue* const locked = value.find("locked");
  if (locked != nullptr && locked->boolean()) {
    ForeignItem& item = items.emplace_back(ForeignItem{.names = {std::string(label)}});
    item.problem = "this collection is locked: open it on the desktop and import again";
    return {};
  }
  if (const JsonValue* const all = value.find("items"))
    for (const auto& one : all->array()) STRONGROOM_CHECK(take_item(one, label, items));
  return {};
}

}  // namespace

Result<std::vector<ForeignItem>> read_keychain_contents(std::string_view text) {
  protocol::JsonDocument document;
  STRONGROOM_CHECK(document.parse(text));
  std::vector<ForeignItem> items;
  for (const auto& collection : document.root().array()) STRONGROOM_CHECK(take_collection(collection, items));
  // A provider tells them in whatever order, and numbers behind equal names are to stay the same.
  std::ranges::sort(items, [](const ForeignItem& one, const ForeignItem& other) {
    return std::tie(one.names, one.metadata) < std::tie(other.names, other.metadata);
  });
  return items;
}

Result<std::vector<ForeignItem>> read_secret_service(const std::string& collection) {
  STRONGROOM_ASSIGN(const std::string helper, trusted_beside("strongroom-keychain"));
  auto end =
      output_of({.words = {helper, "contents", collection}, .most_output = k_most_contents, .deadline = k_patience});
  if (!end && end.error().code == ErrorCode::timeout)
    return make_error(ErrorCode::timeout,
                      "the keychain did not answer within 60 s; nothing was imported. See whether it asks something on "
                      "the desktop");
  if (!end) return end.error();
  if (end->exit_code != 0) return error_of(end->exit_code, collection);
  return read_keychain_contents(end->output);
}

}  // namespace strongroom::cli::keyrings
