// The part of SecretRepository that walks folders.
#include <algorithm>

#include "daemon/secrets/secret_repository.h"

namespace strongroom::secrets {

namespace {

constexpr std::uint32_t k_chunk = 256;  // entries read from storage at once

Error foreign_entry() {
  return make_error(ErrorCode::tampered, "an entry of a folder was put there outside Strongroom");
}

// The smallest key behind `key` of the same length.
Bytes successor(BytesView key) {
  Bytes next(key.begin(), key.end());
  next.push_back(0);
  return next;
}

// What lies between the folder and the cursor: "b" for folder "a" and cursor "a/b/c".
std::string_view step_towards(std::string_view folder, std::string_view cursor) {
  std::string_view rest = cursor.substr(folder.empty() ? 0 : folder.size() + 1);
  return cursor.substr(0, cursor.size() - rest.size() + std::min(rest.find('/'), rest.size()));
}

bool lies_below(std::string_view path, std::string_view folder) {
  return folder.empty() || (path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/');
}

}  // namespace

Result<SecretRepository::Listing> SecretRepository::list(store::ReadTransaction& transaction, std::string_view folder,
                                                         bool recursive, std::string_view cursor, std::size_t limit,
                                                         Suspects* suspects) const {
  // A recursive answer ends with a secret, never with a folder.
  const bool foreign = recursive && cursor.ends_with('/');
  if (!cursor.empty() && (foreign || !lies_below(cursor, folder)))
    return make_error(ErrorCode::invalid_argument, "does not belong to this listing", "cursor");
  Listing listing;
  STRONGROOM_CHECK(walk(transaction, folder, recursive, cursor, limit, suspects, listing));
  return listing;
}

// A cursor that ends in '/' is a folder itself; otherwise it is a secret. Both were answered already.
Status SecretRepository::walk(store::ReadTransaction& transaction, std::string_view folder, bool recursive,
                              std::string_view cursor, std::size_t limit, Suspects* suspects, Listing& out) const {
  STRONGROOM_ASSIGN(const auto parent, parent_key_of(vault_, folder));
  Bytes first(parent.begin(), parent.end());
  Bytes last = first;
  last.insert(last.end(), 34, 0xff);
  std::string_view inner_cursor;
  if (!cursor.empty()) {
    const std::string_view step = step_towards(folder, cursor);
    STRONGROOM_ASSIGN(const auto lookup, lookup_of(vault_, step));
    const bool descend = recursive && step.size() < cursor.size();
    const bool was_folder = step.size() < cursor.size();
    const EntryKey key = entry_key(parent, lookup, was_folder ? EntryKind::folder : EntryKind::secret);
    first = descend ? Bytes(key.begin(), key.end()) : successor(key);
    if (descend) inner_cursor = cursor;
  }
  for (bool again = true; again;) {
    std::vector<std::pair<Bytes, Bytes>> rows;
    STRONGROOM_CHECK(transaction.scan(
        {.collection = k_entries, .scope = {}, .first = first, .last = last, .limit = k_chunk, .reverse = false},
        [&](BytesView key, const store::RowView& row) {
          rows.emplace_back(Bytes(key.begin(), key.end()), Bytes(row.bytes.begin(), row.bytes.end()));
          return true;
        }));
    again = rows.size() == k_chunk;
    if (again) first = successor(rows.back().first);
    for (const auto& [key, row] : rows) {
      STRONGROOM_ASSIGN(ListedEntry entry, open_entry(transaction, folder, key, row, suspects));
      if (entry.folder && recursive) {
        const std::string path = std::move(entry.path);
        STRONGROOM_CHECK(walk(transaction, path, true, std::exchange(inner_cursor, {}), limit, suspects, out));
        if (out.more) return {};
        continue;
      }
      if (out.entries.size() == limit) {
        out.more = true;
        return {};
      }
      out.entries.push_back(std::move(entry));
    }
  }
  return {};
}

Result<ListedEntry> SecretRepository::open_entry(store::ReadTransaction& transaction, std::string_view folder,
                                                 const Bytes& key, const Bytes& row, Suspects* suspects) const {
  if (key.size() != std::tuple_size_v<EntryKey>) return foreign_entry();
  EntryKey entry;
  std::ranges::copy(key, entry.begin());
  vault::Digest parent;
  vault::Digest lookup;
  std::copy_n(key.begin(), 32, parent.begin());
  std::copy_n(key.begin() + 32, 32, lookup.begin());
  ListedEntry listed;
  if (key.back() == static_cast<Byte>(EntryKind::folder)) {
    STRONGROOM_ASSIGN(const auto fields, vault_.open(entry_context(entry), row, wiped_heap()));
    if (fields.size() != 1) return foreign_entry();
    listed.folder = true;
    listed.path.assign(fields.front().reveal_text(RevealReason::inspect));
  } else {
    STRONGROOM_ASSIGN(auto stored, read_head(transaction, lookup, parent, suspects));
    if (!stored) return foreign_entry();
    listed.path = stored->head.path;
    listed.head = std::move(stored->head);
  }
  if (parent_of(listed.path) != folder) return foreign_entry();
  return listed;
}

}  // namespace strongroom::secrets
