// The part of SecretService that puts values where the rules place them, and fetches them from there.
#include <algorithm>

#include <strongroom/base/random.h>

#include "daemon/secrets/secret_service.h"

namespace strongroom::secrets {

namespace wire = protocol::secret;

namespace {

constexpr int k_tries = 4;  // of what others overtake

constexpr std::string_view k_promote = "'strongroom secret promote' moves it there";

Error too_many() {
  return make_error(ErrorCode::busy, "too many calls wait for the keychain");
}

Error overtaken() {
  return make_error(ErrorCode::busy, "the secret was changed meanwhile; try again");
}

Error no_keychain() {
  return make_error(ErrorCode::unreachable, "there is no keychain on this system");
}

}  // namespace

BodyShelf* SecretService::shelf_of(Tier tier) noexcept {
  if (tier == Tier::session) return &session_;
  return tier == Tier::keychain ? placing_.keychain : nullptr;
}

PlacingState SecretService::placing_state() const {
  const std::lock_guard guard(placing_mutex_);
  return placing_state_;
}

void SecretService::note_keychain(const Status& used) {
  std::string problem = used ? std::string() : used.error().message;
  bool waiting = false;
  {
    const std::lock_guard guard(placing_mutex_);
    if (placing_state_.problem == problem) return;
    placing_state_.problem = problem;
    waiting = placing_state_.waiting != 0;
  }
  report(problem.empty() ? "the keychain can be used again" : "the keychain cannot be used: " + problem);
  if (problem.empty() && waiting) promote_soon();
}

void SecretService::report(std::string_view sentence) const {
  if (placing_.report) placing_.report(sentence);
}

// What a reader or writer should know of where a value lies; nothing when all is as configured and safe.
std::optional<std::string> SecretService::notice_of(std::string_view path, const Place& place) const {
  if (place.tier == Tier::plain_text) return "lies in the store as plain text: this is development mode";
  const Placement& rule = placing_.rules.of(path);
  if (belongs(place.tier, rule)) return std::nullopt;
  if (place.tier == Tier::session) return "is kept in memory only, until the daemon stops; " + std::string(k_promote);
  if (rule.tier == Tier::keychain)
    return "lies in the encrypted store and not in the keychain; " + std::string(k_promote);
  return "does not lie where the configuration places it; " + std::string(k_promote);
}

// --- Reading

bool SecretService::fetch_from_memory(BodiesAtHand& bodies) {
  for (const Place& place : bodies.wanted)
    if (place.tier != Tier::session) return false;
  fetch(bodies);
  return true;
}

// What cannot be fetched fails when it is read. When the keychain cannot be used, the others are not tried: each would
// take as long.
void SecretService::fetch(BodiesAtHand& bodies) {
  std::optional<Error> unusable;
  for (const Place& place : std::exchange(bodies.wanted, {})) {
    const bool from_keychain = place.tier == Tier::keychain;
    if (stopping_) unusable = make_error(ErrorCode::cancelled, "the daemon is stopping");
    BodyShelf* const shelf = shelf_of(place.tier);
    auto body = from_keychain && unusable ? Result<Bytes>(*unusable) : shelf ? shelf->get(place.id) : no_keychain();
    if (body) {
      bodies.have.insert_or_assign(place.id, *std::move(body));
      if (from_keychain) note_keychain({});
      continue;
    }
    Error error = std::move(body).error();
    if (from_keychain && error.code == ErrorCode::not_found) {
      note_keychain({});
      error =
          make_error(ErrorCode::corrupt,
                     "the keychain of this desktop does not have the value: it was taken out, or it is another one");
    } else if (from_keychain) {
      unusable = error;
      note_keychain(error);
      error.message = "the value lies in the keychain: " + error.message;
    }
    bodies.failed.insert_or_assign(place.id, std::move(error));
  }
}

Result<wire::GetResponse> SecretService::get_and_wait(const wire::GetRequest& request) {
  BodiesAtHand bodies;
  for (;;) {
    auto result = read_one(request, bodies);
    if (bodies.wanted.empty()) return result;
    fetch(bodies);
  }
}

void SecretService::handle(wire::Get, wire::GetRequest&& request, Completion<wire::GetResponse> completion) {
  auto work = [this, request = std::move(request), completion] { completion(get_and_wait(request)); };
  if (!placing_.run || !placing_.run(std::move(work))) completion(too_many());
}

void SecretService::handle(wire::GetMany, wire::GetManyRequest&& request,
                           Completion<wire::GetManyResponse> completion) {
  auto work = [this, request = std::move(request), completion] {
    BodiesAtHand bodies;
    for (;;) {
      auto result = read_many(request, bodies);
      if (bodies.wanted.empty()) return completion(std::move(result));
      fetch(bodies);
    }
  };
  if (!placing_.run || !placing_.run(std::move(work))) completion(too_many());
}

// --- Writing

Result<std::uint64_t> SecretService::append(store::WriteTransaction& transaction, Draft draft,
                                            const SecretRepository::Prepared* prepared) {
  if (draft.details) draft.version.details = &*draft.details;
  draft.version.prepared = prepared;
  if (placing_.rules.of(draft.path.text()).tier == Tier::plain_text) draft.version.tier = Tier::plain_text;
  return repository_.append(transaction, draft.path, std::move(draft.stored), draft.values, draft.version);
}

void SecretService::finish(const std::shared_ptr<Writing>& writing, const Status& status) {
  if (writing->released) erase_released_soon();
  if (!status) return writing->completion(status.error());
  read_times_.forget(writing->path);
  tell(wire::ChangeKind::written, writing->path, static_cast<std::uint64_t>(writing->written.version));
  writing->completion(std::move(writing->written));
}

Status SecretService::write_draft(store::WriteTransaction& transaction, Writing& writing,
                                  const SecretRepository::Prepared* prepared) {
  STRONGROOM_ASSIGN(Draft draft, writing.draft(transaction, writing.bodies));
  STRONGROOM_ASSIGN(const auto number, append(transaction, std::move(draft), prepared));
  writing.written.version = static_cast<std::int64_t>(number);
  writing.released = repository_.take_released();
  return {};
}

// In the writer's transaction where nothing has to be put or fetched elsewhere.
void SecretService::write_version(std::shared_ptr<Writing> writing) {
  const Tier tier = placing_.rules.of(writing->path).tier;
  if (tier == Tier::keychain || tier == Tier::session) return write_apart(writing);
  store_.write(
      [this, writing](store::WriteTransaction& transaction) { return write_draft(transaction, *writing, nullptr); },
      [this, writing, tier](const Status& status) {
        if (!status && !writing->bodies.wanted.empty()) return write_apart(writing);
        writing->written.placed = static_cast<wire::Placed>(tier);
        writing->written.notice = notice_of(writing->path, {.tier = tier});
        finish(writing, status);
      });
}

void SecretService::write_apart(const std::shared_ptr<Writing>& writing) {
  auto work = [this, writing] {
    const store::IntentScope scope(writing->intent);
    Status status = overtaken();
    for (int i = 0; i < k_tries && !status && status.error().code == ErrorCode::busy && !stopping_; ++i)
      status = try_apart(*writing);
    finish(writing, status);
  };
  if (!placing_.run || !placing_.run(std::move(work))) writing->completion(too_many());
}

// Drafts in a snapshot, with everything at hand that it needs. A commit between two looks of one draft can make a row
// seem older than is known; in a snapshot of its own it does not.
Status SecretService::draft_and_wait(Writing& writing, const std::function<Status(Draft&)>& use) {
  for (int again = k_tries;;) {
    const Status status = store_.read([&](store::ReadTransaction& transaction) -> Status {
      STRONGROOM_ASSIGN(Draft draft, writing.draft(transaction, writing.bodies));
      return use(draft);
    });
    if (!writing.bodies.wanted.empty())
      fetch(writing.bodies);
    else if (status || status.error().code != ErrorCode::tampered || --again == 0)
      return status;
  }
}

// The body is put where it belongs first, then the transaction says so: whatever ends the daemon in between leaves a
// body that is written down to be erased, never a name without a body.
Status SecretService::try_apart(Writing& writing) {
  const std::lock_guard moving(moving_);
  const Placement& rule = placing_.rules.of(writing.path);
  SecretRepository::Prepared prepared;
  Bytes body;
  STRONGROOM_CHECK(draft_and_wait(writing, [&](Draft& draft) -> Status {
    STRONGROOM_ASSIGN(prepared, repository_.prepare(draft.stored, draft.values, {}, body));
    return {};
  }));
  std::string notice;
  auto place = put_body(rule, rule.tier, body, notice);
  if (!place && rule.tier == Tier::keychain && rule.fallback == Fallback::refuse)
    return make_error(place.error().code,
                      "the value is to lie in the keychain alone, and nothing was stored: " + place.error().message);
  STRONGROOM_ASSIGN(prepared.place, std::move(place));
  const bool apart = prepared.place.lies_elsewhere();
  const Status written = store_.write_and_wait([&](store::WriteTransaction& transaction) {
    return write_draft(transaction, writing, apart ? &prepared : nullptr);
  });
  if (!written && !(apart && stands_all_the_same(writing, prepared))) {
    if (!writing.bodies.wanted.empty()) return overtaken();
    return written;
  }
  writing.written.placed = static_cast<wire::Placed>(prepared.place.tier);
  writing.written.notice = notice_of(writing.path, prepared.place);
  if (!notice.empty()) {
    writing.written.notice = writing.written.notice.value_or("") + "; " + notice;
    add_waiting(1);
  }
  return {};
}

// A storage can fail behind its commit.
bool SecretService::stands_all_the_same(Writing& writing, const SecretRepository::Prepared& prepared) {
  const auto named = is_named(writing.path, prepared.id, prepared.number, prepared.place);
  if (!named || !*named) {
    writing.released = true;
    return false;
  }
  writing.written.version = static_cast<std::int64_t>(prepared.number);
  return true;
}

Result<bool> SecretService::is_named(const std::string& path, const SecretId& id, std::uint64_t number,
                                     const Place& place) {
  bool named = false;
  STRONGROOM_CHECK(read([&](store::ReadTransaction& transaction, Suspects& suspects) -> Status {
    STRONGROOM_ASSIGN(const auto stored, repository_.find(transaction, path, &suspects));
    const Version* const version = stored && stored->head.id == id ? stored->head.find(number) : nullptr;
    named = version && version->place == place;
    return {};
  }));
  return named;
}

// Somewhere, as the rule says. `notice`: why it is not where it belongs.
Result<Place> SecretService::put_body(const Placement& rule, Tier tier, BytesView body, std::string& notice) {
  Place place{.tier = tier};
  if (!place.lies_elsewhere()) return place;
  fill_random(place.id);
  STRONGROOM_CHECK(store_.write_and_wait(
      [&](store::WriteTransaction& transaction) { return repository_.announce(transaction, place); }));
  BodyShelf* const shelf = shelf_of(tier);
  const Status put = shelf ? put_and_read_back(*shelf, place, body) : Status(no_keychain());
  if (tier == Tier::keychain) note_keychain(put);
  if (put) return place;
  if (tier == Tier::session || rule.fallback == Fallback::refuse) return put.error();
  notice = put.error().message;
  return put_body(rule, rule.fallback == Fallback::session ? Tier::session : Tier::store, body, notice);
}

Status SecretService::put_and_read_back(BodyShelf& shelf, const Place& place, BytesView body) {
  STRONGROOM_CHECK(shelf.put(place.id, body));
  const auto back = shelf.get(place.id);
  if (back && std::ranges::equal(*back, body)) return {};
  if (!back) return back.error();
  return make_error(ErrorCode::storage_failed, "the keychain gives back something else than it was given");
}

// --- What is not needed any more

void SecretService::erase_released_soon() {
  if (placing_.run) placing_.run([this] { erase_released(); });
}

// What cannot be erased now stays written down, until the next time.
void SecretService::erase_released() {
  Bytes cursor;
  for (bool usable = true; usable && !stopping_;) {
    // Nothing is on its way between its announcement and its name.
    const std::lock_guard moving(moving_);
    std::vector<Place> places;
    const Status found = store_.read([&](store::ReadTransaction& transaction) -> Status {
      STRONGROOM_ASSIGN(places, repository_.released(transaction, cursor));
      return {};
    });
    if (!found || places.empty()) return;
    std::vector<Place> erased;
    for (const Place& place : places) {
      BodyShelf* const shelf = shelf_of(place.tier);
      usable = shelf && shelf->erase(place.id) && !stopping_;
      if (!usable) break;
      erased.push_back(place);
    }
    const Status forgotten = store_.write_and_wait(
        [&](store::WriteTransaction& transaction) { return repository_.forget_released(transaction, erased); });
    if (!forgotten) return;
  }
}

}  // namespace strongroom::secrets
