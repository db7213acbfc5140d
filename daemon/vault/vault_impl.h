// What a Vault consists of; for vault.cpp, vault_unlock.cpp and vault_slots.cpp only.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <shared_mutex>

#include "daemon/vault/header_files.h"
#include "daemon/vault/key_ring.h"
#include "daemon/vault/slot_shares.h"
#include "daemon/vault/vault.h"
#include "daemon/vault/writer_first_mutex.h"

namespace strongroom::vault {

// Two locks. `change` lets one unlock, creation or slot change run at a time, through Argon2 and the disk's syncs; it
// is taken first. `mutex` guards what requests read and is held exclusively only to put a finished result in place, so
// that a request or a lock never waits for Argon2. Key material of the store is touched only under `mutex`.
struct Vault::Impl {
  Impl(Places where, KeyArena& keys, BytesView machine_id, KdfCost new_cost, const Clock& now, OutsideKeys elsewhere);

  // The root key that some slot of a header gives to whoever tries.
  using RootOpener = std::function<Result<Key>(const Header&)>;
  // The slot key of one slot.
  using SlotKeyMaker = std::function<Result<Key>(const Header&, const Slot&)>;

  // vault_unlock.cpp. All take `change`.
  Status unlock_with(const RootOpener& open_root);

  struct Authentic {
    std::size_t index = 0;  // in copies.readable
    Key root;
  };

  Result<Authentic> find_authentic(const RootOpener& open_root) const;
  std::string restore_copies(const HeaderCopy& authentic, std::size_t index) const;
  // Tries every slot of a type; `mismatch` says why none opened.
  Result<Key> open_any(const Header& header, SlotType type, const SlotKeyMaker& make_key, const Error& mismatch) const;
  Result<Key> open_with_key_file(const Header& header, const Key& file_key) const;
  Status unlock_with_key_file();
  Status unlock_with_keychain(Asking asking);
  Status unlock_with_credential();
  Status unlock_by(SlotType type, Asking asking);
  void forget_held_lock();

  // vault_slots.cpp. All are called with `change` held.
  // A slot that is not in the header yet, and the key that wraps its root key.
  struct NewSlot {
    Slot slot;
    Key key;
    bool made_key_file = false;
  };

  Slot bare_slot(SlotType type, std::string_view label) const;
  Result<NewSlot> new_passphrase_slot(std::string_view label, const Secret& passphrase) const;
  Result<NewSlot> new_recovery_slot(std::string_view label, const StoreId& store, Secret& text) const;
  // Makes the key file when there is none. `conflict` when a slot of `header` opens with the one there is.
  Result<NewSlot> new_key_file_slot(std::string_view label, const StoreId& store, const Header* header) const;
  Result<NewSlot> new_keychain_slot(std::string_view label, const StoreId& store) const;
  Result<NewSlot> new_credential_slot(std::string_view label, const StoreId& store) const;
  Result<NewSlot> new_shares_slot(std::string_view label, const StoreId& store, const SharePlan& plan,
                                  std::vector<Secret>& shares) const;
  // What lies outside for a slot that is gone; a sentence when it could not be taken away.
  std::string forget_outside(const Slot& slot, const Header& left) const;

  struct NewSlots {
    std::vector<NewSlot> slots;
    std::optional<Secret> code;
  };

  Result<NewSlots> new_slots(const CreateOptions& options, const StoreId& store) const;
  // Fills the slots and the ring of a new header, wrapped under a fresh root key.
  Result<Key> fill_new_header(Header& header, std::vector<NewSlot>& slots) const;
  // A store that was just made is in force, unlocked.
  void begin_with(Bytes bytes, Header next, KeyRing keys, const std::string& problem);
  // vault_backup.cpp
  Status renew_log_keys(Header& header, BytesView root) const;
  // The id of the slot, which is then in force.
  Result<std::string> add_slot(NewSlot added);
  // Called with `mutex` held exclusively, after the bytes are on the disk.
  void put_in_force(Bytes bytes, Header next, const std::string& problem);
  // Writes `next` as a new generation and puts it into force.
  Status commit(Header next);
  Status ensure_key(RingEntry entry);
  // A fresh key in `next`, which is then in force. With `change` held.
  Status add_key(Header next, RingEntry entry);
  static Result<Slot> take_out(Header& from, std::string_view id);

  // vault_slot_rotation.cpp. With `change` held.
  Result<Key> slot_key(const Slot& slot, const Secret* given, Asking asking) const;
  Result<NewSlot> successor_of(const Slot& old, const Secret* given, RotatedSlot& told) const;
  Result<std::string> replace_slot(std::string_view id, NewSlot added);
  Result<RotatedSlot> rotate_key_file(const Slot& old);

  // vault_rotation.cpp. Both with `change` held. Under a new root key; then also with new KEKs of every name space.
  Status commit_with_new_root(Header next, std::span<const RingEntry> added);
  Status commit_with_new_keys(Header next);
  Status check_unlocked() const;

  const Header& header() const noexcept { return copies.readable.front().header; }

  const Places places;
  KeyArena& arena;
  const Bytes machine;  // application-specific id
  const KdfCost cost;
  const Clock& clock;
  const OutsideKeys outside;
  UnlockOrder unlock_order = k_usual_unlock_order;  // guarded by change

  std::mutex change;
  mutable std::optional<SlotId> opened_slot;  // by which slot open_any came in last; guarded by `change`
  std::uint64_t last_generation = 0;          // the highest written or tried; guarded by `change`

  mutable WriterFirstMutex mutex;
  std::atomic<State> state = State::uninitialized;
  HeaderCopies copies;  // written under both locks, so either is enough to read; the one in force comes first
  KeyRing ring;
  std::optional<SlotId> opened_by;  // the slot that opened the ring
  HeaderReport report;
};

// How far below seal() and open() the stack may hold copies of a key: deep enough for libsodium's BLAKE2b and
// XChaCha20-Poly1305 (tests/unit/daemon/vault/stack_test.cpp looks for what is left).
inline constexpr std::size_t k_request_stack = 4 * 1024;

}  // namespace strongroom::vault
