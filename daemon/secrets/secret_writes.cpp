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

Result<std::uint64_t> SecretService::put(store::WriteTransaction& transaction, const wire::PutRequest& request) {
  STRONGROOM_ASSIGN(const Path path, Path::parse(request.path));
  STRONGROOM_ASSIGN(auto stored, repository_.find(transaction, path.text()));
  const bool readable = stored && stored->head.current().deleted_ms == 0 && !stored->head.current().destroyed;
  STRONGROOM_CHECK(check_replaces(stored, request.check_version));
  const std::int64_t now = clock_.now_ms();
  if (request.expires_ms && *request.expires_ms <= now)
    return make_error(ErrorCode::invalid_argument, "must be in the future", "expires_ms");
  // The work may run again, so the request stays as it is.
  SecretMap values = clone(request.fields_);
  if (request.merge.value_or(false) && readable) {
    STRONGROOM_ASSIGN(auto current, repository_.values(transaction, *stored, stored->head.current().number, memory_));
    merge(values, std::move(current));
    // Reading a version in a row of its own ended the views into the head's row.
    STRONGROOM_ASSIGN(stored, repository_.find(transaction, path.text()));
  }
  STRONGROOM_CHECK(check_values(values));
  if (stored) stored->head.last_read_ms = std::max(stored->head.last_read_ms, read_times_.find(path.text()));
  return repository_.append(transaction, path, std::move(stored), values,
                            {.now_ms = now, .expires_ms = request.expires_ms.value_or(0)});
}

void SecretService::handle(wire::Put, wire::PutRequest&& request, Completion<wire::PutResponse> completion) {
  if (auto status = protocol::unpack_values(request.fields_, request.base64); !status)
    return completion(status.error());

  struct Work {
    Work(wire::PutRequest&& taken, LiveValues* live) : request(std::move(taken)), held(live) {
      for (const auto& field : request.fields_) held.add(field.value.reveal(RevealReason::inspect));
      held.begin();
    }

    wire::PutRequest request;
    std::uint64_t version = 0;
    LiveValues::Scope held;
  };

  auto work = std::make_shared<Work>(std::move(request), live_);
  store_.write(
      [this, work](store::WriteTransaction& transaction) -> Status {
        STRONGROOM_ASSIGN(work->version, put(transaction, work->request));
        return {};
      },
      [this, work, completion = std::move(completion)](Status status) {
        if (!status) return completion(status.error());
        read_times_.forget(work->request.path);
        tell(wire::ChangeKind::written, work->request.path, work->version);
        completion(wire::PutResponse{static_cast<std::int64_t>(work->version)});
      });
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
      if (result)
        item.version = result->version;
      else
        item.problem = problem_of(result.error());
      if (--batch->left == 0) batch->completion(std::move(batch->response));
    });
  }
}

}  // namespace strongroom::secrets
