// The part of SecretRepository that knows where values lie.
#include <algorithm>

#include <strongroom/base/random.h>

#include "daemon/secrets/secret_repository.h"
#include "daemon/secrets/version_fields.h"
#include "daemon/vault/envelope.h"

namespace strongroom::secrets {

namespace {

constexpr std::uint32_t k_released_at_once = 256;
constexpr Byte k_apart_key[] = {1};

Error needs_a_body() {
  return make_error(ErrorCode::busy, "the value lies elsewhere and has to be fetched");
}

}  // namespace

Result<Bytes> SecretRepository::seal_values(const VersionKey& key, std::uint64_t number,
                                            const SecretMap& values) const {
  std::vector<Secret> plain;
  plain.reserve(values.size());
  std::vector<BytesView> views;
  for (const auto& value : values) views.push_back(plain.emplace_back(packed(value)).reveal(RevealReason::seal));
  Bytes item;
  STRONGROOM_CHECK(vault_.seal(version_context(key, number), views, item));
  return item;
}

Result<SecretMap> SecretRepository::plain_values(store::ReadTransaction& transaction, const VersionKey& key,
                                                 std::pmr::memory_resource* memory) const {
  STRONGROOM_ASSIGN(const auto row, transaction.get({k_plain, {}, key}));
  if (!row) return make_error(ErrorCode::tampered, "a version of the secret was removed outside Strongroom");
  return values_of_plain_row(row->bytes, memory);
}

Result<Bytes> SecretRepository::sealed(store::ReadTransaction& transaction, const StoredSecret& stored,
                                       std::uint64_t number, std::pmr::memory_resource* memory) const {
  const VersionKey key = version_key(stored.head.id, number);
  STRONGROOM_ASSIGN(const auto values, plain_values(transaction, key, memory));
  return seal_values(key, number, values);
}

Result<SecretRepository::Prepared> SecretRepository::prepare(const std::optional<StoredSecret>& stored,
                                                             const SecretMap& values, const Place& place,
                                                             Bytes& body) const {
  Prepared out;
  out.place = place;
  if (stored) {
    out.id = stored->head.id;
    out.number = stored->head.last_number + 1;
  } else {
    fill_random(out.id);
    out.number = 1;
  }
  STRONGROOM_ASSIGN(const Bytes item, seal_values(version_key(out.id, out.number), out.number, values));
  out.item_head.assign(item.begin(), item.begin() + vault::k_item_head);
  body.assign(item.begin() + vault::k_item_head, item.end());
  return out;
}

Result<Bytes> SecretRepository::item(store::ReadTransaction& transaction, const StoredSecret& stored,
                                     const Version& version, BodiesAtHand& bodies) const {
  if (version.place.tier == Tier::plain_text)
    return make_error(ErrorCode::unsupported, "the version lies as plain text and has no sealed item");
  const auto body = bodies.have.find(version.place.id);
  if (version.place.lies_elsewhere() && body == bodies.have.end()) {
    if (const auto failed = bodies.failed.find(version.place.id); failed != bodies.failed.end()) return failed->second;
    bodies.wanted.push_back(version.place);
    return needs_a_body();
  }
  Bytes out(stored.inline_item.begin(), stored.inline_item.end());
  if (out.empty() || version.number != stored.head.current().number) {
    STRONGROOM_ASSIGN(const auto row, transaction.get({k_versions, {}, version_key(stored.head.id, version.number)}));
    if (!row) return make_error(ErrorCode::tampered, "a version of the secret was removed outside Strongroom");
    out.assign(row->bytes.begin(), row->bytes.end());
  }
  if (version.place.lies_elsewhere()) out.insert(out.end(), body->second.begin(), body->second.end());
  return out;
}

// Views into the row end with the next call on the transaction, so what is needed of them is copied first. The head of
// the item that the row has now counts: a rewrapping may have changed it since the body was fetched.
Status SecretRepository::relocate(store::WriteTransaction& transaction, StoredSecret stored, std::uint64_t number,
                                  const Place& to, std::optional<Bytes> item) {
  Version* const version = stored.head.find(number);
  if (!version) return make_error(ErrorCode::not_found, "there is no such version", "version");
  const bool current = number == stored.head.current().number;
  const Bytes old_row(stored.row.begin(), stored.row.end());
  Bytes beside_head(stored.inline_item.begin(), stored.inline_item.end());
  Bytes kept;
  if (version->place.tier != Tier::plain_text) {
    Version whole = *version;
    whole.place = {};
    BodiesAtHand none;
    STRONGROOM_ASSIGN(kept, this->item(transaction, stored, whole, none));
    kept.resize(vault::k_item_head);
    if (item) kept.insert(kept.end(), item->begin() + vault::k_item_head, item->end());
  } else if (item) {
    kept = *std::move(item);
  }
  if (to.lies_elsewhere()) {
    kept.resize(vault::k_item_head);
    STRONGROOM_CHECK(note_named(transaction, to));
  }
  // A rewrapping that is under way may have passed the new row already, and not the old one.
  const VersionKey key = version_key(stored.head.id, number);
  STRONGROOM_CHECK(vault_.rewrap(version_context(key, number), kept));
  STRONGROOM_CHECK(erase_values(transaction, stored.head.id, *version));
  version->place = to;
  if (current) beside_head.clear();
  if (current && kept.size() <= k_inline_version)
    beside_head = std::move(kept);
  else
    STRONGROOM_CHECK(transaction.put({k_versions, {}, key}, number, kept));
  return write_head(transaction, stored, stored.row_version, old_row, beside_head);
}

// What lies elsewhere cannot be erased within a transaction: it is written down to be.
Status SecretRepository::erase_values(store::WriteTransaction& transaction, const SecretId& id,
                                      const Version& version) {
  const VersionKey key = version_key(id, version.number);
  STRONGROOM_CHECK(transaction.erase({k_versions, {}, key}));
  if (version.place.tier == Tier::plain_text) return transaction.erase({k_plain, {}, key});
  if (!version.place.lies_elsewhere()) return {};
  STRONGROOM_CHECK(announce(transaction, version.place));
  released_ = true;
  return {};
}

Status SecretRepository::announce(store::WriteTransaction& transaction, const Place& place) {
  STRONGROOM_ASSIGN(const auto proof, released_proof(vault_, place));
  Bytes row{static_cast<Byte>(place.tier)};
  row.insert(row.end(), proof.begin(), proof.end());
  return transaction.put({k_released, {}, place.id}, 1, row);
}

Status SecretRepository::note_named(store::WriteTransaction& transaction, const Place& place) {
  STRONGROOM_CHECK(transaction.erase({k_released, {}, place.id}));
  return note_apart(transaction);
}

Status SecretRepository::note_apart(store::WriteTransaction& transaction) {
  return transaction.put({k_apart, {}, k_apart_key}, 1, {});
}

Result<bool> SecretRepository::has_apart(store::ReadTransaction& transaction) const {
  STRONGROOM_ASSIGN(const auto row, transaction.get({k_apart, {}, k_apart_key}));
  return row.has_value();
}

// A row that this store has not written names nothing that may be erased.
Result<std::vector<Place>> SecretRepository::released(store::ReadTransaction& transaction, Bytes& cursor) const {
  std::vector<Place> out;
  Status problem;
  const auto take = [&](BytesView key, const store::RowView& row) {
    cursor.assign(key.begin(), key.end());
    cursor.push_back(0);
    Place place;
    if (key.size() != place.id.size() || row.bytes.size() != 1 + sizeof(vault::Digest)) return true;
    place.tier = static_cast<Tier>(row.bytes.front());
    std::ranges::copy(key, place.id.begin());
    const auto proof = released_proof(vault_, place);
    if (!proof) problem = proof.error();
    if (proof && std::ranges::equal(*proof, row.bytes.subspan(1)) && place.lies_elsewhere()) out.push_back(place);
    return proof.has_value();
  };
  const Bytes first = cursor;
  const store::Range range{
      .collection = k_released, .scope = {}, .first = first, .last = {}, .limit = k_released_at_once, .reverse = false};
  STRONGROOM_CHECK(transaction.scan(range, take));
  STRONGROOM_CHECK(problem);
  return out;
}

Status SecretRepository::forget_released(store::WriteTransaction& transaction, std::span<const Place> places) {
  for (const Place& place : places) STRONGROOM_CHECK(transaction.erase({k_released, {}, place.id}));
  return {};
}

}  // namespace strongroom::secrets
