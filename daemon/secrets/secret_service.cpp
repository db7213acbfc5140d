#include "daemon/secrets/secret_service.h"

#include <algorithm>
#include <atomic>

#include <strongroom/protocol/secret_fields.h>

namespace strongroom::secrets {

namespace wire = protocol::secret;

namespace {

constexpr std::size_t k_most_batch_bytes = 8 * 1024 * 1024;  // values of a batch's answer, before encoding

Error not_asked_for(const std::string& name) {
  return make_error(ErrorCode::not_found, "the secret has no field '" + name + "'", "only");
}

// Keeps the fields named, in the order named.
Status select(SecretMap& values, const std::vector<std::string>& names) {
  SecretMap wanted;
  for (const auto& name : names) {
    const auto found = std::ranges::find(values, name, &protocol::NamedSecret::name);
    if (found == values.end()) return not_asked_for(name);
    wanted.push_back({name, std::move(found->value)});
    values.erase(found);
  }
  values = std::move(wanted);
  return {};
}

}  // namespace

SecretService::SecretService(const vault::Vault& vault, store::Store& store, store::FreshnessTracker& freshness,
                             const Clock& clock, std::pmr::memory_resource* memory, RunSlow run_slow, LiveValues* live,
                             Placing placing)
    : store_(store),
      freshness_(freshness),
      clock_(clock),
      memory_(memory),
      run_slow_(std::move(run_slow)),
      live_(live),
      repository_(vault, freshness, placing.plain_text),
      placing_(std::move(placing)) {}

SecretService::Problem SecretService::problem_of(const Error& error) {
  return {std::string(error_info(error.code).varlink_name), error.message};
}

std::optional<protocol::service::Freshness> SecretService::freshness_note() const {
  if (freshness_.state() == store::Freshness::pending) return protocol::service::Freshness::pending;
  return std::nullopt;
}

// What looked older than is known is looked at again, each head in a snapshot that begins now.
Status SecretService::read(const std::function<Status(store::ReadTransaction&, Suspects&)>& work) {
  if (freshness_.state() == store::Freshness::mismatch)
    return make_error(
        ErrorCode::tampered,
        "the store was changed outside Strongroom; 'strongroom unlock --accept-changes' takes it as it is");
  Suspects suspects;
  const Status status = store_.read([&](store::ReadTransaction& transaction) { return work(transaction, suspects); });
  for (const auto& lookup : suspects) {
    store_.renew_batch();
    STRONGROOM_CHECK(
        store_.read([&](store::ReadTransaction& transaction) { return repository_.confirm(transaction, lookup); }));
  }
  return status;
}

Result<wire::GetResponse> SecretService::read_one(const wire::GetRequest& request, BodiesAtHand& bodies) {
  Result<wire::GetResponse> result = wire::GetResponse{};
  STRONGROOM_CHECK(read([&](store::ReadTransaction& transaction, Suspects& suspects) -> Status {
    result = get(transaction, request, suspects, bodies);
    return result ? Status() : Status(result.error());
  }));
  result->freshness = freshness_note();
  return result;
}

Result<wire::GetResponse> SecretService::handle(wire::Get, wire::GetRequest&& request, bool& elsewhere) {
  BodiesAtHand bodies;
  auto result = read_one(request, bodies);
  if (!bodies.wanted.empty() && fetch_from_memory(bodies)) result = read_one(request, bodies);
  elsewhere = !bodies.wanted.empty();
  return result;
}

Result<wire::GetResponse> SecretService::get(store::ReadTransaction& transaction, const wire::GetRequest& request,
                                             Suspects& suspects, BodiesAtHand& bodies) {
  STRONGROOM_ASSIGN(const Path path, Path::parse(request.path));
  STRONGROOM_ASSIGN(const StoredSecret stored, repository_.get(transaction, path.text(), &suspects));
  std::optional<std::uint64_t> number;
  if (request.version) number = static_cast<std::uint64_t>(*request.version);
  const std::int64_t now = clock_.now_ms();
  STRONGROOM_ASSIGN(const Version version, readable_version(stored.head, number, now));
  wire::GetResponse response;
  STRONGROOM_ASSIGN(response.fields_, repository_.values(transaction, stored, version.number, memory_, bodies));
  if (request.only) STRONGROOM_CHECK(select(response.fields_, *request.only));
  response.version = static_cast<std::int64_t>(version.number);
  response.created_ms = version.created_ms;
  response.base64 = protocol::pack_values(response.fields_);
  response.placed = static_cast<wire::Placed>(version.place.tier);
  response.notice = notice_of(path.text(), version.place);
  if (read_times_.note(path.text(), now)) {
    store_.write([this, times = read_times_.take()](store::WriteTransaction& t) { return write_read_times(t, times); },
                 [](Status) {});
  }
  return response;
}

Result<wire::GetManyResponse> SecretService::handle(wire::GetMany, wire::GetManyRequest&& request, bool& elsewhere) {
  BodiesAtHand bodies;
  auto result = read_many(request, bodies);
  if (!bodies.wanted.empty() && fetch_from_memory(bodies)) result = read_many(request, bodies);
  elsewhere = !bodies.wanted.empty();
  return result;
}

Result<wire::GetManyResponse> SecretService::read_many(const wire::GetManyRequest& request, BodiesAtHand& bodies) {
  wire::GetManyResponse response;
  STRONGROOM_CHECK(read([&](store::ReadTransaction& transaction, Suspects& suspects) -> Status {
    response.items.clear();
    response.items.reserve(request.items.size());
    std::size_t bytes = 0;
    for (const auto& item : request.items) {
      wire::GetResult& result = response.items.emplace_back();
      result.path = item.path;
      auto got = get(transaction, item, suspects, bodies);
      if (!got && got.error().code == ErrorCode::tampered) return got.error();
      std::size_t size = 0;
      if (got)
        for (const auto& field : got->fields_) size += field.value.size();
      if (got && bytes + size > k_most_batch_bytes)
        got = make_error(ErrorCode::too_large, "the answer would become too long; ask for this one alone");
      if (!got) {
        result.problem = problem_of(got.error());
        continue;
      }
      bytes += size;
      result.version = got->version;
      result.created_ms = got->created_ms;
      result.placed = got->placed;
      result.notice = std::move(got->notice);
      result.fields_ = std::move(got->fields_);
      result.base64 = std::move(got->base64);
    }
    return {};
  }));
  response.freshness = freshness_note();
  return response;
}

Result<SecretRepository::Listing> SecretService::list_heads(std::string folder, bool recursive, std::string_view cursor,
                                                            std::size_t limit) {
  if (folder.ends_with('/')) folder.pop_back();
  if (!folder.empty()) STRONGROOM_CHECK(Path::parse(folder));
  SecretRepository::Listing listing;
  STRONGROOM_CHECK(read([&](store::ReadTransaction& transaction, Suspects& suspects) -> Status {
    STRONGROOM_ASSIGN(listing, repository_.list(transaction, folder, recursive, cursor, limit, &suspects));
    return {};
  }));
  return listing;
}

Result<wire::ListResponse> SecretService::handle(wire::List, wire::ListRequest&& request) {
  STRONGROOM_ASSIGN(auto listing,
                    list_heads(request.prefix.value_or(""), request.recursive.value_or(false),
                               request.cursor.value_or(""), static_cast<std::size_t>(request.limit.value_or(1000))));
  wire::ListResponse response;
  if (listing.more && !listing.entries.empty()) {
    const auto& last = listing.entries.back();
    response.cursor = last.folder ? last.path + "/" : last.path;
  }
  for (auto& entry : listing.entries) {
    wire::ListEntry shown{.path = std::move(entry.path), .folder = entry.folder};
    if (entry.folder) shown.path.push_back('/');
    if (entry.head) {
      const Version& current = entry.head->current();
      const bool deleted = current.deleted_ms != 0 || current.destroyed;
      if (deleted && !request.deleted.value_or(false)) continue;
      if (deleted) shown.deleted = true;
      shown.version = static_cast<std::int64_t>(entry.head->current().number);
      shown.updated_ms = entry.head->updated_ms;
    }
    response.entries.push_back(std::move(shown));
  }
  return response;
}

Result<wire::HistoryResponse> SecretService::handle(wire::GetHistory, wire::PathRequest&& request) {
  STRONGROOM_ASSIGN(const Path path, Path::parse(request.path));
  wire::HistoryResponse response;
  STRONGROOM_CHECK(read([&](store::ReadTransaction& transaction, Suspects& suspects) -> Status {
    STRONGROOM_ASSIGN(const StoredSecret stored, repository_.get(transaction, path.text(), &suspects));
    const Head& head = stored.head;
    response = {};
    for (auto version = head.versions.rbegin(); version != head.versions.rend(); ++version) {
      wire::VersionEntry entry{.version = static_cast<std::int64_t>(version->number),
                               .created_ms = version->created_ms,
                               .current = version == head.versions.rbegin()};
      if (version->deleted_ms != 0) entry.deleted_ms = version->deleted_ms;
      if (version->expires_ms != 0) entry.expires_ms = version->expires_ms;
      if (version->destroyed)
        entry.destroyed = true;
      else
        entry.placed = static_cast<wire::Placed>(version->place.tier);
      response.versions.push_back(entry);
    }
    response.created_ms = head.created_ms;
    response.updated_ms = head.updated_ms;
    if (const auto read_at = std::max(head.last_read_ms, read_times_.find(path.text())); read_at != 0)
      response.last_read_ms = read_at;
    if (!head.labels.empty()) response.labels = head.labels;
    if (!head.metadata.empty()) response.metadata = head.metadata;
    response.versions_kept = static_cast<std::int64_t>(head.policy.versions_kept);
    response.check_required = head.policy.check_required;
    return {};
  }));
  return response;
}

Status SecretService::save_read_times() {
  const auto times = read_times_.take();
  if (times.empty()) return {};
  return store_.write_and_wait(
      [this, &times](store::WriteTransaction& transaction) { return write_read_times(transaction, times); });
}

Status SecretService::write_read_times(store::WriteTransaction& transaction,
                                       const std::vector<std::pair<std::string, std::int64_t>>& times) {
  for (const auto& [path, time] : times) {
    STRONGROOM_ASSIGN(auto stored, repository_.find(transaction, path));
    if (!stored || stored->head.last_read_ms >= time) continue;
    stored->head.last_read_ms = time;
    STRONGROOM_CHECK(repository_.save_head(transaction, *stored));
  }
  return {};
}

}  // namespace strongroom::secrets
