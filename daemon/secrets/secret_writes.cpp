// The part of SecretService that writes values.
#include <algorithm>
#include <atomic>

#include <strongroom/protocol/secret_fields.h>

#include "daemon/secrets/secret_service.h"

namespace strongroom::secrets {

namespace wire = protocol::secret;

namespace {

Status check_values(const SecretMap& values) {
  std::size_t bytes = 0;
  for (const auto& [name, value] : values) {
    STRONGROOM_CHECK(check_field_name(name));
    bytes += value.size();
  }
  if (values.size() > wire::k_max_fields)
    return make_error(ErrorCode::too_large, "a secret has at most 64 fields", "fields");
  if (bytes > wire::k_max_version_bytes)
    return make_error(ErrorCode::too_large, "the fields of a secret hold at most 1 MiB together", "fields");
  return {};
}

// What is given first, then what the current version has besides.
void merge(SecretMap& values, SecretMap current) {
  for (auto& field : current)
    if (std::ranges::find(values, field.name, &protocol::NamedSecret::name) == values.end())
      values.push_back(std::move(field));
}

SecretMap clone(const SecretMap& values) {
  SecretMap copy;
  for (const auto& [name, value] : values) copy.push_back({name, value.clone()});
  return copy;
}

}  // namespace

Status SecretService::check_replaces(const std::optional<StoredSecret>& stored,
                                     std::optional<std::int64_t> check_version) const {
  if (!check_version) {
    if (!stored || !stored->head.policy.check_required) return {};
    return make_error(ErrorCode::invalid_argument, "must be given for this secret: its policy asks for it",
                      "check_version");
  }
  const std::uint64_t current = stored ? stored->head.current().number : 0;
  if (static_cast<std::uint64_t>(*check_version) == current) return {};
  return make_error(ErrorCode::conflict,
                    current == 0 ? "there is no such secret" : "the current version is " + std::to_string(current),
                    "check_version");
}

// It may run again, so the request stays as it is.
Result<SecretService::Draft> SecretService::draft_put(store::ReadTransaction& transaction,
                                                      const wire::PutRequest& request, BodiesAtHand& bodies) {
  STRONGROOM_ASSIGN(Path path, Path::parse(request.path));
  Draft draft(std::move(path));
  STRONGROOM_ASSIGN(draft.stored, repository_.find(transaction, draft.path.text()));
  auto& stored = draft.stored;
  const bool readable = stored && stored->head.current().deleted_ms == 0 && !stored->head.current().destroyed;
  STRONGROOM_CHECK(check_replaces(stored, request.check_version));
  const std::int64_t now = clock_.now_ms();
  if (request.expires_ms && *request.expires_ms <= now)
    return make_error(ErrorCode::invalid_argument, "must be in the future", "expires_ms");
  draft.values = clone(request.fields_);
  if (request.merge.value_or(false) && readable) {
    STRONGROOM_ASSIGN(auto current,
                      repository_.values(transaction, *stored, stored->head.current().number, memory_, bodies));
    merge(draft.values, std::move(current));
    // Reading a version in a row of its own ended the views into the head's row.
    STRONGROOM_ASSIGN(stored, repository_.find(transaction, draft.path.text()));
  }
  STRONGROOM_CHECK(check_values(draft.values));
  if (stored) stored->head.last_read_ms = std::max(stored->head.last_read_ms, read_times_.find(draft.path.text()));
  draft.version = {.now_ms = now, .expires_ms = request.expires_ms.value_or(0)};
  return draft;
}

void SecretService::handle(wire::Put, wire::PutRequest&& request, Completion<wire::PutResponse> completion) {
  if (auto status = protocol::unpack_values(request.fields_, request.base64); !status)
    return completion(status.error());
  auto writing = std::make_shared<Writing>(request.path, live_);
  for (const auto& field : request.fields_) writing->held.add(field.value.reveal(RevealReason::inspect));
  writing->held.begin();
  writing->completion = std::move(completion);
  writing->draft = [this, request = std::make_shared<wire::PutRequest>(std::move(request))](
                       store::ReadTransaction& transaction, BodiesAtHand& bodies) {
    return draft_put(transaction, *request, bodies);
  };
  write_version(std::move(writing));
}

void SecretService::handle(wire::PutMany, wire::PutManyRequest&& request,
                           Completion<wire::PutManyResponse> completion) {
  struct Batch {
    wire::PutManyResponse response;
    Completion<wire::PutManyResponse> completion;
    std::atomic<std::size_t> left;
  };

  auto batch = std::make_shared<Batch>();
  batch->completion = std::move(completion);
  batch->left = request.items.size();
  batch->response.items.resize(request.items.size());
  for (std::size_t i = 0; i < request.items.size(); ++i) {
    batch->response.items[i].path = request.items[i].path;
    handle(wire::Put{}, std::move(request.items[i]), [batch, i](Result<wire::PutResponse> result) {
      auto& item = batch->response.items[i];
      if (result) {
        item.version = result->version;
        item.placed = result->placed;
        item.notice = std::move(result->notice);
      } else {
        item.problem = problem_of(result.error());
      }
      if (--batch->left == 0) batch->completion(std::move(batch->response));
    });
  }
}

}  // namespace strongroom::secrets
