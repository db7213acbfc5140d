// The vault: who can unlock, and what sealing and opening mean while unlocked. Formats: docs/format.md.
//
// A vault is two header files (copies A and B) in the data folder. Slots open the root key RK; RK derives the header's
// MAC key and the key that wraps KEKs and system keys, which are kept in the header's key ring; a KEK wraps one fresh
// DEK per sealed item; the DEK seals its fields. Keys exist only in the KeyArena, from unlock to lock.
#pragma once

#include <cstdint>
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
#include "daemon/vault/outside_keys.h"
#include "daemon/vault/types.h"
#include "daemon/vault/unlock_order.h"

namespace strongroom::vault {

struct CreateOptions {
  std::optional<Secret> passphrase;  // adds a passphrase slot
  bool key_file = true;              // adds a key-file slot
  bool recovery = true;              // adds a recovery slot and returns its code
};

// Thread-safe: sealing and opening run in parallel; lock and the last step of unlock and of slot changes exclude them
// for microseconds. unlock_*(), create() and the slot changes run one at a time and may take a second (Argon2id) and
// several syncs of the disk: call them off the I/O threads. lock() waits for none of them.
//
// A slot change that cannot be written leaves everything as it was, in memory and on the disk: storage_full, read_only,
// storage_failed. One exception: when the disk fails while the folder is synced (storage_failed), the next start may
// find the change made.
class Vault {
 public:
  // Reads the headers if there are any; never writes. `arena` and `clock` must outlive the vault; both folders must
  // exist. `machine_id` is the machine's own id (platform/machine_id.h), empty when it has none; only its
  // application-specific form is kept. `outside`: where keys are that lie elsewhere. `cost` is that of new passphrase
  // slots. Errors: invalid_argument (cost outside its bounds), unsupported, corrupt (both copies), untrusted (a header
  // copy is readable by others or a link), storage_failed.
  static Result<std::unique_ptr<Vault>> open(Places places, KeyArena& arena, Bytes machine_id, KdfCost cost,
                                             const Clock& clock, OutsideKeys outside = {});
  ~Vault();

  State state() const noexcept;       // never blocks
  StoreId store_id() const noexcept;  // zero while uninitialized; not authentic before the first unlock
  HeaderReport header_report() const;

  // Makes the store's keys, slots and the name space "default", and leaves it unlocked. The recovery code is returned
  // once and kept nowhere. A key file that is there already is used, never overwritten. Errors: already_initialized,
  // invalid_argument (no slot wanted, empty passphrase, a key file on a machine without id), untrusted and corrupt (the
  // key file that is there), read_only, storage_full, storage_failed; nothing is left behind.
  Result<std::optional<Secret>> create(CreateOptions options);

  // A new store is unconfirmed until its maker has finished what belongs to it: its header has the first generation.
  // confirm() writes the next one; discard_unconfirmed() takes an unlocked, unconfirmed store back: headers gone, keys
  // wiped, uninitialized again (a key file stays and is used by the next creation). Errors: locked, conflict (it is
  // confirmed), and those of writing the header.
  bool is_confirmed() const noexcept;
  Status confirm();
  Status discard_unconfirmed();

  // Which slots unlock_unattended() tries. Before the first unlock.
  void set_unlock_order(UnlockOrder order);

  // Opens with the first slot that needs no person, in that order: usually the keychain, a credential of the service
  // manager, the key file; also when a lock is held: whether it may at start is the caller's question to
  // lock_is_held(). With `asking` the desktop may ask somebody to open the keychain. Errors of all three:
  // wrong_credential (message says what is missing and points to the recovery code), not_initialized, tampered (no copy
  // of the header is authentic), corrupt; here also untrusted (key file), with a passphrase also invalid_argument
  // (empty), too_large, unsupported (cost above the ceiling) and busy (not enough memory), with a code also
  // invalid_argument (mistyped). On an unlocked vault they check the credential and change nothing. A copy of the
  // header that was missing, damaged, older or not authentic is restored from the other one; the report says so. A copy
  // is passed over only when the root key that the other copy gives shows it to be false, so that a credential removed
  // in the newer copy opens nothing.
  Status unlock_unattended(Asking asking = Asking::no);
  Status unlock_with_passphrase(const Secret& passphrase);
  Status unlock_with_recovery_code(const Secret& code);
  // As slot_shares.h reads them.
  Status unlock_with_shares(const Secret& shares);

  // Wipes every key. With `hold`, the lock survives restarts until an unlock (a mark in the data folder); an error to
  // write that mark leaves the vault locked all the same. Errors: not_initialized, storage_full, read_only,
  // storage_failed.
  Status lock(bool hold);
  // Whether a held lock forbids unattended opening at start.
  bool lock_is_held() const;

  // What opened it last, since this object lives.
  std::optional<SlotInfo> opened_by() const;

  // In the order they were added; empty while uninitialized, not authentic before the first unlock.
  std::vector<SlotInfo> slots() const;
  // Unlocked only (`locked` otherwise). The new slot's id. Nothing else is touched. Errors of all three:
  // invalid_argument (label longer than 64 bytes, not UTF-8 or with control characters), too_large (32 slots).
  Result<std::string> add_passphrase(const Secret& passphrase, std::string label);
  Result<std::string> add_key_file(std::string label);  // conflict when there is one that opens

