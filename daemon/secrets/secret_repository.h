// How secrets are kept: rows of the store, sealed by the vault.
//
// Every method works inside a transaction that the caller has begun, on the thread of that transaction. What comes out
// of storage is checked against what was asked before it is believed: where it lies, under which names it is sealed,
// and that no older row was put in its place.
#pragma once

#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <strongroom/base/result.h>
#include <strongroom/protocol/field.h>

#include "daemon/secrets/bodies.h"
#include "daemon/secrets/layout.h"
#include "daemon/secrets/path.h"
#include "daemon/secrets/secret.h"
#include "daemon/store/freshness.h"
#include "daemon/store/storage.h"
#include "daemon/vault/vault.h"

namespace strongroom::secrets {

using protocol::SecretMap;

struct StoredSecret {
  Head head;
  vault::Digest lookup{};
  vault::Digest parent{};
  std::uint64_t row_version = 0;  // generation of the head; grows with every write, and when the secret is made anew
  BytesView row;                  // valid until the next call on the transaction
  BytesView inline_item;          // part of `row`: the current version when it lies beside the head; else empty
};

struct ListedEntry {
  std::string path;
  bool folder = false;
  std::optional<Head> head;  // of a secret
};

// Lookups of heads that looked older than is known. In a snapshot that was begun earlier a lawful write explains that,
// so it is not an error yet: confirm() decides.
using Suspects = std::vector<vault::Digest>;

class SecretRepository {
 public:
  // Whether versions that lie as plain text may be read: in development mode.
  enum class PlainText : std::uint8_t { refused, readable };

  // All must outlive the repository.
  SecretRepository(const vault::Vault& vault, store::FreshnessTracker& freshness,
                   PlainText plain_text = PlainText::refused);

  // The secret at `path`, or nothing. Errors: tampered (without `suspects` also for a head that
  // looks older than is known; with them it is noted instead), corrupt, unsupported, locked, storage_failed.
  Result<std::optional<StoredSecret>> find(store::ReadTransaction& transaction, std::string_view path,
                                           Suspects* suspects = nullptr) const;
  // As find(), but absence is not_found.
  Result<StoredSecret> get(store::ReadTransaction& transaction, std::string_view path,
                           Suspects* suspects = nullptr) const;

  // Whether the head at `lookup` is as new as is known, in a transaction that has read nothing yet. Error: tampered.
  Status confirm(store::ReadTransaction& transaction, const vault::Digest& lookup) const;

  // Fields of a version, in `memory`. One whose body lies elsewhere needs that in `bodies`: `busy` and a word in
  // `wanted` when it is not there, and the error of fetching when that has failed. Error: unsupported (plain text).
  Result<SecretMap> values(store::ReadTransaction& transaction, const StoredSecret& stored, std::uint64_t number,
                           std::pmr::memory_resource* memory, BodiesAtHand& bodies) const;

  // A version that was sealed before its transaction, because its body had to be put elsewhere first.
  struct Prepared {
    SecretId id{};
    std::uint64_t number = 0;
    Bytes item_head;
    Place place;  // announced
  };

  // What a new version is beside its values.
  struct NewVersion {
    std::int64_t now_ms = 0;
    std::int64_t expires_ms = 0;         // 0: never
    const Head* details = nullptr;       // labels, metadata and policy of a new secret; ignored for an existing one
    Tier tier = Tier::store;             // store or plain_text; without `prepared`
    const Prepared* prepared = nullptr;  // the values then lie where it says
  };

  // Seals what append() would write next, cut in two. `stored`: what is at the path now.
  Result<Prepared> prepare(const std::optional<StoredSecret>& stored, const SecretMap& values, const Place& place,
                           Bytes& body) const;

  // Writes `values` as the next version of the secret at `path`, making it and its folders when `stored` is nothing.
  // Returns the number. Error: busy when what was prepared does not fit any more.
  Result<std::uint64_t> append(store::WriteTransaction& transaction, const Path& path,
                               std::optional<StoredSecret> stored, const SecretMap& values, const NewVersion& version);

  // Writes a changed head back; the versions stay as they are.
  Status save_head(store::WriteTransaction& transaction, const StoredSecret& stored);
  // Writes a changed head back and erases the values of these versions.
  Status erase_versions(store::WriteTransaction& transaction, StoredSecret stored,
                        std::span<const std::uint64_t> numbers);

