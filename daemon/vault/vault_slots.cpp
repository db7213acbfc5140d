#include <sodium.h>

#include <algorithm>
#include <utility>

#include <strongroom/base/wiped_memory.h>

#include "daemon/vault/slot_key_file.h"
#include "daemon/vault/slot_passphrase.h"
#include "daemon/vault/slot_recovery.h"
#include "daemon/vault/vault_impl.h"

namespace strongroom::vault {
namespace {

Status check_label(std::string_view label) {
  if (label_is_valid(label)) return {};
  return make_error(ErrorCode::invalid_argument, "a label has at most 64 bytes of UTF-8 without control characters",
                    "label");
}

// Undoes what a creation has put on the disk unless it is kept.
class Leftovers {
 public:
  explicit Leftovers(const Places& places) noexcept : places_(places) {}

  Leftovers(const Leftovers&) = delete;
  Leftovers& operator=(const Leftovers&) = delete;

  ~Leftovers() {
    if (headers) remove_header_copies(places_.data);
    if (key_file) (void)remove_key_file(places_.state);
  }

  bool headers = false;
  bool key_file = false;

 private:
  const Places& places_;
};

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

Slot Vault::Impl::new_slot(SlotType type, std::string_view label) const {
  Slot slot;
  randombytes_buf(slot.id.data(), slot.id.size());
  slot.type = type;
  slot.label = std::string(label);
  slot.created_ms = clock.now_ms();
  return slot;
}

Result<Key> Vault::Impl::slot_key_for_passphrase(Slot& slot, const Secret& passphrase) const {
  STRONGROOM_CHECK(check_passphrase(passphrase));
  slot.parameters = make_passphrase_parameters(cost);
  return passphrase_slot_key(arena, slot.parameters, passphrase, k_kdf_floor);
}

Result<Vault::Impl::FileKey> Vault::Impl::get_or_make_file_key() const {
  if (machine.empty())
    return make_error(ErrorCode::invalid_argument, "this machine has no machine id, which a key-file slot needs",
                      "key_file");
  auto made = create_key_file(arena, places.state);
  if (made) return FileKey{std::move(*made), true};
  if (made.error().code != ErrorCode::conflict) return std::move(made).error();
  STRONGROOM_ASSIGN(Key found, read_key_file(arena, places.state));
  return FileKey{std::move(found), false};
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
  report.generation = next.generation;
  if (!problem.empty()) report.problem = problem;
  copies.alike = problem.empty();
  copies.problem = problem;
  copies.readable.clear();
  copies.readable.push_back({CopyName::a, std::move(bytes), std::move(next)});
  return {};
}

Status Vault::Impl::add_slot(Slot slot, BytesView slot_key) {
  Header next = header();
  if (next.slots.size() >= k_max_slots) return make_error(ErrorCode::too_large, "there are 32 unlock slots already");
  {
    const std::shared_lock guard(mutex);
    STRONGROOM_CHECK(check_unlocked());
    const AssociatedData binding = slot_binding(next.store_id, slot, next.root_epoch);
    wrap(slot_key, binding.view(), ring.root(), slot.wrapped_root);
  }
  next.slots.push_back(std::move(slot));
  return commit(std::move(next));
}

namespace {

// A slot of a new store and the key that wraps its root key.
struct Made {
  Slot slot;
  Key key;
};

}  // namespace

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
  header.generation = v.last_generation + 1;
  std::vector<Made> made;
  std::optional<Secret> code_text;
  if (options.passphrase) {
    Slot slot = v.new_slot(SlotType::passphrase, "passphrase");
    STRONGROOM_ASSIGN(Key key, v.slot_key_for_passphrase(slot, *options.passphrase));
    made.push_back({std::move(slot), std::move(key)});
  }
  if (options.recovery) {
    Slot slot = v.new_slot(SlotType::recovery, "recovery code");
    STRONGROOM_ASSIGN(const Key code, make_recovery_code(v.arena));
    STRONGROOM_ASSIGN(Key key, recovery_slot_key(v.arena, code.view(), header.store_id, slot.id));
    code_text = recovery_text(code.view());
    made.push_back({std::move(slot), std::move(key)});
  }
  if (options.key_file) {
    Slot slot = v.new_slot(SlotType::key_file, "key file");
    STRONGROOM_ASSIGN(const Impl::FileKey file, v.get_or_make_file_key());
    leftovers.key_file = file.made;
    STRONGROOM_ASSIGN(Key key, key_file_slot_key(v.arena, file.key.view(), v.machine));
    slot.parameters = key_file_parameters(file.key.view(), header.store_id, slot.id);
    made.push_back({std::move(slot), std::move(key)});
  }

  STRONGROOM_ASSIGN(Key root, v.arena.take(k_key_size));
  randombytes_buf(root.writable().data(), k_key_size);
  for (Made& each : made) {
    const AssociatedData binding = slot_binding(header.store_id, each.slot, header.root_epoch);
    wrap(each.key.view(), binding.view(), root.view(), each.slot.wrapped_root);
    header.slots.push_back(std::move(each.slot));
  }
  const auto number = [](SystemKey key) { return static_cast<std::uint16_t>(key); };
  for (RingEntry entry : {RingEntry{RingKind::kek, "default", 0, 1, {}},
                          RingEntry{RingKind::system, "", number(SystemKey::lookup), 1, {}},
                          RingEntry{RingKind::system, "", number(SystemKey::accumulator), 1, {}}}) {
    STRONGROOM_CHECK(KeyRing::make(v.arena, header, root.view(), entry));
    header.ring.push_back(std::move(entry));
  }
  Bytes bytes = encode_header(header, root.view());
  STRONGROOM_ASSIGN(KeyRing ring, KeyRing::open(v.arena, header, std::move(root)));
  leftovers.headers = true;
  STRONGROOM_ASSIGN(const std::string problem, write_header_copies(v.places.data, bytes));
  leftovers.headers = leftovers.key_file = false;

