#include "daemon/vault/vault.h"

#include <algorithm>
#include <utility>

#include <strongroom/base/wiped_memory.h>

#include <strongroom/base/derive.h>
#include "daemon/vault/envelope.h"
#include "daemon/vault/private_file.h"
#include "daemon/vault/slot_key_file.h"
#include "daemon/vault/vault_impl.h"

namespace strongroom::vault {
namespace {

Error is_locked() {
  return make_error(ErrorCode::locked, "the store is locked");
}

std::filesystem::path held_mark(const Places& places) {
  return places.data / "locked";
}

}  // namespace

Vault::Impl::Impl(Places where, KeyArena& keys, BytesView machine_id, KdfCost new_cost, const Clock& now,
                  OutsideKeys elsewhere)
    : places(std::move(where)),
      arena(keys),
      machine(application_id(machine_id)),
      cost(new_cost),
      clock(now),
      outside(std::move(elsewhere)) {}

Vault::Vault(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Vault::~Vault() = default;

Result<std::unique_ptr<Vault>> Vault::open(Places places, KeyArena& arena, Bytes machine_id, KdfCost cost,
                                           const Clock& clock, OutsideKeys outside) {
  if (!within(cost, k_kdf_floor, k_kdf_ceiling) || cost.memory_bytes % 1024 != 0)
    return make_error(ErrorCode::invalid_argument, "the cost of passphrases lies outside its bounds", "cost");
  auto impl = std::make_unique<Impl>(std::move(places), arena, machine_id, cost, clock, std::move(outside));
  wipe(machine_id.data(), machine_id.size());
  STRONGROOM_ASSIGN(impl->copies, read_header_copies(impl->places.data));
  if (!impl->copies.readable.empty()) {
    const Header& header = impl->header();
    impl->report = {header.generation, header.root_epoch, impl->copies.problem};
    impl->state = State::locked;
  }
  return std::unique_ptr<Vault>(new Vault(std::move(impl)));
}

std::string_view name_of(SlotType type) noexcept {
  constexpr std::string_view k_names[] = {"passphrase", "key file",   "recovery code",
                                          "keychain",   "credential", "shares"};
  return k_names[static_cast<std::size_t>(type) - 1];
}

State Vault::state() const noexcept {
  return impl_->state.load(std::memory_order_acquire);
}

StoreId Vault::store_id() const noexcept {
  const std::shared_lock guard(impl_->mutex);
  return impl_->copies.readable.empty() ? StoreId{} : impl_->header().store_id;
}

HeaderReport Vault::header_report() const {
  const std::shared_lock guard(impl_->mutex);
  return impl_->report;
}

Status Vault::lock(bool hold) {
  const std::unique_lock guard(impl_->mutex);
  if (impl_->state == State::uninitialized) return make_error(ErrorCode::not_initialized, "there is no store yet");
  impl_->ring = KeyRing{};
  impl_->state.store(State::locked, std::memory_order_release);
  wipe_stack_below();
  if (!hold) return {};
  STRONGROOM_ASSIGN(PendingFile mark, PendingFile::write(held_mark(impl_->places), {}, 0600));
  STRONGROOM_CHECK(mark.replace());
  return sync_folder(impl_->places.data);
}

bool Vault::lock_is_held() const {
  return file_exists(held_mark(impl_->places));
}

void Vault::Impl::forget_held_lock() {
  if (file_exists(held_mark(places)) && !remove_file(held_mark(places)) && report.problem.empty())
    report.problem = "the mark of the held lock could not be removed; the next start finds the store locked";
}

std::vector<SlotInfo> Vault::slots() const {
  const std::shared_lock guard(impl_->mutex);
  std::vector<SlotInfo> all;
  if (impl_->copies.readable.empty()) return all;
  for (const Slot& slot : impl_->header().slots)
    all.push_back({to_hex(slot.id), slot.type, slot.label, slot.created_ms, is_unattended(slot.type)});
  return all;
}

std::optional<SlotInfo> Vault::opened_by() const {
  std::string id;
  {
    const std::shared_lock guard(impl_->mutex);
    if (!impl_->opened_by) return std::nullopt;
    id = to_hex(*impl_->opened_by);
  }
  for (auto& slot : slots())
    if (slot.id == id) return std::move(slot);
  return std::nullopt;
}

Result<Digest> Vault::keyed_hash(SystemKey key, std::string_view label, std::span<const BytesView> parts) const {
  const std::shared_lock guard(impl_->mutex);
  if (impl_->state != State::unlocked) return is_locked();
  const BytesView found = impl_->ring.system_key(key);
  if (found.empty()) return make_error(ErrorCode::corrupt, "the vault has no such system key");
  Digest digest;
  derive(found, label, parts, digest);
  return digest;
}

Status Vault::seal(const ItemContext& context, std::span<const BytesView> fields, Bytes& out) const {
  const std::shared_lock guard(impl_->mutex);
  if (impl_->state != State::unlocked) return is_locked();
  const auto kek = impl_->ring.current_kek(context.name_space);
  if (kek.key.empty()) return make_error(ErrorCode::not_found, "there is no such name space");
  Status sealed = seal_item(impl_->header().store_id, context, kek.key, kek.version, fields, out);
  wipe_stack_below(k_request_stack);
  return sealed;
}

Result<std::vector<Secret>> Vault::open(const ItemContext& context, BytesView item,
                                        std::pmr::memory_resource* memory) const {
  const std::shared_lock guard(impl_->mutex);
  if (impl_->state != State::unlocked) return is_locked();
  STRONGROOM_ASSIGN(const std::uint32_t version, kek_version_of(item));
  const BytesView kek = impl_->ring.kek(context.name_space, version);
  if (kek.empty()) return make_error(ErrorCode::tampered, "a sealed item names a key that the vault does not have");
  auto opened = open_item(impl_->header().store_id, context, kek, item, memory);
  wipe_stack_below(k_request_stack);
  return opened;
}

}  // namespace strongroom::vault
