// Short words for what most tests ask of the daemon.
#pragma once

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>

#include <strongroom/client/client.h>
#include <strongroom/protocol/methods/secret.h>
#include <strongroom/protocol/methods/vault.h>
#include <strongroom/protocol/secret_fields.h>

namespace strongroom::tests {

namespace wire = protocol::secret;

inline wire::PutRequest put_request(std::string path, std::string_view value, std::string field = "value") {
  wire::PutRequest request;
  request.path = std::move(path);
  request.fields_.push_back({std::move(field), Secret(as_bytes(value))});
  request.base64 = protocol::pack_values(request.fields_);
  return request;
}

inline Result<std::int64_t> put(client::Client& client, std::string path, std::string_view value) {
  STRONGROOM_ASSIGN(const auto answer, client.call<wire::Put>(put_request(std::move(path), value)));
  return answer.version;
}

// The value of a field of an answer, as plain bytes.
template <class Answer>
std::string plain_value(Answer& answer, std::string_view field = "value") {
  if (!protocol::unpack_values(answer.fields_, answer.base64))
    throw std::runtime_error("an answer carries wrong base64");
  answer.base64.reset();
  for (const auto& [name, value] : answer.fields_)
    if (name == field) return std::string(value.reveal_text(RevealReason::test));
  throw std::runtime_error("an answer lacks its field");
}

inline Result<std::string> get(client::Client& client, std::string path, std::optional<std::int64_t> version = {}) {
  wire::GetRequest request;
  request.path = std::move(path);
  request.version = version;
  STRONGROOM_ASSIGN(auto answer, client.call<wire::Get>(request));
  return plain_value(answer);
}

inline protocol::service::StatusResponse status_of(client::Client& client) {
  auto status = client.call<protocol::service::GetStatus>({});
  if (!status) throw std::runtime_error("no status: " + status.error().message);
  return std::move(status).value();
}

// The status when the comparison after an unlock has ended.
inline protocol::service::StatusResponse compared_status(client::Client& client) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  for (;;) {
    auto status = status_of(client);
    if (status.freshness != protocol::service::Freshness::pending) return status;
    if (std::chrono::steady_clock::now() > until) throw std::runtime_error("the comparison does not end");
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

}  // namespace strongroom::tests
