// What a secret is: its head, its versions, and the rules of their life. Plain types, no I/O.
//
// Version numbers grow and are never reused while the secret exists. Ten versions are kept unless the secret's policy
// says otherwise. Delete marks the current version, undelete takes it back, a write after a delete continues the
// numbers. Destroy takes the values of a version away for good; its number and times stay.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>

#include "daemon/secrets/placement.h"

namespace strongroom::secrets {

using SecretId = std::array<Byte, 16>;

inline constexpr std::size_t k_versions_kept = 10;         // unless the policy says otherwise
inline constexpr std::size_t k_most_versions_kept = 1000;  // that a policy may ask for
inline constexpr std::size_t k_most_labels = 32;
inline constexpr std::size_t k_max_label = 128;  // bytes
inline constexpr std::size_t k_most_metadata = 64;
inline constexpr std::size_t k_max_metadata_name = 128;   // bytes
inline constexpr std::size_t k_max_metadata_value = 512;  // bytes
inline constexpr std::size_t k_max_details_bytes = 8192;  // labels and metadata together

struct Version {
  std::uint64_t number = 0;
  std::int64_t created_ms = 0;
  std::int64_t deleted_ms = 0;  // 0: not deleted
  std::int64_t expires_ms = 0;  // 0: never
  bool destroyed = false;       // its values are gone
  Place place;                  // where they lie
};

// How a secret is written and kept.
struct Policy {
  std::size_t versions_kept = k_versions_kept;  // 1 to k_most_versions_kept
  bool check_required = false;                  // a write has to say which version it replaces

  bool operator==(const Policy&) const = default;
};

// The sealed heart of a secret. Everything that decides stands here.
struct Head {
  std::string path;
  SecretId id{};
  std::int64_t created_ms = 0;
  std::int64_t updated_ms = 0;
  std::int64_t last_read_ms = 0;                // 0: never, approximately
  std::uint64_t last_number = 0;                // highest number ever given
  std::vector<Version> versions;                // oldest first; the last one is current
  std::vector<std::string> labels;              // sorted, unique
  std::map<std::string, std::string> metadata;  // words about the secret, not secret themselves, sealed all the same
  Policy policy;

  const Version& current() const { return versions.back(); }

  Version& current() { return versions.back(); }

  const Version* find(std::uint64_t number) const noexcept;
  Version* find(std::uint64_t number) noexcept;
};

// Numbers of what a change makes of a head.
struct Appended {
  std::uint64_t number = 0;               // of the new version
  std::optional<std::uint64_t> previous;  // what was current before
  std::vector<Version> dropped;           // what is no longer kept
};

// Adds a version as of `now_ms` that expires at `expires_ms` (0: never). The head is changed.
Appended append_version(Head& head, std::int64_t now_ms, std::int64_t expires_ms = 0);

// The version asked for, or the current one, when it may be read as of `now_ms`. Errors: not_found (destroyed ones
// too), deleted, expired.
Result<Version> readable_version(const Head& head, std::optional<std::uint64_t> number, std::int64_t now_ms);

// Marks or unmarks the current version. Errors: deleted (it is already), conflict (it is not deleted).
Status delete_current(Head& head, std::int64_t now_ms);
Status undelete_current(Head& head, std::int64_t now_ms);

// Marks versions as destroyed; all or nothing. An empty list means the current one. Returns those that were not
// destroyed before. Error: not_found.
Result<std::vector<std::uint64_t>> destroy_versions(Head& head, std::span<const std::uint64_t> numbers,
                                                    std::int64_t now_ms);

// Labels and metadata within their bounds: UTF-8 in NFC without control characters. Errors: invalid_argument,
// too_large.
Status check_details(const Head& head);

// The binary form of docs/format.md, "Head".
Bytes encode(const Head& head);
// Error: corrupt.
Result<Head> decode_head(BytesView bytes);

}  // namespace strongroom::secrets
