#include "daemon/secrets/secret_repository.h"

#include <algorithm>

#include <strongroom/base/random.h>

#include "daemon/secrets/version_fields.h"

namespace strongroom::secrets {

namespace {

constexpr std::size_t k_head_length = 4;  // u32 before the head item
constexpr std::size_t k_most_item = 2 * 1024 * 1024;

Error damaged() {
  return make_error(ErrorCode::corrupt, "a row of the store is damaged");
}

Error replaced() {
  return make_error(ErrorCode::tampered, "a row of the store was replaced by an older one outside Strongroom");
}

Error version_is_gone() {
  return make_error(ErrorCode::tampered, "a version of the secret was removed outside Strongroom");
}

store::RowKey head_row(const vault::Digest& lookup) {
  return {k_heads, {}, lookup};
}

}  // namespace

SecretRepository::SecretRepository(const vault::Vault& vault, store::FreshnessTracker& freshness, PlainText plain_text)
    : vault_(vault), freshness_(freshness), plain_text_(plain_text) {}

// What is known is asked before the row is read: a row of a snapshot that began earlier may lawfully be older, one of a
// snapshot that begins now may not.
Result<std::optional<StoredSecret>> SecretRepository::read_head(store::ReadTransaction& transaction,
                                                                const vault::Digest& lookup,
                                                                const vault::Digest& parent, Suspects* suspects) const {
  const auto known = freshness_.version_of(lookup);
  STRONGROOM_ASSIGN(const auto row, transaction.get(head_row(lookup)));
  if (known && (!row || row->version < *known)) {
    if (!suspects) return replaced();
    suspects->push_back(lookup);
  }
  if (!row) return std::optional<StoredSecret>();
  STRONGROOM_ASSIGN(StoredSecret stored, open_head(lookup, parent, *row));
  return std::optional<StoredSecret>(std::move(stored));
}

// The snapshot begins with the read, so a write and an erasure may come between the question and it: then another
// answer comes when it is asked again.
Status SecretRepository::confirm(store::ReadTransaction& transaction, const vault::Digest& lookup) const {
  const auto known = freshness_.version_of(lookup);
  STRONGROOM_ASSIGN(const auto row, transaction.get(head_row(lookup)));
  const bool older = known && (!row || row->version < *known);
  if (older && freshness_.version_of(lookup) == known) return replaced();
  return {};
}

Result<StoredSecret> SecretRepository::open_head(const vault::Digest& lookup, const vault::Digest& parent,
                                                 const store::RowView& row) const {
  ByteReader reader(row.bytes);
  const BytesView item = reader.bytes(k_most_item);
  const BytesView inline_item = reader.raw(reader.left());
  if (!reader.ok()) return damaged();
  STRONGROOM_ASSIGN(const auto fields, vault_.open(head_context(lookup, parent, row.version), item, wiped_heap()));
  if (fields.size() != 1) return damaged();
  STRONGROOM_ASSIGN(Head head, decode_head(fields.front().reveal(RevealReason::inspect)));
  return StoredSecret{std::move(head), lookup, parent, row.version, row.bytes, inline_item};
}

Result<std::optional<StoredSecret>> SecretRepository::find(store::ReadTransaction& transaction, std::string_view path,
                                                           Suspects* suspects) const {
  STRONGROOM_ASSIGN(const auto lookup, lookup_of(vault_, path));
  STRONGROOM_ASSIGN(const auto parent, parent_key_of(vault_, parent_of(path)));
  STRONGROOM_ASSIGN(auto stored, read_head(transaction, lookup, parent, suspects));
  if (stored && stored->head.path != path)
    return make_error(ErrorCode::tampered, "a row of the store belongs to another secret");
  return stored;
}

Result<StoredSecret> SecretRepository::get(store::ReadTransaction& transaction, std::string_view path,
                                           Suspects* suspects) const {
  STRONGROOM_ASSIGN(auto found, find(transaction, path, suspects));
  if (!found) return make_error(ErrorCode::not_found, "there is no such secret", "path");
  return *std::move(found);
}

Result<SecretMap> SecretRepository::values(store::ReadTransaction& transaction, const StoredSecret& stored,
                                           std::uint64_t number, std::pmr::memory_resource* memory,
                                           BodiesAtHand& bodies) const {
  const VersionKey key = version_key(stored.head.id, number);
  const Version* const version = stored.head.find(number);
  BytesView item = stored.inline_item;
  Bytes joined;
  if (version && version->place.tier == Tier::plain_text) {
    if (plain_text_ == PlainText::refused)
      return make_error(ErrorCode::unsupported,
                        "the value lies as plain text, which only development mode reads; 'strongroom secret promote' "
                        "encrypts it");
    return plain_values(transaction, key, memory);
  }
  if (version && version->place.lies_elsewhere()) {
    STRONGROOM_ASSIGN(joined, this->item(transaction, stored, *version, bodies));
    item = joined;
  } else if (item.empty() || number != stored.head.current().number) {
    STRONGROOM_ASSIGN(const auto row, transaction.get({k_versions, {}, key}));
    if (!row) return version_is_gone();
    item = row->bytes;
  }
  STRONGROOM_ASSIGN(auto fields, vault_.open(version_context(key, number), item, memory));
  SecretMap values;
  values.reserve(fields.size());
  for (auto& field : fields) {
    STRONGROOM_ASSIGN(auto value, unpacked(std::move(field)));
    values.push_back(std::move(value));
  }
  return values;
}

Result<std::uint64_t> SecretRepository::append(store::WriteTransaction& transaction, const Path& path,
                                               std::optional<StoredSecret> stored, const SecretMap& values,
                                               const NewVersion& version) {
  const bool is_new = !stored;
  StoredSecret secret;
  // Views into the row end with the next call on the transaction.
  std::optional<Bytes> old_row;
  Bytes old_item;
  if (is_new) {
    secret.head.path = path.text();
    secret.head.created_ms = version.now_ms;
    if (version.details) {
      secret.head.labels = version.details->labels;
      secret.head.metadata = version.details->metadata;
      secret.head.policy = version.details->policy;
    }
    if (version.prepared)
      secret.head.id = version.prepared->id;
    else
      fill_random(secret.head.id);
    STRONGROOM_ASSIGN(secret.lookup, lookup_of(vault_, path.text()));
    STRONGROOM_ASSIGN(secret.parent, parent_key_of(vault_, path.parent()));
  } else {
    old_row.emplace(stored->row.begin(), stored->row.end());
    old_item.assign(stored->inline_item.begin(), stored->inline_item.end());
    secret = *std::move(stored);
  }
  const std::uint64_t old_version = secret.row_version;
  const Appended change = append_version(secret.head, version.now_ms, version.expires_ms);

  const VersionKey key = version_key(secret.head.id, change.number);
  Bytes item;
  if (version.prepared) {
    if (version.prepared->id != secret.head.id || version.prepared->number != change.number)
      return make_error(ErrorCode::busy, "the secret was changed meanwhile; try again");
    // It was sealed before this transaction, perhaps before a new KEK.
    item = version.prepared->item_head;
    STRONGROOM_CHECK(vault_.rewrap(version_context(key, change.number), item));
    STRONGROOM_CHECK(note_named(transaction, version.prepared->place));
    secret.head.current().place = version.prepared->place;
  } else if (version.tier == Tier::plain_text) {
    Bytes row = plain_row(values);
    const Status put = transaction.put({k_plain, {}, key}, change.number, row);
    wipe(row.data(), row.size());
    STRONGROOM_CHECK(put);
    STRONGROOM_CHECK(note_apart(transaction));
    secret.head.current().place.tier = Tier::plain_text;
  } else {
    STRONGROOM_ASSIGN(item, seal_values(key, change.number, values));
  }

  if (change.previous && !old_item.empty()) {
    const VersionKey old_key = version_key(secret.head.id, *change.previous);
    STRONGROOM_CHECK(transaction.put({k_versions, {}, old_key}, *change.previous, old_item));
  }
  for (const auto& dropped : change.dropped) STRONGROOM_CHECK(erase_values(transaction, secret.head.id, dropped));
  if (item.size() > k_inline_version) {
    STRONGROOM_CHECK(transaction.put({k_versions, {}, key}, change.number, item));
    item.clear();
  }
  if (is_new) STRONGROOM_CHECK(write_entries(transaction, path, secret));
  STRONGROOM_CHECK(write_head(transaction, secret, old_version, std::move(old_row), item));
  return change.number;
}

Status SecretRepository::save_head(store::WriteTransaction& transaction, const StoredSecret& stored) {
  const Bytes old_row(stored.row.begin(), stored.row.end());
  const Bytes item(stored.inline_item.begin(), stored.inline_item.end());
  return write_head(transaction, stored, stored.row_version, old_row, item);
}

// Grows over everything this repository has written, and over restarts as far as the clock does: a secret that is made
// anew where one was purged never repeats a generation of the old one, which could be put back as if it were newer.
std::uint64_t SecretRepository::next_generation(const Head& head, std::uint64_t old_version) noexcept {
  const auto now = static_cast<std::uint64_t>(std::max<std::int64_t>(head.updated_ms, 1));
  last_generation_ = std::max({last_generation_ + 1, old_version + 1, now});
  return last_generation_;
}

Status SecretRepository::write_head(store::WriteTransaction& transaction, const StoredSecret& stored,
                                    std::uint64_t old_version, std::optional<Bytes> old_row, BytesView item) {
  const std::uint64_t version = next_generation(stored.head, old_version);
  Bytes sealed;
  const Bytes plain = encode(stored.head);
  const BytesView fields[] = {plain};
  STRONGROOM_CHECK(vault_.seal(head_context(stored.lookup, stored.parent, version), fields, sealed));
  Bytes row;
  row.reserve(k_head_length + sealed.size() + item.size());
  ByteWriter writer(row);
  writer.bytes(sealed);
  writer.raw(item);
  STRONGROOM_CHECK(transaction.put_if(head_row(stored.lookup), old_version, version, row));
  std::optional<store::RowView> before;
  if (old_row) before = store::RowView{old_version, *old_row};
  return freshness_.note_put(stored.lookup, before, version, row);
}

Status SecretRepository::write_entries(store::WriteTransaction& transaction, const Path& path,
                                       const StoredSecret& stored) {
  const EntryKey own = entry_key(stored.parent, stored.lookup, EntryKind::secret);
  STRONGROOM_CHECK(transaction.put({k_entries, {}, own}, 1, {}));
  STRONGROOM_CHECK(freshness_.note_companion_put(own, 1, {}));
  const auto folders = path.folders();
  for (auto folder = folders.rbegin(); folder != folders.rend(); ++folder) {
    STRONGROOM_ASSIGN(const auto lookup, lookup_of(vault_, *folder));
    STRONGROOM_ASSIGN(const auto parent, parent_key_of(vault_, parent_of(*folder)));
    const EntryKey key = entry_key(parent, lookup, EntryKind::folder);
    STRONGROOM_ASSIGN(const auto present, transaction.get({k_entries, {}, key}));
    if (present) break;  // then the folders above are there too
    Bytes sealed;
    const BytesView fields[] = {as_bytes(*folder)};
    STRONGROOM_CHECK(vault_.seal(entry_context(key), fields, sealed));
    STRONGROOM_CHECK(transaction.put({k_entries, {}, key}, 1, sealed));
    STRONGROOM_CHECK(freshness_.note_companion_put(key, 1, sealed));
  }
  return {};
}

}  // namespace strongroom::secrets
