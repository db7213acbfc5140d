#include "tests/fault/log_operations.h"

#include <gtest/gtest.h>

#include <strongroom/protocol/methods/audit.h>

namespace strongroom::tests {

namespace {

namespace audit = protocol::audit;
namespace vault = protocol::vault;

constexpr const char* k_many[] = {"many/a", "many/b", "many/c"};

std::string value_of(const std::string& path) {
  return "the value of " + path;
}

// Whether a secret is there, as it was written.
std::optional<bool> is_there(client::Client& client, const std::string& path, ErrorCode otherwise) {
  const auto found = get(client, path);
  if (found) {
    EXPECT_EQ(*found, value_of(path));
    return true;
  }
  EXPECT_EQ(found.error().code, otherwise) << path << ": " << found.error().message;
  return found.error().code == otherwise ? std::optional(false) : std::nullopt;
}

std::optional<bool> nothing_happens(client::Client&) {
  return std::nullopt;
}

std::optional<bool> negated(std::optional<bool> value) {
  return value ? std::optional(!*value) : std::nullopt;
}

void do_get(client::Client& client, Told& told) {
  const auto found = get(client, "kept/a");
  if (told.heard(found, "secret.get", "kept/a")) {
    EXPECT_EQ(*found, value_of("kept/a"));
  }
}

void do_get_many(client::Client& client, Told& told) {
  wire::GetManyRequest request;
  for (const char* path : {"kept/a", "kept/b", "kept/none"}) request.items.push_back({.path = path});
  if (told.heard(client.call<wire::GetMany>(request), "secret.get_many", "kept/a"))
    told.uses.push_back({"secret.get_many", "kept/b"});
}

void do_put(client::Client& client, Told& told) {
  told.heard(put(client, "new/a", value_of("new/a")), "secret.put", "new/a");
}

std::optional<bool> was_put(client::Client& client) {
  return is_there(client, "new/a", ErrorCode::not_found);
}

void do_put_many(client::Client& client, Told& told) {
  wire::PutManyRequest request;
  for (const char* path : k_many) request.items.push_back(put_request(path, value_of(path)));
  const auto answer = client.call<wire::PutMany>(request);
  if (!answer) return told.refusals.push_back(answer.error());
  for (const auto& item : answer->items) {
    if (!item.problem)
      told.uses.push_back({"secret.put_many", item.path});
    else
      told.refusals.push_back(make_error(ErrorCode::storage_failed, item.problem->error));
  }
}

std::optional<bool> were_put(client::Client& client) {
  const auto first = is_there(client, k_many[0], ErrorCode::not_found);
  for (const char* path : k_many) EXPECT_EQ(is_there(client, path, ErrorCode::not_found), first) << "half of a batch";
  return first;
}

void do_delete(client::Client& client, Told& told) {
  told.heard(client.call<wire::Delete>({.path = "kept/b"}), "secret.delete", "kept/b");
}

std::optional<bool> was_deleted(client::Client& client) {
  return negated(is_there(client, "kept/b", ErrorCode::deleted));
}

void do_move(client::Client& client, Told& told) {
  const auto moved = client.call<wire::Move>({.from = "kept/c", .to = "moved/c", .recursive = {}});
  if (told.heard(moved, "secret.move", "kept/c")) told.uses.push_back({"secret.move", "moved/c"});
}

std::optional<bool> was_moved(client::Client& client) {
  const auto stays = is_there(client, "kept/c", ErrorCode::not_found);
  const auto found = get(client, "moved/c");
  EXPECT_NE(stays, std::optional(found.has_value())) << "it is in both places or in none";
  if (found) {
    EXPECT_EQ(*found, value_of("kept/c"));
  }
  return negated(stays);
}

void do_purge(client::Client& client, Told& told) {
  told.heard(client.call<wire::Purge>({.path = "kept/d", .recursive = {}}), "secret.purge", "kept/d");
}

std::optional<bool> was_purged(client::Client& client) {
  return negated(is_there(client, "kept/d", ErrorCode::not_found));
}

void do_find(client::Client& client, Told& told) {
  wire::ListRequest list;
  list.prefix = "kept";
  told.heard(client.call<wire::List>(list), "secret.list", "kept");
  wire::SearchRequest search;
  search.text = "kept";
  told.heard(client.call<wire::Search>(search), "secret.search");
}

void do_lock_and_unlock(client::Client& client, Told& told) {
  told.heard(client.call<vault::Lock>({}), "vault.lock");
  told.heard(client.call<vault::Unlock>({}), "vault.unlock");
}

void do_add_slot(client::Client& client, Told& told) {
  told.heard(client.call<vault::AddSlot>({.type = vault::SlotType::recovery, .passphrase = {}, .label = {}}),
             "vault.add_slot");
}

std::optional<bool> has_slot(client::Client& client) {
  const auto slots = client.call<vault::ListSlots>({});
  if (!slots) {
    ADD_FAILURE() << slots.error().message;
    return std::nullopt;
  }
  return slots->slots.size() == 2;
}

void do_checkpoint(client::Client& client, Told& told) {
  told.heard(client.call<audit::GetCheckpoint>({}), "audit.get_checkpoint");
}

}  // namespace

void prepare_store(client::Client& client) {
  for (const char* path : {"kept/a", "kept/b", "kept/c", "kept/d"})
    if (const auto made = put(client, path, value_of(path)); !made) throw std::runtime_error(made.error().message);
}

const std::vector<Operation>& operations() {
  static const std::vector<Operation> all = {
      {"get", "", "", do_get, nothing_happens},
      {"get_many", "", "", do_get_many, nothing_happens},
      {"put", "secret.put", "new/a", do_put, was_put},
      {"put_many", "secret.put_many", "many/a", do_put_many, were_put},
      {"delete", "secret.delete", "kept/b", do_delete, was_deleted},
      {"move", "secret.move", "kept/c", do_move, was_moved},
      {"purge", "secret.purge", "kept/d", do_purge, was_purged},
      {"find", "", "", do_find, nothing_happens},
      {"lock_and_unlock", "", "", do_lock_and_unlock, nothing_happens},
      {"add_slot", "vault.add_slot", "", do_add_slot, has_slot},
      {"checkpoint", "", "", do_checkpoint, nothing_happens},
  };
  return all;
}

}  // namespace strongroom::tests