  v.last_generation = header.generation;
  const std::unique_lock guard(v.mutex);
  v.report = {header.generation, header.root_epoch, problem};
  v.copies = {};
  v.copies.alike = problem.empty();
  v.copies.problem = problem;
  v.copies.readable.push_back({CopyName::a, std::move(bytes), std::move(header)});
  v.ring = std::move(ring);
  v.state.store(State::unlocked, std::memory_order_release);
  v.forget_held_lock();
  wipe_stack_below();
  return code_text;
}

Result<std::string> Vault::add_passphrase(const Secret& passphrase, std::string label) {
  const std::lock_guard one(impl_->change);
  STRONGROOM_CHECK(impl_->check_unlocked());
  STRONGROOM_CHECK(check_label(label));
  Slot slot = impl_->new_slot(SlotType::passphrase, label);
  std::string id = to_hex(slot.id);
  STRONGROOM_ASSIGN(const Key key, impl_->slot_key_for_passphrase(slot, passphrase));
  STRONGROOM_CHECK(impl_->add_slot(std::move(slot), key.view()));
  wipe_stack_below();
  return id;
}

Result<std::string> Vault::add_key_file(std::string label) {
  const std::lock_guard one(impl_->change);
  STRONGROOM_CHECK(impl_->check_unlocked());
  STRONGROOM_CHECK(check_label(label));
  STRONGROOM_ASSIGN(const Impl::FileKey file, impl_->get_or_make_file_key());
  if (!file.made && impl_->open_with_key_file(impl_->header(), file.key))
    return make_error(ErrorCode::conflict, "a key-file slot opens already");
  Leftovers leftovers(impl_->places);
  leftovers.key_file = file.made;
  Slot slot = impl_->new_slot(SlotType::key_file, label);
  std::string id = to_hex(slot.id);
  slot.parameters = key_file_parameters(file.key.view(), impl_->header().store_id, slot.id);
  STRONGROOM_ASSIGN(const Key key, key_file_slot_key(impl_->arena, file.key.view(), impl_->machine));
  STRONGROOM_CHECK(impl_->add_slot(std::move(slot), key.view()));
  leftovers.key_file = false;
  wipe_stack_below();
  return id;
}

Result<Vault::AddedRecovery> Vault::add_recovery(std::string label) {
  const std::lock_guard one(impl_->change);
  STRONGROOM_CHECK(impl_->check_unlocked());
  STRONGROOM_CHECK(check_label(label));
  Slot slot = impl_->new_slot(SlotType::recovery, label);
  std::string id = to_hex(slot.id);
  STRONGROOM_ASSIGN(const Key code, make_recovery_code(impl_->arena));
  STRONGROOM_ASSIGN(const Key key, recovery_slot_key(impl_->arena, code.view(), impl_->header().store_id, slot.id));
  STRONGROOM_CHECK(impl_->add_slot(std::move(slot), key.view()));
  AddedRecovery added{std::move(id), recovery_text(code.view())};
  wipe_stack_below();
  return added;
}

Status Vault::remove_slot(std::string_view id) {
  const std::lock_guard one(impl_->change);
  STRONGROOM_CHECK(impl_->check_unlocked());
  Header next = impl_->header();
  const auto found = std::ranges::find_if(next.slots, [&](const Slot& slot) { return to_hex(slot.id) == id; });
  if (found == next.slots.end()) return make_error(ErrorCode::not_found, "there is no such slot", "id");
  if (next.slots.size() == 1)
    return make_error(ErrorCode::last_slot, "removing the last unlock slot would leave no way in", "id");
  const bool key_file = found->type == SlotType::key_file;
  next.slots.erase(found);
  const bool was_last_key_file =
      key_file && std::ranges::none_of(next.slots, [](const Slot& s) { return s.type == SlotType::key_file; });
  STRONGROOM_CHECK(impl_->commit(std::move(next)));
  if (was_last_key_file && !remove_key_file(impl_->places.state)) {
    const std::unique_lock guard(impl_->mutex);
    impl_->report.problem = "the key file vault.key could not be removed; no slot uses it any more";
  }
  return {};
}

Status Vault::ensure_name_space(std::string_view name) {
  const std::lock_guard one(impl_->change);
  STRONGROOM_CHECK(impl_->check_unlocked());
  if (!name_space_is_valid(name))
    return make_error(ErrorCode::invalid_argument, "a name space has 1 to 64 of the characters a-z 0-9 - _ .",
                      "namespace");
  Header next = impl_->header();
  RingEntry entry{RingKind::kek, std::string(name), 0, 1, {}};
  Key key;
  {
    const std::shared_lock guard(impl_->mutex);
    STRONGROOM_CHECK(impl_->check_unlocked());
    if (!impl_->ring.current_kek(name).key.empty()) return {};
    if (next.ring.size() >= k_max_ring_keys) return make_error(ErrorCode::too_large, "the key ring is full");
    STRONGROOM_ASSIGN(key, KeyRing::make(impl_->arena, next, impl_->ring.root(), entry));
  }
  next.ring.push_back(entry);
  STRONGROOM_CHECK(impl_->commit(std::move(next)));
  // A lock may have come in between: then the key must not stay.
  const std::unique_lock guard(impl_->mutex);
  if (impl_->state == State::unlocked) impl_->ring.adopt(entry, std::move(key));
  return {};
}

}  // namespace strongroom::vault