  // The sealed item of a version whole; what lies elsewhere as in values(). Error: unsupported (plain text).
  Result<Bytes> item(store::ReadTransaction& transaction, const StoredSecret& stored, const Version& version,
                     BodiesAtHand& bodies) const;
  // A version that lies as plain text, sealed.
  Result<Bytes> sealed(store::ReadTransaction& transaction, const StoredSecret& stored, std::uint64_t number,
                       std::pmr::memory_resource* memory) const;

  // Writes down that a version lies at `to` now, which was announced; what it held before is erased, or is to be.
  // `item`: for the store and for a version that was plain text the whole item, to be cut here; else nothing.
  Status relocate(store::WriteTransaction& transaction, StoredSecret stored, std::uint64_t number, const Place& to,
                  std::optional<Bytes> item);

  // Bodies that are to be erased where they are kept, up to 256 from behind `cursor` on, which moves on; empty: there
  // are no more.
  Result<std::vector<Place>> released(store::ReadTransaction& transaction, Bytes& cursor) const;
  Status forget_released(store::WriteTransaction& transaction, std::span<const Place> places);
  // Writes down, before a body is put somewhere, that it is to be erased there: what names it takes that back. So
  // nothing stays behind of what is cut off in between.
  Status announce(store::WriteTransaction& transaction, const Place& place);

  // Whether the work of this piece has released any. On the writer thread, at the end of the work; asked once.
  bool take_released() noexcept { return std::exchange(released_, false); }

  // Whether some version lies, or once lay, outside of the encrypted store.
  Result<bool> has_apart(store::ReadTransaction& transaction) const;

  // Erases a secret: its head, its versions, its entry and the folders that are empty then.
  Status remove(store::WriteTransaction& transaction, const StoredSecret& stored);

  // A secret without a place: its versions are still stored.
  struct Detached {
    Head head;
    Bytes inline_item;
  };

  // The two halves of a move. All that moves together is detached before any of it is attached again.
  Result<Detached> detach(store::WriteTransaction& transaction, const StoredSecret& stored);
  // Error: conflict when there is a secret at `to`.
  Status attach(store::WriteTransaction& transaction, Detached secret, const Path& to, std::int64_t now_ms);

  // Entries below `folder` in key order, from behind `cursor` (a path of an earlier entry) on, at most `limit`.
  struct Listing {
    std::vector<ListedEntry> entries;
    bool more = false;
  };

  Result<Listing> list(store::ReadTransaction& transaction, std::string_view folder, bool recursive,
                       std::string_view cursor, std::size_t limit, Suspects* suspects = nullptr) const;

 private:
  Status write_head(store::WriteTransaction& transaction, const StoredSecret& stored, std::uint64_t old_version,
                    std::optional<Bytes> old_row, BytesView item);
  Status write_entries(store::WriteTransaction& transaction, const Path& path, const StoredSecret& stored);
  Status erase_head(store::WriteTransaction& transaction, const StoredSecret& stored);
  Status erase_values(store::WriteTransaction& transaction, const SecretId& id, const Version& version);
  Result<Bytes> seal_values(const VersionKey& key, std::uint64_t number, const SecretMap& values) const;
  Result<SecretMap> plain_values(store::ReadTransaction& transaction, const VersionKey& key,
                                 std::pmr::memory_resource* memory) const;
  Status erase_entry(store::WriteTransaction& transaction, const EntryKey& key);
  Status erase_empty_folders(store::WriteTransaction& transaction, std::string_view path);
  Status walk(store::ReadTransaction& transaction, std::string_view folder, bool recursive, std::string_view cursor,
              std::size_t limit, Suspects* suspects, Listing& out) const;
  Result<ListedEntry> open_entry(store::ReadTransaction& transaction, std::string_view folder, const Bytes& key,
                                 const Bytes& row, Suspects* suspects) const;
  Result<std::optional<StoredSecret>> read_head(store::ReadTransaction& transaction, const vault::Digest& lookup,
                                                const vault::Digest& parent, Suspects* suspects) const;
  Result<StoredSecret> open_head(const vault::Digest& lookup, const vault::Digest& parent,
                                 const store::RowView& row) const;

  std::uint64_t next_generation(const Head& head, std::uint64_t old_version) noexcept;

  const vault::Vault& vault_;
  store::FreshnessTracker& freshness_;
  const PlainText plain_text_;
  Status note_apart(store::WriteTransaction& transaction);
  Status note_named(store::WriteTransaction& transaction, const Place& place);

  std::uint64_t last_generation_ = 0;  // writer thread
  bool released_ = false;              // likewise
};

}  // namespace strongroom::secrets
