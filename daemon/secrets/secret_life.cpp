// The part of SecretService that changes secrets without a new value from outside.
#include <algorithm>

#include "daemon/secrets/secret_service.h"

namespace strongroom::secrets {

namespace wire = protocol::secret;
using wire::ChangeKind;

namespace {

Error too_many() {
  return make_error(ErrorCode::too_large,
                    "the folder holds more than " + std::to_string(wire::k_max_tree) + " secrets; take a part of it");
}

bool lies_in(std::string_view path, std::string_view folder) {
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

Status update(Head& head, const wire::UpdateRequest& request, std::int64_t now_ms) {
  for (const auto& label : request.add_labels.value_or(std::vector<std::string>{}))
    if (std::ranges::find(head.labels, label) == head.labels.end()) head.labels.push_back(label);
  for (const auto& label : request.remove_labels.value_or(std::vector<std::string>{})) std::erase(head.labels, label);
  std::ranges::sort(head.labels);
  if (request.set_metadata)
    for (const auto& [name, value] : *request.set_metadata) head.metadata.insert_or_assign(name, value);
  for (const auto& name : request.remove_metadata.value_or(std::vector<std::string>{})) head.metadata.erase(name);
  if (request.expires_ms) {
    if (*request.expires_ms != 0 && *request.expires_ms <= now_ms)
      return make_error(ErrorCode::invalid_argument, "must be in the future", "expires_ms");
    head.current().expires_ms = *request.expires_ms;
  }
  if (request.versions_kept) head.policy.versions_kept = static_cast<std::size_t>(*request.versions_kept);
  if (request.check_required) head.policy.check_required = *request.check_required;
  head.updated_ms = now_ms;
  return check_details(head);
}

}  // namespace

template <class T>
void SecretService::write(std::function<Result<T>(store::WriteTransaction&)> work,
                          std::function<void(Result<T>)> done) {
  struct Outcome {
    std::optional<T> value;
    bool released = false;
  };

  auto outcome = std::make_shared<Outcome>();
  store_.write(
      [this, outcome, work = std::move(work)](store::WriteTransaction& transaction) -> Status {
        STRONGROOM_ASSIGN(outcome->value, work(transaction));
        outcome->released = repository_.take_released();
        return {};
      },
      [this, outcome, done = std::move(done)](Status status) {
        if (!status) return done(status.error());
        if (outcome->released) erase_released_soon();
        done(*std::move(outcome->value));
      });
}

void SecretService::tell(ChangeKind kind, std::string path, std::optional<std::uint64_t> version,
                         std::optional<std::string> to) {
  if (!changes_.followed()) return;
  wire::Change change{.change = kind, .time_ms = clock_.now_ms(), .path = std::move(path), .to = std::move(to)};
  if (version) change.version = static_cast<std::int64_t>(*version);
  changes_.publish(change);
}

void SecretService::change_head(std::string path, ChangeKind kind, HeadChange change,
                                Completion<wire::VersionResponse> completion) {
  write<std::uint64_t>(
      [this, path, change = std::move(change)](store::WriteTransaction& transaction) -> Result<std::uint64_t> {
        STRONGROOM_ASSIGN(const Path checked, Path::parse(path));
        STRONGROOM_ASSIGN(StoredSecret stored, repository_.get(transaction, checked.text()));
        STRONGROOM_CHECK(change(stored.head));
        const std::uint64_t number = stored.head.current().number;
        STRONGROOM_CHECK(repository_.save_head(transaction, stored));
        return number;
      },
      [this, path, kind, completion = std::move(completion)](Result<std::uint64_t> number) {
        if (!number) return completion(number.error());
        tell(kind, path, *number);
        completion(wire::VersionResponse{static_cast<std::int64_t>(*number)});
      });
}

void SecretService::handle(wire::Delete, wire::PathRequest&& request, Completion<wire::VersionResponse> completion) {
  change_head(
      std::move(request.path), ChangeKind::deleted,
      [this](Head& head) { return delete_current(head, clock_.now_ms()); }, std::move(completion));
}

void SecretService::handle(wire::Undelete, wire::PathRequest&& request, Completion<wire::VersionResponse> completion) {
  change_head(
      std::move(request.path), ChangeKind::undeleted,
      [this](Head& head) { return undelete_current(head, clock_.now_ms()); }, std::move(completion));
}

void SecretService::handle(wire::Update, wire::UpdateRequest&& request,
                           Completion<protocol::service::Empty> completion) {
  const bool changes = request.add_labels || request.remove_labels || request.set_metadata || request.remove_metadata ||
                       request.expires_ms || request.versions_kept || request.check_required;
  if (!changes) return completion(make_error(ErrorCode::invalid_argument, "the call says nothing to change", "path"));
  std::string path = request.path;
  change_head(
      std::move(path), ChangeKind::described,
      [this, request = std::move(request)](Head& head) { return update(head, request, clock_.now_ms()); },
      [completion = std::move(completion)](const Result<wire::VersionResponse>& done) {
        completion(done ? Result<protocol::service::Empty>(protocol::service::Empty{}) : done.error());
      });
}

void SecretService::handle(wire::Destroy, wire::DestroyRequest&& request,
                           Completion<wire::DestroyResponse> completion) {
  using Numbers = std::vector<std::uint64_t>;
  std::string path = request.path;
  write<Numbers>(
      [this, request = std::move(request)](store::WriteTransaction& transaction) -> Result<Numbers> {
        STRONGROOM_ASSIGN(const Path checked, Path::parse(request.path));
        STRONGROOM_ASSIGN(StoredSecret stored, repository_.get(transaction, checked.text()));
        Numbers asked;
        for (const auto number : request.versions.value_or(std::vector<std::int64_t>{}))
          asked.push_back(static_cast<std::uint64_t>(number));
        STRONGROOM_ASSIGN(Numbers done, destroy_versions(stored.head, asked, clock_.now_ms()));
        if (!done.empty()) STRONGROOM_CHECK(repository_.erase_versions(transaction, std::move(stored), done));
        return done;
      },
      [this, path = std::move(path), completion = std::move(completion)](Result<Numbers> done) {
        if (!done) return completion(done.error());
        wire::DestroyResponse response;
        for (const auto number : *done) {
          tell(ChangeKind::destroyed, path, number);
          response.versions.push_back(static_cast<std::int64_t>(number));
        }
        completion(std::move(response));
      });
}

// In key order. Error: too_large, not_found when there is nothing.
Result<std::vector<std::string>> SecretService::paths_below(store::ReadTransaction& transaction,
                                                            const Path& folder) const {
  STRONGROOM_ASSIGN(const auto listing,
                    repository_.list(transaction, folder.text(), true, "", static_cast<std::size_t>(wire::k_max_tree)));
  if (listing.more) return too_many();
  if (listing.entries.empty()) return make_error(ErrorCode::not_found, "there is nothing in this folder", "path");
  std::vector<std::string> paths;
  for (const auto& entry : listing.entries) paths.push_back(entry.path);
  return paths;
}

Result<std::int64_t> SecretService::purge(store::WriteTransaction& transaction, const wire::PurgeRequest& request) {
  STRONGROOM_ASSIGN(const Path path, Path::parse(request.path));
  std::vector<std::string> paths{path.text()};
  if (request.recursive.value_or(false)) {
    STRONGROOM_ASSIGN(paths, paths_below(transaction, path));
  }
  for (const auto& one : paths) {
    STRONGROOM_ASSIGN(const StoredSecret stored, repository_.get(transaction, one));
    STRONGROOM_CHECK(repository_.remove(transaction, stored));
  }
  return static_cast<std::int64_t>(paths.size());
}

void SecretService::handle(wire::Purge, wire::PurgeRequest&& request, Completion<wire::CountResponse> completion) {
  const bool tree = request.recursive.value_or(false);
  std::string path = request.path;
  write<std::int64_t>(
      [this, request = std::move(request)](store::WriteTransaction& transaction) {
        return purge(transaction, request);
      },
      [this, tree, path = std::move(path), completion = std::move(completion)](Result<std::int64_t> count) {
        if (!count) return completion(count.error());
        tree ? read_times_.forget_below(path) : read_times_.forget(path);
        tell(ChangeKind::purged, tree ? path + "/" : path);
        completion(wire::CountResponse{*count});
      });
}

// What moves leaves first and arrives afterwards, so that a tree may take places that it held itself.
Result<std::int64_t> SecretService::move(store::WriteTransaction& transaction, const wire::MoveRequest& request) {
  STRONGROOM_ASSIGN(const Path from, Path::parse(request.from));
  STRONGROOM_ASSIGN(const Path to, Path::parse(request.to));
  if (from.text() == to.text()) return make_error(ErrorCode::invalid_argument, "is where it lies already", "to");
  std::vector<std::string> paths{from.text()};
  if (request.recursive.value_or(false)) {
    if (lies_in(to.text(), from.text()))
      return make_error(ErrorCode::invalid_argument, "cannot lie in the folder that moves", "to");
    STRONGROOM_ASSIGN(paths, paths_below(transaction, from));
  }
  std::vector<SecretRepository::Detached> moving;
  for (const auto& path : paths) {
    STRONGROOM_ASSIGN(StoredSecret stored, repository_.get(transaction, path));
    stored.head.last_read_ms = std::max(stored.head.last_read_ms, read_times_.find(path));
    STRONGROOM_ASSIGN(auto detached, repository_.detach(transaction, stored));
    moving.push_back(std::move(detached));
  }
  const std::int64_t now = clock_.now_ms();
  for (auto& secret : moving) {
    STRONGROOM_ASSIGN(const Path target, Path::parse(to.text() + secret.head.path.substr(from.text().size())));
    STRONGROOM_CHECK(repository_.attach(transaction, std::move(secret), target, now));
  }
  return static_cast<std::int64_t>(paths.size());
}

void SecretService::handle(wire::Move, wire::MoveRequest&& request, Completion<wire::CountResponse> completion) {
  const bool tree = request.recursive.value_or(false);
  std::string from = request.from;
  std::string to = request.to;
  write<std::int64_t>(
      [this, request = std::move(request)](store::WriteTransaction& transaction) { return move(transaction, request); },
      [this, tree, from = std::move(from), to = std::move(to),
       completion = std::move(completion)](Result<std::int64_t> count) {
        if (!count) return completion(count.error());
        tree ? read_times_.forget_below(from) : read_times_.forget(from);
        const std::string end = tree ? "/" : "";
        tell(ChangeKind::moved, from + end, std::nullopt, to + end);
        completion(wire::CountResponse{*count});
      });
}

Result<SecretService::Draft> SecretService::draft_copy(store::ReadTransaction& transaction,
                                                       const wire::CopyRequest& request, BodiesAtHand& bodies) {
  STRONGROOM_ASSIGN(const Path from, Path::parse(request.from));
  STRONGROOM_ASSIGN(Path to, Path::parse(request.to));
  Draft draft(std::move(to));
  STRONGROOM_ASSIGN(const auto present, repository_.find(transaction, draft.path.text()));
  if (present) return make_error(ErrorCode::conflict, "there is a secret at '" + draft.path.text() + "' already", "to");
  STRONGROOM_ASSIGN(const StoredSecret stored, repository_.get(transaction, from.text()));
  const std::int64_t now = clock_.now_ms();
  STRONGROOM_ASSIGN(const Version version, readable_version(stored.head, std::nullopt, now));
  STRONGROOM_ASSIGN(draft.values, repository_.values(transaction, stored, version.number, memory_, bodies));
  draft.version = {.now_ms = now, .expires_ms = version.expires_ms};
  draft.details = stored.head;
  return draft;
}

void SecretService::handle(wire::Copy, wire::CopyRequest&& request, Completion<wire::WrittenResponse> completion) {
  auto writing = std::make_shared<Writing>(request.to, live_);
  writing->completion = std::move(completion);
  writing->draft = [this, request = std::move(request)](store::ReadTransaction& transaction, BodiesAtHand& bodies) {
    return draft_copy(transaction, request, bodies);
  };
  write_version(std::move(writing));
}

Result<SecretService::Draft> SecretService::draft_rollback(store::ReadTransaction& transaction,
                                                           const wire::RollbackRequest& request, BodiesAtHand& bodies) {
  STRONGROOM_ASSIGN(Path path, Path::parse(request.path));
  Draft draft(std::move(path));
  STRONGROOM_ASSIGN(StoredSecret stored, repository_.get(transaction, draft.path.text()));
  STRONGROOM_CHECK(check_replaces(stored, request.check_version));
  const Version* version = stored.head.find(static_cast<std::uint64_t>(request.version));
  if (!version) return make_error(ErrorCode::not_found, "there is no such version", "version");
  if (version->destroyed)
    return make_error(ErrorCode::not_found, "this version was destroyed; its values are gone", "version");
  const std::int64_t now = clock_.now_ms();
  const std::int64_t expires = version->expires_ms;
  if (expires != 0 && expires <= now)
    return make_error(ErrorCode::expired, "this version has expired; write the values anew if they still hold",
                      "version");
  STRONGROOM_ASSIGN(draft.values, repository_.values(transaction, stored, version->number, memory_, bodies));
  // Reading a version in a row of its own ended the views into the head's row.
  STRONGROOM_ASSIGN(draft.stored, repository_.find(transaction, draft.path.text()));
  draft.version = {.now_ms = now, .expires_ms = expires};
  return draft;
}

void SecretService::handle(wire::Rollback, wire::RollbackRequest&& request,
                           Completion<wire::WrittenResponse> completion) {
  auto writing = std::make_shared<Writing>(request.path, live_);
  writing->completion = std::move(completion);
  writing->draft = [this, request = std::move(request)](store::ReadTransaction& transaction, BodiesAtHand& bodies) {
    return draft_rollback(transaction, request, bodies);
  };
  write_version(std::move(writing));
}

void SecretService::handle(wire::Watch, wire::WatchRequest&& request, Completion<wire::Change> last,
                           Stream<wire::Change> stream) {
  std::string prefix = request.prefix.value_or("");
  if (prefix.ends_with('/')) prefix.pop_back();
  if (!prefix.empty())
    if (auto path = Path::parse(prefix); !path) return last(path.error());
  const auto concerns = [prefix](std::string_view path) {
    if (path.ends_with('/')) path.remove_suffix(1);  // a folder that went concerns whoever follows something in it
    return prefix.empty() || path == prefix || lies_in(path, prefix) || lies_in(prefix, path);
  };
  changes_.add(
      std::move(last), std::move(stream), {.change = ChangeKind::started, .time_ms = clock_.now_ms()},
      [concerns](const wire::Change& change) { return concerns(*change.path) || (change.to && concerns(*change.to)); });
}

}  // namespace strongroom::secrets
