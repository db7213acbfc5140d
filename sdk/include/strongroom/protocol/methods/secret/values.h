// Reading and writing values.
#pragma once

#include <strongroom/protocol/methods/secret/common.h>

namespace strongroom::protocol::secret {

struct GetRequest {
  std::string path;
  std::optional<std::int64_t> version;
  std::optional<std::vector<std::string>> only;
  static constexpr std::string_view type_name = "GetItem";

  static constexpr auto fields() {
    using R = GetRequest;
    return std::tuple{Field<&R::path>{"path", "Path of the secret.", k_path, CliRole::positional},
                      Field<&R::version>{"version", "Version to read; the current one by default.", k_version},
                      Field<&R::only>{"only", "Names of the fields wanted; all by default.", k_names}};
  }
};

struct GetResponse {
  std::int64_t version = 0;
  std::int64_t created_ms = 0;
  SecretMap fields_;
  std::optional<std::vector<std::string>> base64;
  std::optional<Placed> placed;
  std::optional<std::string> notice;
  std::optional<service::Freshness> freshness;

  static constexpr auto fields() {
    using R = GetResponse;
    return std::tuple{
        Field<&R::version>{"version", "Version that was read."},
        Field<&R::created_ms>{"created_ms", "When that version was written, in milliseconds since 1970."},
        Field<&R::fields_>{"fields", "Values by name."},
        Field<&R::base64>{"base64", "Names of the fields whose value is base64 of bytes that are not text."},
        Field<&R::placed>{"placed", k_placed},
        Field<&R::notice>{"notice", k_notice},
        Field<&R::freshness>{"freshness",
                             "Present while or when it is not certain that this is the newest row stored."}};
  }
};

struct Get {
  using Request = GetRequest;
  using Response = GetResponse;
  static constexpr MethodInfo info{.name = "Get",
                                   .documentation = "Reads a version of a secret.",
                                   .states = LockStates::unlocked,
                                   .effect = Effect::reveal,
                                   .audit = audited_use("secret.get", "path")};
};

struct PutRequest {
  std::string path;
  SecretMap fields_;
  std::optional<std::vector<std::string>> base64;
  std::optional<std::int64_t> check_version;
  std::optional<bool> merge;
  std::optional<std::int64_t> expires_ms;
  static constexpr std::string_view type_name = "PutItem";

  static constexpr auto fields() {
    using R = PutRequest;
    return std::tuple{
        Field<&R::path>{"path", "Path of the secret.", k_path, CliRole::positional},
        Field<&R::fields_>{"fields", "Values by name.", k_fields, CliRole::hidden},
        Field<&R::base64>{"base64", "Names of the fields whose value is base64.", k_names, CliRole::hidden},
        Field<&R::check_version>{"check_version",
                                 "Writes only when this is the current version; 0: only when there is no such secret.",
                                 {.min = 0}},
        Field<&R::merge>{"merge", "Keeps the other fields of the current version; false by default."},
        Field<&R::expires_ms>{"expires_ms",
                              "When the version stops being readable, in milliseconds since 1970; never by default.",
                              k_time}};
  }
};

using PutResponse = WrittenResponse;

struct Put {
  using Request = PutRequest;
  using Response = PutResponse;
  static constexpr MethodInfo info{
      .name = "Put",
      .documentation = "Writes a new version of a secret. It is durable when this answers.",
      .states = LockStates::unlocked,
      .effect = Effect::write,
      .audit = audited_change("secret.put", "path")};
};

struct GetResult {
  std::string path;
  std::optional<Problem> problem;
  std::optional<std::int64_t> version;
  std::optional<std::int64_t> created_ms;
  std::optional<SecretMap> fields_;
  std::optional<std::vector<std::string>> base64;
  std::optional<Placed> placed;
  std::optional<std::string> notice;
  static constexpr std::string_view type_name = "GetResult";

  static constexpr auto fields() {
    using R = GetResult;
    return std::tuple{Field<&R::path>{"path", "Path as asked."},
                      Field<&R::problem>{"problem", "Present when this item failed."},
                      Field<&R::version>{"version", "Version that was read."},
                      Field<&R::created_ms>{"created_ms", "When it was written, in milliseconds since 1970."},
                      Field<&R::fields_>{"fields", "Values by name."},
                      Field<&R::base64>{"base64", "Names of the fields whose value is base64."},
                      Field<&R::placed>{"placed", k_placed},
                      Field<&R::notice>{"notice", k_notice}};
  }
};

struct GetManyRequest {
  std::vector<GetRequest> items;

  static constexpr auto fields() {
    return std::tuple{
        Field<&GetManyRequest::items>{"items", "What to read.", {.min = 1, .max = k_max_batch}, CliRole::hidden}};
  }
};

struct GetManyResponse {
  std::vector<GetResult> items;
  std::optional<service::Freshness> freshness;

  static constexpr auto fields() {
    return std::tuple{Field<&GetManyResponse::items>{"items", "One result for each item, in the same order."},
                      Field<&GetManyResponse::freshness>{"freshness", "As in Get, for all of them."}};
  }
};

struct GetMany {
  using Request = GetManyRequest;
  using Response = GetManyResponse;
  static constexpr MethodInfo info{
      .name = "GetMany",
      .documentation = "Reads many secrets from one snapshot. An item that fails says so and does not fail the others.",
      .states = LockStates::unlocked,
      .effect = Effect::reveal,
      .audit = audited_use("secret.get_many", "items[].path")};
};

struct PutResult {
  std::string path;
  std::optional<Problem> problem;
  std::optional<std::int64_t> version;
  std::optional<Placed> placed;
  std::optional<std::string> notice;
  static constexpr std::string_view type_name = "PutResult";

  static constexpr auto fields() {
    using R = PutResult;
    return std::tuple{Field<&R::path>{"path", "Path as asked."},
                      Field<&R::problem>{"problem", "Present when this item failed; nothing of it was written."},
                      Field<&R::version>{"version", "Version that was written."}, Field<&R::placed>{"placed", k_placed},
                      Field<&R::notice>{"notice", k_notice}};
  }
};

struct PutManyRequest {
  std::vector<PutRequest> items;

  static constexpr auto fields() {
    return std::tuple{
        Field<&PutManyRequest::items>{"items", "What to write.", {.min = 1, .max = k_max_batch}, CliRole::hidden}};
  }
};

struct PutManyResponse {
  std::vector<PutResult> items;

  static constexpr auto fields() {
    return std::tuple{Field<&PutManyResponse::items>{"items", "One result for each item, in the same order."}};
  }
};

struct PutMany {
  using Request = PutManyRequest;
  using Response = PutManyResponse;
  static constexpr MethodInfo info{
      .name = "PutMany",
      .documentation =
          "Writes many secrets in as few commits as possible. An item that fails says so and does not fail the others.",
      .states = LockStates::unlocked,
      .effect = Effect::write,
      .audit = audited_change("secret.put_many", "items[].path")};
};

}  // namespace strongroom::protocol::secret
