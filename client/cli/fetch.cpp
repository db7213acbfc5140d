#include "client/cli/fetch.h"

#include <algorithm>

#include <strongroom/protocol/methods/secret.h>
#include <strongroom/protocol/secret_fields.h>

namespace strongroom::cli {

namespace wire = protocol::secret;

namespace {

constexpr auto k_batch = static_cast<std::size_t>(wire::k_max_batch);

Result<Secret> value_of(wire::GetResult& item, const Reference& reference) {
  if (item.problem)
    return make_error(error_code_of_varlink(item.problem->error), item.problem->message, to_text(reference));
  if (!item.fields_ || item.fields_->size() != 1)
    return make_error(ErrorCode::malformed, "the daemon's answer lacks the value", to_text(reference));
  STRONGROOM_CHECK(protocol::unpack_values(*item.fields_, item.base64));
  return std::move(item.fields_->front().value);
}

// One that does not fit into a batch's answer is asked for alone.
Result<Secret> value_alone(client::Client& client, const Reference& reference) {
  auto got = client.call<wire::Get>(
      {.path = reference.path, .version = reference.version, .only = std::vector<std::string>{reference.field}});
  if (!got) return make_error(got.error().code, got.error().message, to_text(reference));
  STRONGROOM_CHECK(protocol::unpack_values(got->fields_, got->base64));
  if (got->fields_.size() != 1)
    return make_error(ErrorCode::malformed, "the daemon's answer lacks the value", to_text(reference));
  return std::move(got->fields_.front().value);
}

}  // namespace

Result<std::vector<Secret>> fetch_values(client::Client& client, const std::vector<Reference>& references) {
  std::vector<Secret> values;
  values.reserve(references.size());
  for (std::size_t start = 0; start < references.size(); start += k_batch) {
    const std::size_t end = std::min(start + k_batch, references.size());
    wire::GetManyRequest request;
    for (std::size_t i = start; i < end; ++i)
      request.items.push_back({.path = references[i].path,
                               .version = references[i].version,
                               .only = std::vector<std::string>{references[i].field}});
    STRONGROOM_ASSIGN(auto answer, client.call<wire::GetMany>(request));
    if (answer.items.size() != end - start)
      return make_error(ErrorCode::malformed, "the daemon answered for another number of secrets");
    for (std::size_t i = start; i < end; ++i) {
      auto value = value_of(answer.items[i - start], references[i]);
      if (!value && value.error().code == ErrorCode::too_large) value = value_alone(client, references[i]);
      if (!value) return value.error();
      values.push_back(std::move(*value));
    }
  }
  return values;
}

}  // namespace strongroom::cli
