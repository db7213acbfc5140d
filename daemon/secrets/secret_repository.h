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
#include <vector>

#include <strongroom/base/result.h>
#include <strongroom/protocol/field.h>

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
  // All must outlive the repository.
  SecretRepository(const vault::Vault& vault, store::FreshnessTracker& freshness);

  // The secret at `path`, or nothing. Errors: tampered (without `suspects` also for a head that
  // looks older than is known; with them it is noted instead), corrupt, unsupported, locked, storage_failed.
  Result<std::optional<StoredSecret>> find(store::ReadTransaction& transaction, std::string_view path,
                                           Suspects* suspects = nullptr) const;
  // As find(), but absence is not_found.
  Result<StoredSecret> get(store::ReadTransaction& transaction, std::string_view path,
                           Suspects* suspects = nullptr) const;

  // Whether the head at `lookup` is as new as is known, in a transaction that has read nothing yet. Error: tampered.
  Status confirm(store::ReadTransaction& transaction, const vault::Digest& lookup) const;

  // Fields of a version, in `memory`.
  Result<SecretMap> values(store::ReadTransaction& transaction, const StoredSecret& stored, std::uint64_t number,
                           std::pmr::memory_resource* memory) const;

  // What a new version is beside its values.
  struct NewVersion {
    std::int64_t now_ms = 0;
    std::int64_t expires_ms = 0;    // 0: never
    const Head* details = nullptr;  // labels, metadata and policy of a new secret; ignored for an existing one
  };

  // Writes `values` as the next version of the secret at `path`, making it and its folders when `stored` is nothing.
  // Returns the number.
  Result<std::uint64_t> append(store::WriteTransaction& transaction, const Path& path,
                               std::optional<StoredSecret> stored, const SecretMap& values, const NewVersion& version);

  // Writes a changed head back; the versions stay as they are.
  Status save_head(store::WriteTransaction& transaction, const StoredSecret& stored);
  // Writes a changed head back and erases the values of these versions.
  Status erase_versions(store::WriteTransaction& transaction, const StoredSecret& stored,
                        std::span<const std::uint64_t> numbers);
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
  std::uint64_t last_generation_ = 0;  // writer thread
};

}  // namespace strongroom::secrets
