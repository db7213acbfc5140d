// Trying one slot, and putting a new one in its place.
#include <algorithm>
#include <utility>

#include <strongroom/base/wiped_memory.h>

#include "daemon/vault/slot_key_file.h"
#include "daemon/vault/slot_outside.h"
#include "daemon/vault/slot_passphrase.h"
#include "daemon/vault/slot_recovery.h"
#include "daemon/vault/slot_wrap.h"
#include "daemon/vault/vault_impl.h"

namespace strongroom::vault {
namespace {

Result<Slot> find_slot(const Header& header, std::string_view id) {
  const auto found = std::ranges::find_if(header.slots, [&](const Slot& slot) { return to_hex(slot.id) == id; });
  if (found == header.slots.end()) return make_error(ErrorCode::not_found, "there is no such slot", "id");
  return *found;
}

Status check_given(SlotType type, const Secret* given) {
  if (is_unattended(type) && given != nullptr)
    return make_error(ErrorCode::invalid_argument, "this slot opens without a person; nothing is to be given");
  if (!is_unattended(type) && given == nullptr)
    return make_error(ErrorCode::invalid_argument,
                      "a slot of type " + std::string(name_of(type)) + " needs it to be given");
  return {};
}

}  // namespace

Result<Key> Vault::Impl::slot_key(const Slot& slot, const Secret* given, Asking asking) const {
  const StoreId& store = header().store_id;
  switch (slot.type) {
    case SlotType::passphrase:
      STRONGROOM_CHECK(check_passphrase(*given));
      return passphrase_slot_key(arena, slot.parameters, *given, header().kdf_floor);
    case SlotType::recovery: {
      STRONGROOM_ASSIGN(const Key code, parse_recovery_code(arena, *given));
      return recovery_slot_key(arena, code.view(), store, slot.id);
    }
    case SlotType::shares: {
      STRONGROOM_ASSIGN(const SharePlan plan, parse_shares_parameters(slot.parameters));
      STRONGROOM_ASSIGN(const Key secret, join_shares(arena, plan, slot.id, *given));
      return shares_slot_key(arena, secret.view(), store, slot.id);
    }
    case SlotType::key_file: {
      STRONGROOM_ASSIGN(const Key file_key, read_key_file(arena, places.state));
      return key_file_slot_key(arena, file_key.view(), machine);
    }
    case SlotType::keychain: {
      if (!outside.fetch_from_keychain)
        return make_error(ErrorCode::wrong_credential, "this daemon has no way to a keychain");
      STRONGROOM_ASSIGN(const Key local, local_keychain_key(arena, places.state, WhenMissing::fail));
      STRONGROOM_ASSIGN(const Secret item, outside.fetch_from_keychain(keychain_account(store, slot.id), asking));
      return keychain_slot_key(arena, item, local.view(), store, slot.id);
    }
    case SlotType::credential: {
      if (!outside.credential)
        return make_error(ErrorCode::wrong_credential, "the service manager has handed over no credentials");
      STRONGROOM_ASSIGN(const Secret credential, outside.credential());
      return credential_slot_key(arena, credential, store, slot.id);
    }
  }
  return make_error(ErrorCode::unsupported, "the slot has an unknown type");
}

Status Vault::test_slot(std::string_view id, const Secret* given, Asking asking) {
  const std::lock_guard one(impl_->change);
  if (impl_->state == State::uninitialized) return make_error(ErrorCode::not_initialized, "there is no store yet");
  const Header& header = impl_->header();
  STRONGROOM_ASSIGN(const Slot slot, find_slot(header, id));
  STRONGROOM_CHECK(check_given(slot.type, given));
  STRONGROOM_ASSIGN(const Key key, impl_->slot_key(slot, given, asking));
  STRONGROOM_ASSIGN(const Key root, open_root(impl_->arena, header.store_id, header.root_epoch, key.view(), slot));
  const bool authentic = header_is_authentic(header, impl_->copies.readable.front().bytes, root.view());
  wipe_stack_below();
  if (!authentic) return make_error(ErrorCode::tampered, "the vault's header was changed outside Strongroom");
  return {};
}

Result<Vault::Impl::NewSlot> Vault::Impl::successor_of(const Slot& old, const Secret* given, RotatedSlot& told) const {
  const StoreId& store = header().store_id;
  switch (old.type) {
    case SlotType::passphrase:
      return new_passphrase_slot(old.label, *given);
    case SlotType::recovery:
      return new_recovery_slot(old.label, store, told.code.emplace());
    case SlotType::shares: {
      STRONGROOM_ASSIGN(const SharePlan plan, parse_shares_parameters(old.parameters));
      return new_shares_slot(old.label, store, plan, told.shares);
    }
    case SlotType::keychain:
      return new_keychain_slot(old.label, store);
    case SlotType::credential: {
      const auto same = slot_key(old, nullptr, Asking::no);
      if (same && open_root(arena, store, header().root_epoch, same->view(), old))
        return make_error(ErrorCode::conflict,
                          "the service manager hands over the same credential as before; give it a new one first");
      return new_credential_slot(old.label, store);
    }
    case SlotType::key_file:
      break;
  }
  return make_error(ErrorCode::unsupported, "the slot has an unknown type");
}

// In one header, at the place of the old one.
Result<std::string> Vault::Impl::replace_slot(std::string_view id, NewSlot added) {
  Header next = header();
  const auto place = std::ranges::find_if(next.slots, [&](const Slot& slot) { return to_hex(slot.id) == id; });
  {
    const std::shared_lock guard(mutex);
    STRONGROOM_CHECK(check_unlocked());
    STRONGROOM_CHECK(wrap_root(arena, next.store_id, next.root_epoch, added.key.view(), ring.root(), added.slot));
  }
  std::string now = to_hex(added.slot.id);
  *place = std::move(added.slot);
  STRONGROOM_CHECK(commit(std::move(next)));
  return now;
}

// For a moment there are a slot for the file that is there and one for the file that comes, so that whichever a crash
// leaves opens.
Result<Vault::RotatedSlot> Vault::Impl::rotate_key_file(const Slot& old) {
  STRONGROOM_ASSIGN(NextKeyFile next, prepare_key_file(arena, places.state));
  Slot slot = bare_slot(SlotType::key_file, old.label);
  slot.parameters = key_file_parameters(next.key.view(), header().store_id, slot.id);
  STRONGROOM_ASSIGN(Key key, key_file_slot_key(arena, next.key.view(), machine));
  STRONGROOM_ASSIGN(std::string id, add_slot({std::move(slot), std::move(key)}));
  Header without = header();
  const Status replaced = next.file.replace();
  STRONGROOM_CHECK(take_out(without, replaced ? to_hex(old.id) : id));
  if (replaced) STRONGROOM_CHECK(sync_folder(places.state));
  STRONGROOM_CHECK(commit(std::move(without)));
  if (!replaced) return replaced.error();
  return RotatedSlot{std::move(id), std::nullopt, {}};
}

Result<Vault::RotatedSlot> Vault::rotate_slot(std::string_view id, const Secret* given) {
  const std::lock_guard one(impl_->change);
  STRONGROOM_CHECK(impl_->check_unlocked());
  STRONGROOM_ASSIGN(const Slot old, find_slot(impl_->header(), id));
  if ((old.type == SlotType::passphrase) != (given != nullptr))
    return make_error(ErrorCode::invalid_argument, "belongs to slots of type passphrase, and only there", "passphrase");
  if (old.type == SlotType::key_file) return impl_->rotate_key_file(old);
  RotatedSlot told;
  STRONGROOM_ASSIGN(Impl::NewSlot added, impl_->successor_of(old, given, told));
  const Slot fresh = added.slot;
  auto replaced = impl_->replace_slot(id, std::move(added));
  const Slot& useless = replaced ? old : fresh;
  std::string problem;
  if (useless.type == SlotType::keychain) problem = impl_->forget_outside(useless, impl_->header());
  if (!replaced) return replaced.error();
  told.id = *std::move(replaced);
  wipe_stack_below();
  if (!problem.empty()) {
    const std::unique_lock guard(impl_->mutex);
    impl_->report.problem = std::move(problem);
  }
  return told;
}

}  // namespace strongroom::vault
