// The part of SecretService that brings values to where the rules place them, after a fallback or another rule.
#include "daemon/secrets/secret_service.h"
#include "daemon/vault/envelope.h"

namespace strongroom::secrets {

namespace wire = protocol::secret;

namespace {

constexpr std::size_t k_listed_at_once = 500;

// Then the others would fail too, each after its own deadline.
bool means_unusable(const Error& error) {
  return error.code == ErrorCode::unreachable || error.code == ErrorCode::timeout || error.code == ErrorCode::denied ||
         error.code == ErrorCode::storage_failed || error.code == ErrorCode::storage_full;
}

Error changed_meanwhile() {
  return make_error(ErrorCode::busy, "the secret was changed meanwhile; try again");
}

}  // namespace

// Nothing becomes plain text, or leaves the disk for the memory, but by being written.
bool SecretService::belongs(Tier tier, const Placement& rule) noexcept {
  return tier == rule.tier || rule.tier == Tier::plain_text || (rule.tier == Tier::session && tier != Tier::plain_text);
}

void SecretService::add_waiting(std::int64_t more) {
  const std::lock_guard guard(placing_mutex_);
  placing_state_.waiting = std::max<std::int64_t>(0, placing_state_.waiting + more);
}

void SecretService::note_waiting(std::int64_t waiting) {
  bool news = false;
  {
    const std::lock_guard guard(placing_mutex_);
    news = std::exchange(placing_state_.waiting, waiting) != waiting;
    placing_state_.looked = true;
  }
  if (news)
    report(waiting == 0 ? std::string("every value lies where it is placed")
                        : std::to_string(waiting) + " versions do not lie where they are placed");
}

Status SecretService::probe_keychain() {
  if (!placing_.rules.uses(Tier::keychain)) return {};
  const Status usable = placing_.keychain
                            ? placing_.keychain->probe()
                            : Status(make_error(ErrorCode::unreachable, "there is no keychain on this system"));
  note_keychain(usable);
  return usable;
}

void SecretService::promote_soon() {
  if (!placing_.run) return;
  placing_.run([this] {
    const auto done = promote("");
    if (!done || (done->moved == 0 && done->lost == 0)) return;
    std::string what = std::to_string(done->moved) + " versions were moved to where they are placed";
    if (done->lost != 0) what += "; " + std::to_string(done->lost) + " that were kept for a session are gone with it";
    report(what);
    if (placing_.record) placing_.record("secret.promote", what, "ok");
  });
}

void SecretService::handle(wire::Promote, wire::PromoteRequest&& request,
                           Completion<wire::PromoteResponse> completion) {
  auto work = [this, intent = store::IntentScope::current(), prefix = request.prefix.value_or(""), completion] {
    const store::IntentScope scope(intent);
    completion(promote(prefix));
  };
  if (!placing_.run || !placing_.run(std::move(work)))
    completion(make_error(ErrorCode::busy, "too many calls wait for the keychain"));
}

Result<bool> SecretService::nothing_lies_apart() {
  if (!placing_.rules.are_plain()) return false;
  bool apart = false;
  STRONGROOM_CHECK(store_.read([&](store::ReadTransaction& transaction) -> Status {
    STRONGROOM_ASSIGN(apart, repository_.has_apart(transaction));
    return {};
  }));
  return !apart;
}

Result<wire::PromoteResponse> SecretService::promote(std::string_view prefix) {
  if (prefix.ends_with('/')) prefix.remove_suffix(1);
  STRONGROOM_ASSIGN(const bool nothing, nothing_lies_apart());
  if (nothing) {
    note_waiting(0);
    return wire::PromoteResponse{};
  }
  Promotion promotion;
  if (const Status usable = probe_keychain(); !usable) promotion.unusable(usable.error());
  if (!prefix.empty()) {
    STRONGROOM_ASSIGN(const Path path, Path::parse(prefix));
    STRONGROOM_CHECK(promote_one(path.text(), promotion));
  }
  std::string cursor;
  for (bool more = true; more && !stopping_;) {
    STRONGROOM_ASSIGN(const auto page, list_heads(std::string(prefix), true, cursor, k_listed_at_once));
    for (const auto& entry : page.entries)
      if (entry.head && !stopping_) STRONGROOM_CHECK(promote_one(entry.path, promotion));
    more = page.more && !page.entries.empty();
    if (more) cursor = page.entries.back().path;
  }
  if (!promotion.keychain_fails) erase_released();
  if (prefix.empty())
    note_waiting(promotion.done.waiting);
  else
    add_waiting(-promotion.done.moved);
  return promotion.done;
}

// An error ends it only when nothing more can be done: the store is locked.
Status SecretService::promote_one(const std::string& path, Promotion& promotion) {
  const Placement& rule = placing_.rules.of(path);
  SecretId id{};
  std::vector<Version> versions;
  const Status found = read([&](store::ReadTransaction& transaction, Suspects& suspects) -> Status {
    STRONGROOM_ASSIGN(const auto stored, repository_.find(transaction, path, &suspects));
    if (!stored) return {};
    id = stored->head.id;
    versions = stored->head.versions;
    return {};
  });
  if (!found) return promotion.failed(found.error());
  for (const Version& version : versions) {
    if (version.destroyed || stopping_) continue;
    if (version.place.tier == Tier::session && !session_.get(version.place.id)) {
      const Status marked = mark_lost(path, id, version);
      if (!marked) STRONGROOM_CHECK(promotion.failed(marked.error()));
      if (marked) ++promotion.done.lost;
      continue;
    }
    if (belongs(version.place.tier, rule)) continue;
    const bool needs_keychain = version.place.tier == Tier::keychain || rule.tier == Tier::keychain;
    if (promotion.keychain_fails && needs_keychain) {
      ++promotion.done.waiting;
      continue;
    }
    const Status moved = promote_version(path, id, version, rule);
    if (moved)
      ++promotion.done.moved;
    else
      STRONGROOM_CHECK(promotion.failed(moved.error()));
  }
  return {};
}

Status SecretService::Promotion::failed(const Error& error) {
  if (error.code == ErrorCode::locked) return error;
  ++done.waiting;
  if (error.code != ErrorCode::busy && !done.problem) done.problem = error.message;
  if (means_unusable(error)) keychain_fails = true;
  return {};
}

void SecretService::Promotion::unusable(const Error& error) {
  keychain_fails = true;
  done.problem = error.message;
}

// Error: busy when somebody else has changed the version meanwhile.
Status SecretService::promote_version(const std::string& path, const SecretId& id, const Version& version,
                                      const Placement& rule) {
  const auto same = [&](const StoredSecret& stored) {
    const Version* const now = stored.head.id == id ? stored.head.find(version.number) : nullptr;
    return now && !now->destroyed && now->place == version.place;
  };
  const std::lock_guard moving(moving_);
  BodiesAtHand bodies;
  Bytes item;
  const auto take = [&](store::ReadTransaction& transaction, Suspects& suspects) -> Status {
    STRONGROOM_ASSIGN(const StoredSecret stored, repository_.get(transaction, path, &suspects));
    if (!same(stored)) return changed_meanwhile();
    const bool plain = version.place.tier == Tier::plain_text;
    STRONGROOM_ASSIGN(item, plain ? repository_.sealed(transaction, stored, version.number, memory_)
                                  : repository_.item(transaction, stored, version, bodies));
    return {};
  };
  Status taken = read(take);
  if (!bodies.wanted.empty()) {
    fetch(bodies);
    taken = read(take);
  }
  STRONGROOM_CHECK(taken);
  Place to{.tier = rule.tier};
  if (to.lies_elsewhere()) {
    std::string notice;
    const Placement strict{.folder = rule.folder, .tier = rule.tier, .fallback = Fallback::refuse};
    STRONGROOM_ASSIGN(to, put_body(strict, rule.tier, BytesView(item).subspan(vault::k_item_head), notice));
  }
  const Status moved = store_.write_and_wait([&](store::WriteTransaction& transaction) -> Status {
    STRONGROOM_ASSIGN(StoredSecret stored, repository_.get(transaction, path));
    if (!same(stored)) return changed_meanwhile();
    return repository_.relocate(transaction, std::move(stored), version.number, to, item);
  });
  if (moved || !to.lies_elsewhere()) return moved;
  // A storage can fail behind its commit.
  const auto named = is_named(path, id, version.number, to);
  return named && *named ? Status() : moved;
}

Status SecretService::mark_lost(const std::string& path, const SecretId& id, const Version& version) {
  return store_.write_and_wait([&](store::WriteTransaction& transaction) -> Status {
    STRONGROOM_ASSIGN(StoredSecret stored, repository_.get(transaction, path));
    const Version* const now = stored.head.id == id ? stored.head.find(version.number) : nullptr;
    if (!now || now->place != version.place) return changed_meanwhile();
    const std::uint64_t numbers[] = {version.number};
    STRONGROOM_CHECK(destroy_versions(stored.head, numbers, clock_.now_ms()));
    return repository_.erase_versions(transaction, std::move(stored), numbers);
  });
}

// The bodies go first: whatever fails afterwards, they are gone. What named them is marked at the next unlock when the
// store is locked.
void SecretService::handle(wire::ForgetSession, protocol::service::Empty&&,
                           Completion<wire::PromoteResponse> completion) {
  session_.clear();
  auto work = [this, intent = store::IntentScope::current(), completion] {
    const store::IntentScope scope(intent);
    auto done = promote("");
    if (!done && done.error().code == ErrorCode::locked) done = wire::PromoteResponse{};
    completion(std::move(done));
  };
  if (!placing_.run || !placing_.run(std::move(work)))
    completion(make_error(ErrorCode::busy, "too many calls wait for the keychain"));
}

}  // namespace strongroom::secrets
