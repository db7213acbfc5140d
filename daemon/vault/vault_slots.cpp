#include <sodium.h>

#include <algorithm>
#include <utility>

#include <strongroom/base/wiped_memory.h>

#include "daemon/vault/leftovers.h"
#include "daemon/vault/slot_key_file.h"
#include "daemon/vault/slot_outside.h"
#include "daemon/vault/slot_passphrase.h"
#include "daemon/vault/slot_recovery.h"
#include "daemon/vault/slot_wrap.h"
#include "daemon/vault/vault_impl.h"

namespace strongroom::vault {
namespace {

Status check_label(std::string_view label) {
  if (label_is_valid(label)) return {};
  return make_error(ErrorCode::invalid_argument, "a label has at most 64 bytes of UTF-8 without control characters",
                    "label");
}

// Generation of a header whose store is not finished yet.
constexpr std::uint64_t k_unconfirmed = 1;

}  // namespace

Status Vault::Impl::check_unlocked() const {
  switch (state.load(std::memory_order_acquire)) {
    case State::uninitialized:
      return make_error(ErrorCode::not_initialized, "there is no store yet");
    case State::locked:
      return make_error(ErrorCode::locked, "the store is locked");
    case State::unlocked:
      break;
  }
  return {};
}

Slot Vault::Impl::bare_slot(SlotType type, std::string_view label) const {
  Slot slot;
  randombytes_buf(slot.id.data(), slot.id.size());
  slot.type = type;
  slot.label = std::string(label);
  slot.created_ms = clock.now_ms();
  return slot;
}

Result<Vault::Impl::NewSlot> Vault::Impl::new_passphrase_slot(std::string_view label, const Secret& passphrase) const {
  STRONGROOM_CHECK(check_passphrase(passphrase));
  Slot slot = bare_slot(SlotType::passphrase, label);
  slot.parameters = make_passphrase_parameters(cost);
  STRONGROOM_ASSIGN(Key key, passphrase_slot_key(arena, slot.parameters, passphrase, k_kdf_floor));
  return NewSlot{std::move(slot), std::move(key)};
}

Result<Vault::Impl::NewSlot> Vault::Impl::new_recovery_slot(std::string_view label, const StoreId& store,
                                                            Secret& text) const {
  Slot slot = bare_slot(SlotType::recovery, label);
  STRONGROOM_ASSIGN(const Key code, make_recovery_code(arena));
  STRONGROOM_ASSIGN(Key key, recovery_slot_key(arena, code.view(), store, slot.id));
  text = recovery_text(code.view());
  return NewSlot{std::move(slot), std::move(key)};
}

Result<Vault::Impl::NewSlot> Vault::Impl::new_key_file_slot(std::string_view label, const StoreId& store,
                                                            const Header* header) const {
  if (machine.empty())
    return make_error(
        ErrorCode::invalid_argument,
        "this machine has no machine id, which a key file needs: 'systemd-machine-id-setup' makes one, and 'strongroom "
        "init --passphrase --no-key-file' does without",
        "key_file");
  auto file_key = create_key_file(arena, places.state);
  const bool made = file_key.has_value();
  if (!made) {
    if (file_key.error().code != ErrorCode::conflict) return std::move(file_key).error();
    file_key = read_key_file(arena, places.state);
    if (!file_key) return std::move(file_key).error();
    if (header && open_with_key_file(*header, *file_key))
      return make_error(ErrorCode::conflict, "a key-file slot opens already");
  }
  Slot slot = bare_slot(SlotType::key_file, label);
  slot.parameters = key_file_parameters(file_key->view(), store, slot.id);
  auto key = key_file_slot_key(arena, file_key->view(), machine);
  if (!key) {
    if (made) (void)remove_key_file(places.state);
    return std::move(key).error();
  }
  return NewSlot{std::move(slot), std::move(*key), made};
}

// What was stored is read back before anything relies on it.
Result<Vault::Impl::NewSlot> Vault::Impl::new_keychain_slot(std::string_view label, const StoreId& store) const {
  if (!outside.store_in_keychain || !outside.fetch_from_keychain)
    return make_error(ErrorCode::not_implemented, "this daemon has no way to a keychain");
  Slot slot = bare_slot(SlotType::keychain, label);
  STRONGROOM_ASSIGN(const Key local, local_keychain_key(arena, places.state, WhenMissing::make));
  const Secret item = new_keychain_item();
  const std::string account = keychain_account(store, slot.id);
  STRONGROOM_CHECK(outside.store_in_keychain(account, item));
  STRONGROOM_ASSIGN(const Secret kept, outside.fetch_from_keychain(account, Asking::no));
  if (!(kept == item)) {
    (void)outside.erase_from_keychain(account);
    return make_error(ErrorCode::storage_failed, "the keychain does not give back what it was given");
  }
  STRONGROOM_ASSIGN(Key key, keychain_slot_key(arena, item, local.view(), store, slot.id));
  return NewSlot{std::move(slot), std::move(key)};
}

Result<Vault::Impl::NewSlot> Vault::Impl::new_credential_slot(std::string_view label, const StoreId& store) const {
  if (!outside.credential)
    return make_error(ErrorCode::not_found,
                      "the service manager has handed over no credentials; see LoadCredentialEncrypted= in "
                      "systemd.exec(5)");
  STRONGROOM_ASSIGN(const Secret credential, outside.credential());
  Slot slot = bare_slot(SlotType::credential, label);
  STRONGROOM_ASSIGN(Key key, credential_slot_key(arena, credential, store, slot.id));
  return NewSlot{std::move(slot), std::move(key)};
}

Result<Vault::Impl::NewSlot> Vault::Impl::new_shares_slot(std::string_view label, const StoreId& store,
                                                          const SharePlan& plan, std::vector<Secret>& shares) const {
  STRONGROOM_CHECK(check_plan(plan));
  Slot slot = bare_slot(SlotType::shares, label);
  slot.parameters = shares_parameters(plan);
  STRONGROOM_ASSIGN(Key secret, arena.take(k_key_size));
  randombytes_buf(secret.writable().data(), k_key_size);
  STRONGROOM_ASSIGN(Key key, shares_slot_key(arena, secret.view(), store, slot.id));
  shares = split_secret(secret.view(), plan, slot.id);
  return NewSlot{std::move(slot), std::move(key)};
}

std::string Vault::Impl::forget_outside(const Slot& slot, const Header& left) const {
  const bool last = std::ranges::none_of(left.slots, [&](const Slot& other) { return other.type == slot.type; });
  if (slot.type == SlotType::key_file && last && !remove_key_file(places.state))
    return "the key file vault.key could not be removed; no slot uses it any more";
  if (slot.type != SlotType::keychain) return {};
  const bool erased =
      outside.erase_from_keychain && outside.erase_from_keychain(keychain_account(left.store_id, slot.id));
  if (last && !remove_local_keychain_key(places.state))
    return "the file vault.keychain could not be removed; no slot uses it any more";
  return erased ? std::string() : "the key of a slot that is gone is still in the keychain; it opens nothing any more";
}

void Vault::Impl::put_in_force(Bytes bytes, Header next, const std::string& problem) {
  report.generation = next.generation;
  report.root_epoch = next.root_epoch;
  if (!problem.empty()) report.problem = problem;
  copies.alike = problem.empty();
  copies.problem = problem;
  copies.readable.clear();
  copies.readable.push_back({CopyName::a, std::move(bytes), std::move(next)});
}

Status Vault::Impl::commit(Header next) {
  Bytes bytes;
  {
    const std::shared_lock guard(mutex);
    STRONGROOM_CHECK(check_unlocked());
    next.generation = ++last_generation;
    bytes = encode_header(next, ring.root());
  }
  STRONGROOM_ASSIGN(const std::string problem, write_header_copies(places.data, bytes));
  const std::unique_lock guard(mutex);
  put_in_force(std::move(bytes), std::move(next), problem);
  return {};
}

Result<std::string> Vault::Impl::add_slot(NewSlot added) {
  Leftovers leftovers(places);
  leftovers.key_file = added.made_key_file;
  Header next = header();
  if (next.slots.size() >= k_max_slots) return make_error(ErrorCode::too_large, "there are 32 unlock slots already");
  {
    const std::shared_lock guard(mutex);
    STRONGROOM_CHECK(check_unlocked());
    STRONGROOM_CHECK(wrap_root(arena, next.store_id, next.root_epoch, added.key.view(), ring.root(), added.slot));
  }
  std::string id = to_hex(added.slot.id);
  next.slots.push_back(std::move(added.slot));
  STRONGROOM_CHECK(commit(std::move(next)));
  leftovers.key_file = false;
  wipe_stack_below();
  return id;
}

Result<Vault::Impl::NewSlots> Vault::Impl::new_slots(const CreateOptions& options, const StoreId& store) const {
  NewSlots made;
  if (options.passphrase) {
    STRONGROOM_ASSIGN(NewSlot slot, new_passphrase_slot("passphrase", *options.passphrase));
    made.slots.push_back(std::move(slot));
  }
  if (options.recovery) {
    STRONGROOM_ASSIGN(NewSlot slot, new_recovery_slot("recovery code", store, made.code.emplace()));
    made.slots.push_back(std::move(slot));
  }
  // Last, because it is the one that leaves something on the disk.
  if (options.key_file) {
    STRONGROOM_ASSIGN(NewSlot slot, new_key_file_slot("key file", store, nullptr));
    made.slots.push_back(std::move(slot));
  }
  return made;
}

Result<Key> Vault::Impl::fill_new_header(Header& header, std::vector<NewSlot>& slots) const {
  STRONGROOM_ASSIGN(Key root, arena.take(k_key_size));
  randombytes_buf(root.writable().data(), k_key_size);
  for (NewSlot& each : slots) {
    STRONGROOM_CHECK(wrap_root(arena, header.store_id, header.root_epoch, each.key.view(), root.view(), each.slot));
    header.slots.push_back(std::move(each.slot));
  }
  const auto number = [](SystemKey key) { return static_cast<std::uint16_t>(key); };
  const std::int64_t now = clock.now_ms();
  for (RingEntry entry : {RingEntry{RingKind::kek, "default", 0, 1, now, {}},
                          RingEntry{RingKind::system, "", number(SystemKey::lookup), 1, now, {}},
                          RingEntry{RingKind::system, "", number(SystemKey::accumulator), 1, now, {}},
                          RingEntry{RingKind::system, "", number(SystemKey::audit_identity), 1, now, {}},
                          RingEntry{RingKind::system, "", number(SystemKey::audit_opening), 1, now, {}}}) {
    STRONGROOM_CHECK(KeyRing::make(arena, header, root.view(), entry));
    header.ring.push_back(std::move(entry));
  }
  return root;
}

Result<std::optional<Secret>> Vault::create(CreateOptions options) {
  Impl& v = *impl_;
  const std::lock_guard one(v.change);
  if (v.state != State::uninitialized || header_exists(v.places.data))
    return make_error(ErrorCode::already_initialized, "there is a store already");
  if (!options.passphrase && !options.key_file && !options.recovery)
    return make_error(ErrorCode::invalid_argument, "a store needs at least one way to unlock it");

  Leftovers leftovers(v.places);
  Header header;
  randombytes_buf(header.store_id.data(), header.store_id.size());
  header.root_epoch = 1;
  header.root_created_ms = v.clock.now_ms();
  header.generation = k_unconfirmed;
  STRONGROOM_ASSIGN(Impl::NewSlots made, v.new_slots(options, header.store_id));
  for (const Impl::NewSlot& each : made.slots) leftovers.key_file = leftovers.key_file || each.made_key_file;
  STRONGROOM_ASSIGN(Key root, v.fill_new_header(header, made.slots));
  Bytes bytes = encode_header(header, root.view());
  STRONGROOM_ASSIGN(KeyRing ring, KeyRing::open(v.arena, header, std::move(root)));
  leftovers.headers = true;
  STRONGROOM_ASSIGN(const std::string problem, write_header_copies(v.places.data, bytes));
  leftovers.headers = leftovers.key_file = false;

  v.begin_with(std::move(bytes), std::move(header), std::move(ring), problem);
  return std::move(made.code);
}

void Vault::Impl::begin_with(Bytes bytes, Header next, KeyRing keys, const std::string& problem) {
  last_generation = next.generation;
  const std::unique_lock guard(mutex);
  put_in_force(std::move(bytes), std::move(next), problem);
  ring = std::move(keys);
  state.store(State::unlocked, std::memory_order_release);
  forget_held_lock();
  wipe_stack_below();
}

Result<std::string> Vault::add_passphrase(const Secret& passphrase, std::string label) {
  const std::lock_guard one(impl_->change);
  STRONGROOM_CHECK(impl_->check_unlocked());
  STRONGROOM_CHECK(check_label(label));
  STRONGROOM_ASSIGN(Impl::NewSlot slot, impl_->new_passphrase_slot(label, passphrase));
  return impl_->add_slot(std::move(slot));
}

Result<std::string> Vault::add_key_file(std::string label) {
  const std::lock_guard one(impl_->change);
  STRONGROOM_CHECK(impl_->check_unlocked());
  STRONGROOM_CHECK(check_label(label));
  const Header& header = impl_->header();
  STRONGROOM_ASSIGN(Impl::NewSlot slot, impl_->new_key_file_slot(label, header.store_id, &header));
  return impl_->add_slot(std::move(slot));
}

Result<std::string> Vault::add_keychain(std::string label) {
  const std::lock_guard one(impl_->change);
  STRONGROOM_CHECK(impl_->check_unlocked());
  STRONGROOM_CHECK(check_label(label));
  STRONGROOM_ASSIGN(Impl::NewSlot slot, impl_->new_keychain_slot(label, impl_->header().store_id));
  const Slot bare = slot.slot;
  auto added = impl_->add_slot(std::move(slot));
  if (!added) (void)impl_->forget_outside(bare, impl_->header());
  return added;
}

Result<std::string> Vault::add_credential(std::string label) {
  const std::lock_guard one(impl_->change);
  STRONGROOM_CHECK(impl_->check_unlocked());
  STRONGROOM_CHECK(check_label(label));
  STRONGROOM_ASSIGN(Impl::NewSlot slot, impl_->new_credential_slot(label, impl_->header().store_id));
  return impl_->add_slot(std::move(slot));
}

Result<Vault::AddedRecovery> Vault::add_recovery(std::string label) {
  const std::lock_guard one(impl_->change);
  STRONGROOM_CHECK(impl_->check_unlocked());
  STRONGROOM_CHECK(check_label(label));
  AddedRecovery added;
  STRONGROOM_ASSIGN(Impl::NewSlot slot, impl_->new_recovery_slot(label, impl_->header().store_id, added.code));
  STRONGROOM_ASSIGN(added.id, impl_->add_slot(std::move(slot)));
  return added;
}

Result<Vault::AddedShares> Vault::add_shares(unsigned needed, unsigned made, std::string label) {
  const std::lock_guard one(impl_->change);
  STRONGROOM_CHECK(impl_->check_unlocked());
  STRONGROOM_CHECK(check_label(label));
  AddedShares added;
  STRONGROOM_ASSIGN(Impl::NewSlot slot,
                    impl_->new_shares_slot(label, impl_->header().store_id, {needed, made}, added.shares));
  STRONGROOM_ASSIGN(added.id, impl_->add_slot(std::move(slot)));
  return added;
}

bool Vault::is_confirmed() const noexcept {
  const std::lock_guard one(impl_->change);
  return impl_->state != State::uninitialized && impl_->header().generation != k_unconfirmed;
}

Status Vault::confirm() {
  if (is_confirmed()) return {};
  const std::lock_guard one(impl_->change);
  STRONGROOM_CHECK(impl_->check_unlocked());
  return impl_->commit(impl_->header());
}

Status Vault::discard_unconfirmed() {
  if (is_confirmed()) return make_error(ErrorCode::conflict, "the store is in use");
  const std::lock_guard one(impl_->change);
  STRONGROOM_CHECK(impl_->check_unlocked());
  remove_header_copies(impl_->places.data);
  const std::unique_lock guard(impl_->mutex);
  impl_->ring = KeyRing{};
  impl_->copies = {};
  impl_->report = {};
  impl_->last_generation = 0;
  impl_->state.store(State::uninitialized, std::memory_order_release);
  return {};
}

Result<Slot> Vault::Impl::take_out(Header& from, std::string_view id) {
  const auto found = std::ranges::find_if(from.slots, [&](const Slot& slot) { return to_hex(slot.id) == id; });
  if (found == from.slots.end()) return make_error(ErrorCode::not_found, "there is no such slot", "id");
  Slot taken = *found;
  from.slots.erase(found);
  return taken;
}

Status Vault::remove_slot(std::string_view id, Revoke revoke) {
  const std::lock_guard one(impl_->change);
  STRONGROOM_CHECK(impl_->check_unlocked());
  Header next = impl_->header();
  STRONGROOM_ASSIGN(const Slot removed, Impl::take_out(next, id));
  if (next.slots.empty())
    return make_error(ErrorCode::last_slot, "removing the last unlock slot would leave no way in", "id");
  STRONGROOM_CHECK(revoke == Revoke::yes ? impl_->commit_with_new_keys(std::move(next))
                                         : impl_->commit(std::move(next)));
  if (std::string problem = impl_->forget_outside(removed, impl_->header()); !problem.empty()) {
    const std::unique_lock guard(impl_->mutex);
    impl_->report.problem = std::move(problem);
  }
  return {};
}

Status Vault::ensure_name_space(std::string_view name) {
  if (!name_space_is_valid(name))
    return make_error(ErrorCode::invalid_argument, "a name space has 1 to 64 of the characters a-z 0-9 - _ .",
                      "namespace");
  return impl_->ensure_key({RingKind::kek, std::string(name), 0, 1, impl_->clock.now_ms(), {}});
}

Status Vault::ensure_system_key(SystemKey key) {
  return impl_->ensure_key({RingKind::system, "", static_cast<std::uint16_t>(key), 1, impl_->clock.now_ms(), {}});
}

// Takes `change`.
Status Vault::Impl::ensure_key(RingEntry entry) {
  const std::lock_guard one(change);
  {
    const std::shared_lock guard(mutex);
    STRONGROOM_CHECK(check_unlocked());
    const bool present = entry.kind == RingKind::kek ? !ring.current_kek(entry.name).key.empty()
                                                     : !ring.system_key(static_cast<SystemKey>(entry.number)).empty();
    if (present) return {};
  }
  return add_key(header(), std::move(entry));
}

Status Vault::Impl::add_key(Header next, RingEntry entry) {
  Key key;
  {
    const std::shared_lock guard(mutex);
    STRONGROOM_CHECK(check_unlocked());
    if (next.ring.size() >= k_max_ring_keys) return make_error(ErrorCode::too_large, "the key ring is full");
    STRONGROOM_ASSIGN(key, KeyRing::make(arena, next, ring.root(), entry));
  }
  next.ring.push_back(entry);
  STRONGROOM_CHECK(commit(std::move(next)));
  // A lock may have come in between: then the key must not stay.
  const std::unique_lock guard(mutex);
  if (state == State::unlocked) ring.adopt(entry, std::move(key));
  return {};
}

}  // namespace strongroom::vault
