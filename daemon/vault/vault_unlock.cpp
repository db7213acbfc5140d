#include <algorithm>
#include <map>
#include <utility>

#include <strongroom/base/wiped_memory.h>

#include "daemon/vault/slot_key_file.h"
#include "daemon/vault/slot_outside.h"
#include "daemon/vault/slot_passphrase.h"
#include "daemon/vault/slot_recovery.h"
#include "daemon/vault/slot_wrap.h"
#include "daemon/vault/vault_impl.h"

namespace strongroom::vault {

Result<Key> Vault::Impl::open_any(const Header& header, SlotType type, const SlotKeyMaker& make_key,
                                  const Error& mismatch) const {
  Error failure = mismatch;
  for (const Slot& slot : header.slots) {
    if (slot.type != type) continue;
    auto slot_key = make_key(header, slot);
    if (!slot_key) {
      // Another slot of the type may open; if none does, this says more than that nothing fits.
      failure = std::move(slot_key).error();
      continue;
    }
    auto root = open_root(arena, header.store_id, header.root_epoch, slot_key->view(), slot);
    if (!root && root.error().code == ErrorCode::wrong_credential) continue;
    if (root) opened_slot = slot.id;
    return root;
  }
  return failure;
}

Result<Key> Vault::Impl::open_with_key_file(const Header& header, const Key& file_key) const {
  Error mismatch = make_error(ErrorCode::wrong_credential,
                              "no slot opens without a person; unlock with the recovery code or a passphrase");
  for (const Slot& slot : header.slots)
    if (slot.type == SlotType::key_file) mismatch = key_file_mismatch(file_key.view(), header.store_id, slot);
  return open_any(
      header, SlotType::key_file,
      [&](const Header&, const Slot&) { return key_file_slot_key(arena, file_key.view(), machine); }, mismatch);
}

Result<Vault::Impl::Authentic> Vault::Impl::find_authentic(const RootOpener& open_root) const {
  std::optional<Error> failure;
  for (std::size_t i = 0; i < copies.readable.size(); ++i) {
    const HeaderCopy& copy = copies.readable[i];
    auto root = open_root(copy.header);
    if (!root) {
      if (!failure) failure = std::move(root).error();
      continue;
    }
    if (!header_is_authentic(copy.header, copy.bytes, root->view())) {
      failure = make_error(ErrorCode::tampered, "the vault's header was changed outside Strongroom");
      continue;
    }
    // This credential opens an older copy. The newer one may be passed over only when it is shown to be false: an
    // authentic one has lost this credential's slot, and one of another root key cannot be judged.
    for (std::size_t newer = 0; newer < i; ++newer) {
      const HeaderCopy& other = copies.readable[newer];
      if (other.header.root_epoch != copy.header.root_epoch ||
          header_is_authentic(other.header, other.bytes, root->view()))
        return failure ? *failure : make_error(ErrorCode::wrong_credential, "no slot opens with what was given");
    }
    return Authentic{i, std::move(*root)};
  }
  return failure ? *failure : make_error(ErrorCode::not_initialized, "there is no store yet");
}

std::string Vault::Impl::restore_copies(const HeaderCopy& authentic, std::size_t index) const {
  if (copies.alike) return {};
  std::string problem = copies.problem;
  if (index > 0)
    problem = std::string("header copy ") + static_cast<char>(copies.readable.front().name) +
              " was changed outside Strongroom";
  const auto written = write_header_copies(places.data, authentic.bytes);
  const bool restored = written && written->empty();
  return problem + (restored ? "; it has been restored from the other copy" : "; it could not be restored");
}

Status Vault::Impl::unlock_with(const RootOpener& open_root) {
  STRONGROOM_ASSIGN(Authentic found, find_authentic(open_root));
  const HeaderCopy& authentic = copies.readable[found.index];
  STRONGROOM_ASSIGN(KeyRing opened, KeyRing::open(arena, authentic.header, std::move(found.root)));
  const std::string problem = restore_copies(authentic, found.index);
  last_generation = std::max(last_generation, authentic.header.generation);

  const std::unique_lock guard(mutex);
  HeaderCopy in_force = std::move(copies.readable[found.index]);
  copies.readable.clear();
  copies.readable.push_back(std::move(in_force));
  copies.alike = copies.alike || problem.ends_with("from the other copy");
  report.generation = header().generation;
  report.root_epoch = header().root_epoch;
  if (!problem.empty()) report.problem = problem;
  ring = std::move(opened);
  // To check a credential of an open store changes nothing.
  if (state != State::unlocked) opened_by = opened_slot;
  state.store(State::unlocked, std::memory_order_release);
  forget_held_lock();
  return {};
}

Status Vault::Impl::unlock_with_key_file() {
  STRONGROOM_ASSIGN(const Key file_key, read_key_file(arena, places.state));
  return unlock_with([&](const Header& of) { return open_with_key_file(of, file_key); });
}

Status Vault::Impl::unlock_with_keychain(Asking asking) {
  if (!outside.fetch_from_keychain)
    return make_error(ErrorCode::wrong_credential, "this daemon has no way to a keychain");
  STRONGROOM_ASSIGN(const Key local, local_keychain_key(arena, places.state, WhenMissing::fail));
  const Error mismatch = make_error(ErrorCode::wrong_credential, "the keychain's key does not open this store");
  // Once for each item, whichever copy of the header names it.
  std::map<std::string, Result<Secret>> items;
  const auto make_key = [&](const Header& of, const Slot& slot) -> Result<Key> {
    const std::string account = keychain_account(of.store_id, slot.id);
    auto item = items.find(account);
    if (item == items.end()) item = items.emplace(account, outside.fetch_from_keychain(account, asking)).first;
    if (!item->second) return item->second.error();
    return keychain_slot_key(arena, *item->second, local.view(), of.store_id, slot.id);
  };
  return unlock_with([&](const Header& of) { return open_any(of, SlotType::keychain, make_key, mismatch); });
}

Status Vault::Impl::unlock_with_credential() {
  if (!outside.credential)
    return make_error(ErrorCode::wrong_credential, "the service manager has handed over no credentials");
  STRONGROOM_ASSIGN(const Secret credential, outside.credential());
  const Error mismatch =
      make_error(ErrorCode::wrong_credential, "the credential 'strongroom.key' does not open this store");
  const auto make_key = [&](const Header& of, const Slot& slot) {
    return credential_slot_key(arena, credential, of.store_id, slot.id);
  };
  return unlock_with([&](const Header& of) { return open_any(of, SlotType::credential, make_key, mismatch); });
}

// Whatever keeps a key away that lies outside: this way is none today, and another one may be tried.
Status Vault::Impl::unlock_by(SlotType type, Asking asking) {
  if (type == SlotType::key_file) return unlock_with_key_file();
  const Status unlocked = type == SlotType::keychain ? unlock_with_keychain(asking) : unlock_with_credential();
  if (unlocked) return {};
  switch (unlocked.error().code) {
    case ErrorCode::tampered:
    case ErrorCode::corrupt:
    case ErrorCode::unsupported:
    case ErrorCode::memory_lock:
      return unlocked;
    default:
      return make_error(ErrorCode::wrong_credential, unlocked.error().message);
  }
}

// One error as it is; of several all sentences.
void Vault::set_unlock_order(UnlockOrder order) {
  const std::lock_guard one(impl_->change);
  impl_->unlock_order = std::move(order);
}

Status Vault::unlock_unattended(Asking asking) {
  const std::lock_guard one(impl_->change);
  if (impl_->state == State::uninitialized) return make_error(ErrorCode::not_initialized, "there is no store yet");
  std::optional<Error> failure;
  for (const SlotType type : impl_->unlock_order) {
    const auto all = slots();
    if (std::ranges::none_of(all, [type](const SlotInfo& slot) { return slot.type == type; })) continue;
    const Status unlocked = impl_->unlock_by(type, asking);
    wipe_stack_below();
    if (unlocked) return {};
    failure = failure ? make_error(ErrorCode::wrong_credential, failure->message + "; " + unlocked.error().message)
                      : unlocked.error();
  }
  if (failure) return *failure;
  return make_error(ErrorCode::wrong_credential,
                    "no slot opens without a person; unlock with the recovery code or a passphrase");
}

Status Vault::unlock_with_passphrase(const Secret& passphrase) {
  const std::lock_guard one(impl_->change);
  if (impl_->state == State::uninitialized) return make_error(ErrorCode::not_initialized, "there is no store yet");
  STRONGROOM_CHECK(check_passphrase(passphrase));
  const Error mismatch = make_error(ErrorCode::wrong_credential, "no slot opens with this passphrase");
  Status unlocked = impl_->unlock_with([&](const Header& header) {
    return impl_->open_any(
        header, SlotType::passphrase,
        [&](const Header& of, const Slot& slot) {
          return passphrase_slot_key(impl_->arena, slot.parameters, passphrase, of.kdf_floor);
        },
        mismatch);
  });
  wipe_stack_below();
  return unlocked;
}

Status Vault::unlock_with_recovery_code(const Secret& code) {
  const std::lock_guard one(impl_->change);
  if (impl_->state == State::uninitialized) return make_error(ErrorCode::not_initialized, "there is no store yet");
  STRONGROOM_ASSIGN(const Key bytes, parse_recovery_code(impl_->arena, code));
  const Error mismatch = make_error(ErrorCode::wrong_credential, "no slot opens with this recovery code");
  Status unlocked = impl_->unlock_with([&](const Header& header) {
    return impl_->open_any(
        header, SlotType::recovery,
        [&](const Header& of, const Slot& slot) {
          return recovery_slot_key(impl_->arena, bytes.view(), of.store_id, slot.id);
        },
        mismatch);
  });
  wipe_stack_below();
  return unlocked;
}

Status Vault::unlock_with_shares(const Secret& shares) {
  const std::lock_guard one(impl_->change);
  if (impl_->state == State::uninitialized) return make_error(ErrorCode::not_initialized, "there is no store yet");
  const Error mismatch = make_error(ErrorCode::wrong_credential, "no slot opens with these shares");
  Status unlocked = impl_->unlock_with([&](const Header& header) {
    return impl_->open_any(
        header, SlotType::shares,
        [&](const Header& of, const Slot& slot) -> Result<Key> {
          STRONGROOM_ASSIGN(const SharePlan plan, parse_shares_parameters(slot.parameters));
          STRONGROOM_ASSIGN(const Key secret, join_shares(impl_->arena, plan, slot.id, shares));
          return shares_slot_key(impl_->arena, secret.view(), of.store_id, slot.id);
        },
        mismatch);
  });
  wipe_stack_below();
  return unlocked;
}

}  // namespace strongroom::vault
