// The vault: who can unlock, and what sealing and opening mean while unlocked. Formats: docs/format.md.
//
// A vault is two header files (copies A and B) in the data folder. Slots open the root key RK; RK derives the header's
// MAC key and the key that wraps KEKs and system keys, which are kept in the header's key ring; a KEK wraps one fresh DEK
// per sealed item; the DEK seals its fields. Keys exist only in the KeyArena, from unlock to lock.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <memory_resource>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <strongroom/base/bytes.h>
#include <strongroom/base/clock.h>
#include <strongroom/base/result.h>
#include <strongroom/base/secret.h>

#include "daemon/vault/key_arena.h"

namespace strongroom::vault {

using StoreId = std::array<Byte, 16>;
using Digest = std::array<Byte, 32>;

enum class State : std::uint8_t { uninitialized, locked, unlocked };
enum class SlotType : std::uint8_t { passphrase = 1, key_file = 2, recovery = 3 };
// Numbers are stored. Audit keys follow with the audit log.
enum class SystemKey : std::uint16_t { lookup = 1, accumulator = 2 };

struct SlotInfo {
  std::string id;  // 16 hex digits
  SlotType type{};
  std::string label;
  std::int64_t created_ms = 0;
  bool unattended = false;  // opens without a person
};

// What is told to whoever cares how the header was found.
struct HeaderReport {
  std::uint64_t generation = 0;
  std::uint64_t root_epoch = 0;
  std::string problem;  // empty, or one sentence: a copy was damaged and has been restored from the other, ...
};

// What names a sealed item. All of it is associated data, length-prefixed, none optional, so that an item opens only where it
// was sealed. `row` and `parent` are keys of storage; `version` is the row's version.
struct ItemContext {
  std::string_view kind;         // "head", "version", "entry", "meta"
  std::string_view name_space;   // "default"
  std::string_view table;        // the collection's name
  BytesView row;
  BytesView parent;              // empty where there is none
  std::uint64_t version = 0;
  BytesView owner;               // empty: system
  std::uint32_t schema = 1;
};

struct Places {
  std::filesystem::path data;   // header copies: <data>/vault.a, <data>/vault.b, and the `locked` mark
  std::filesystem::path state;  // key file: <state>/vault.key (0400)
};

struct KdfCost {
  std::uint64_t memory_bytes = 256ull << 20;  // floor 64 MiB, ceiling 1 GiB when reading (RFC 9106, research 35)
  std::uint32_t passes = 3;                   // floor 3, ceiling 10 when reading
};

struct CreateOptions {
  std::optional<Secret> passphrase;  // adds a passphrase slot
  bool key_file = true;              // adds a key-file slot
  bool recovery = true;              // adds a recovery slot and returns its code
};

// Thread-safe: sealing and opening run in parallel; unlock, lock and slot changes exclude them. unlock(), create() and
// add_passphrase() may take a second (Argon2id): call them off the I/O threads.
class Vault {
 public:
  // Reads the headers if there are any; never writes. `arena` and `clock` must outlive the vault. `machine_id` is the
  // application-specific machine id (platform/machine_id.h), empty when the machine has none. Errors: unsupported,
  // corrupt (both copies), untrusted (key file or header readable by others), storage_failed.
  static Result<std::unique_ptr<Vault>> open(Places places, KeyArena& arena, Bytes machine_id, KdfCost cost,
                                             const Clock& clock);
  ~Vault();

  State state() const noexcept;
  StoreId store_id() const noexcept;   // zero while uninitialized
  HeaderReport header_report() const;

  // Makes the store's keys and slots and leaves it unlocked. The recovery code is returned once and kept nowhere.
  // Errors: already_initialized, invalid_argument (no slot wanted, empty passphrase), read_only, storage_full.
  Result<std::optional<Secret>> create(CreateOptions options);

  // Opens with the first slot that needs no person (key file). Errors: wrong_credential (message says what is missing
  // and points to the recovery code), not_initialized, tampered, corrupt.
  Status unlock_unattended();
  Status unlock_with_passphrase(const Secret& passphrase);
  Status unlock_with_recovery_code(const Secret& code);

  // Wipes every key. With `hold`, the lock survives restarts until an unlock (a mark in the data folder).
  Status lock(bool hold);
  // Whether a held lock forbids unattended opening at start.
  bool lock_is_held() const;

  std::vector<SlotInfo> slots() const;
  // Unlocked only. The new slot's id. Nothing else is touched.
  Result<std::string> add_passphrase(const Secret& passphrase, std::string label);
  Result<std::string> add_key_file(std::string label);  // conflict when there is one that opens
  struct AddedRecovery {
    std::string id;
    Secret code;
  };
  Result<AddedRecovery> add_recovery(std::string label);
  // Errors: not_found, last_slot, locked.
  Status remove_slot(std::string_view id);

  // Keyed BLAKE2b under a system key over a length-prefixed label and parts. Error: locked.
  Result<Digest> keyed_hash(SystemKey key, std::string_view label, std::span<const BytesView> parts) const;

  // Appends one sealed item with `fields` to `out`: a fresh DEK wrapped by the current KEK of the name space, and each field
  // padded and sealed under it. Error: locked.
  Status seal(const ItemContext& context, std::span<const BytesView> fields, Bytes& out) const;

  // The fields of a sealed item, in order, in `memory`. `item` is exactly one item. Errors: locked, tampered (does not
  // open here), unsupported (version, suite or flag unknown), corrupt (not parseable).
  Result<std::vector<Secret>> open(const ItemContext& context, BytesView item, std::pmr::memory_resource* memory) const;

 private:
  struct Impl;
  explicit Vault(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace strongroom::vault
