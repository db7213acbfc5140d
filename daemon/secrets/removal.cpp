// The part of SecretRepository that takes rows away: destroy, purge, move.
#include <algorithm>

#include "daemon/secrets/secret_repository.h"

namespace strongroom::secrets {

// Views into the row end with the next call on the transaction, so what is needed of them is copied first.
Status SecretRepository::erase_versions(store::WriteTransaction& transaction, StoredSecret stored,
                                        std::span<const std::uint64_t> numbers) {
  const Bytes old_row(stored.row.begin(), stored.row.end());
  Bytes item(stored.inline_item.begin(), stored.inline_item.end());
  for (const auto number : numbers) {
    if (Version* const version = stored.head.find(number)) {
      STRONGROOM_CHECK(erase_values(transaction, stored.head.id, *version));
      version->place = {};
    }
    if (number == stored.head.current().number) item.clear();
  }
  return write_head(transaction, stored, stored.row_version, old_row, item);
}

Status SecretRepository::remove(store::WriteTransaction& transaction, const StoredSecret& stored) {
  STRONGROOM_CHECK(erase_head(transaction, stored));
  for (const auto& version : stored.head.versions) STRONGROOM_CHECK(erase_values(transaction, stored.head.id, version));
  return {};
}

// The versions lie under the secret's id and stay where they are.
Result<SecretRepository::Detached> SecretRepository::detach(store::WriteTransaction& transaction,
                                                            const StoredSecret& stored) {
  Detached secret{stored.head, Bytes(stored.inline_item.begin(), stored.inline_item.end())};
  STRONGROOM_CHECK(erase_head(transaction, stored));
  return secret;
}

Status SecretRepository::attach(store::WriteTransaction& transaction, Detached secret, const Path& to,
                                std::int64_t now_ms) {
  STRONGROOM_ASSIGN(const auto present, find(transaction, to.text()));
  if (present) return make_error(ErrorCode::conflict, "there is a secret at '" + to.text() + "' already", "to");
  StoredSecret stored;
  stored.head = std::move(secret.head);
  stored.head.path = to.text();
  stored.head.updated_ms = now_ms;
  STRONGROOM_ASSIGN(stored.lookup, lookup_of(vault_, to.text()));
  STRONGROOM_ASSIGN(stored.parent, parent_key_of(vault_, to.parent()));
  STRONGROOM_CHECK(write_entries(transaction, to, stored));
  // A rewrapping that is under way may have passed the new place already, and not the old one.
  if (!secret.inline_item.empty()) {
    const std::uint64_t number = stored.head.current().number;
    const VersionKey key = version_key(stored.head.id, number);
    STRONGROOM_CHECK(vault_.rewrap(version_context(key, number), secret.inline_item));
  }
  return write_head(transaction, stored, 0, std::nullopt, secret.inline_item);
}

Status SecretRepository::erase_head(store::WriteTransaction& transaction, const StoredSecret& stored) {
  STRONGROOM_CHECK(freshness_.note_erase(stored.lookup, store::RowView{stored.row_version, stored.row}));
  STRONGROOM_CHECK(transaction.erase({k_heads, {}, stored.lookup}));
  STRONGROOM_CHECK(erase_entry(transaction, entry_key(stored.parent, stored.lookup, EntryKind::secret)));
  return erase_empty_folders(transaction, stored.head.path);
}

Status SecretRepository::erase_entry(store::WriteTransaction& transaction, const EntryKey& key) {
  STRONGROOM_ASSIGN(const auto row, transaction.get({k_entries, {}, key}));
  if (!row) return make_error(ErrorCode::tampered, "an entry of a folder was removed outside Strongroom");
  STRONGROOM_CHECK(freshness_.note_companion_erase(key, *row));
  return transaction.erase({k_entries, {}, key});
}

Status SecretRepository::erase_empty_folders(store::WriteTransaction& transaction, std::string_view path) {
  for (std::string_view folder = parent_of(path); !folder.empty(); folder = parent_of(folder)) {
    STRONGROOM_ASSIGN(const auto key, parent_key_of(vault_, folder));
    Bytes last(key.begin(), key.end());
    last.insert(last.end(), 34, 0xff);
    bool used = false;
    STRONGROOM_CHECK(transaction.scan(
        {.collection = k_entries, .scope = {}, .first = key, .last = last, .limit = 1, .reverse = false},
        [&](BytesView, const store::RowView&) { return used = true, false; }));
    if (used) return {};
    STRONGROOM_ASSIGN(const auto lookup, lookup_of(vault_, folder));
    STRONGROOM_ASSIGN(const auto parent, parent_key_of(vault_, parent_of(folder)));
    STRONGROOM_CHECK(erase_entry(transaction, entry_key(parent, lookup, EntryKind::folder)));
  }
  return {};
}

}  // namespace strongroom::secrets