  // The key is stored in the keychain and read back. Errors: those of OutsideKeys too.
  Result<std::string> add_keychain(std::string label);
  Result<std::string> add_credential(std::string label);

  struct AddedRecovery {
    std::string id;
    Secret code;
  };

  Result<AddedRecovery> add_recovery(std::string label);

  struct AddedShares {
    std::string id;
    std::vector<Secret> shares;
  };

  // Opens with `needed` of `made` shares. Also invalid_argument for a plan outside slot_shares.h's bounds.
  Result<AddedShares> add_shares(unsigned needed, unsigned made, std::string label);

  // Whether one slot opens, without opening anything. `given`: the passphrase, recovery code or shares that a slot of
  // such a type needs. Also while locked. Errors: not_found, invalid_argument (something is or is not given), those of
  // unlocking.
  Status test_slot(std::string_view id, const Secret* given, Asking asking);

  struct RotatedSlot {
    std::string id;
    std::optional<Secret> code;
    std::vector<Secret> shares;
  };

  // Puts a new slot of the same type and label in the place of one: a new key, code, shares, or the passphrase `given`.
  // What opened the old one opens the store no more; who holds an older header can still use it there. Errors: those of
  // adding one, not_found; conflict (a credential that the service manager has not exchanged).
  Result<RotatedSlot> rotate_slot(std::string_view id, const Secret* given);
  // With the last key-file slot goes the key file, with a keychain slot its item. Who holds an older header can still
  // open that one; with `revoke` it opens nothing that is written from now on, because the root key and the KEKs of all
  // name spaces become new in the same step. Errors: not_found, last_slot, locked, with `revoke` those of rotate_root()
  // and rotate_kek().
  Status remove_slot(std::string_view id, Revoke revoke = Revoke::no);

  // The root key, the KEKs, the system keys. Errors: locked, not_initialized.
  Result<std::vector<KeyInfo>> keys() const;
  // Makes a new root key: each key of the ring is wrapped anew under it, each slot gets it without its owner. One new
  // header; nothing in the store is touched. Errors: locked, conflict (the subject names a slot of an earlier version,
  // to which nothing can be sealed).
  Status rotate_root();
  // Makes a new KEK of the name space, for what is sealed from now on. Older ones stay until forget_old_keks().
  // Errors: locked, not_found (no such name space), too_large (480 keys).
  Status rotate_kek(std::string_view name_space);
  // Whether some name space has more than one KEK. False while locked.
  bool has_old_keks() const;
  // Takes the older KEKs of every name space out of the header: what is still sealed under them opens no more after the
  // next unlock. The one before the current stays in memory until then, or until it is called again, for reads that
  // began before. Error: locked.
  Status forget_old_keks();
  // Wraps the DEK of a sealed item under the current KEK of its name space; its fields stay as they are. Whether it was
  // under an older one. On failure the item is as before. Errors: those of open().
  Result<bool> rewrap(const ItemContext& context, MutableBytes item) const;
  // Whether an item is under an older KEK than the current one. Errors: locked, corrupt, unsupported, not_found.
  Result<bool> is_under_old_kek(std::string_view name_space, BytesView item) const;

  // What a backup needs to open the store elsewhere: the header in force and the root key. Errors: locked,
  // not_initialized, too_large.
  struct BackupKeys {
    Bytes header;
    std::uint64_t generation = 0;
    Key root;
  };

  Result<BackupKeys> backup_keys() const;

  // Makes this the store of a backup, and leaves it unlocked. Slots that need this machine, its desktop or its service
  // manager are left out, those that a person opens stay, and the new ones are added; the recovery code is returned
  // once. The audit log's keys are new, because a restored store begins a new log. Errors: already_initialized, corrupt
  // and unsupported (the header), tampered (the root key is not its), and those of create(); nothing is left behind.
  Result<std::optional<Secret>> restore(BytesView header, BytesView root, CreateOptions options);

  // Makes the first KEK of a name space when it has none. Errors: locked, invalid_argument (1 to 64 of a-z 0-9 - _ .),
  // too_large (480 keys).
  Status ensure_name_space(std::string_view name);
  // Makes a system key that a store of an earlier version lacks. Errors: locked, too_large.
  Status ensure_system_key(SystemKey key);

  // derive(newest version of the system key, label, parts, 32). Errors: locked (also while uninitialized), corrupt (the
  // header has no such key).
  Result<Digest> keyed_hash(SystemKey key, std::string_view label, std::span<const BytesView> parts) const;

  // Appends one sealed item with `fields` to `out`: a fresh DEK wrapped by the current KEK of the name space, and each
  // field padded and sealed under it. On failure `out` is as before. Errors: locked, not_found (no such name space),
  // invalid_argument (a part of the context is too long), too_large (field above 16 MiB, more than 256 fields).
  Status seal(const ItemContext& context, std::span<const BytesView> fields, Bytes& out) const;

  // The fields of a sealed item, in order, in `memory`. `item` is exactly one item. Errors: locked, tampered (does not
  // open here), unsupported (version, suite or flag unknown), corrupt (not parseable), invalid_argument (as in seal).
  Result<std::vector<Secret>> open(const ItemContext& context, BytesView item, std::pmr::memory_resource* memory) const;

 private:
  struct Impl;
  explicit Vault(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace strongroom::vault
