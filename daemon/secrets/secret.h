// What a secret is: its head, its versions, and the rules of their life. Plain types, no I/O.
//
// Version numbers grow and are never reused while the secret exists. Ten versions are kept. Delete marks the current
// version, undelete takes it back, a write after a delete continues the numbers.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>

namespace strongroom::secrets {

using SecretId = std::array<Byte, 16>;

inline constexpr std::size_t k_versions_kept = 10;

struct Version {
  std::uint64_t number = 0;
  std::int64_t created_ms = 0;
  std::int64_t deleted_ms = 0;  // 0: not deleted
  std::int64_t expires_ms = 0;  // 0: never
};

// The sealed heart of a secret. Everything that decides stands here.
struct Head {
  std::string path;
  SecretId id{};
  std::int64_t created_ms = 0;
  std::int64_t updated_ms = 0;
  std::int64_t last_read_ms = 0;  // 0: never, approximately
  std::uint64_t last_number = 0;  // highest number ever given
  std::vector<Version> versions;  // oldest first; the last one is current

  const Version& current() const { return versions.back(); }

  Version& current() { return versions.back(); }

  const Version* find(std::uint64_t number) const noexcept;
};

// Numbers of what a change makes of a head.
struct Appended {
  std::uint64_t number = 0;               // of the new version
  std::optional<std::uint64_t> previous;  // what was current before
  std::optional<std::uint64_t> dropped;   // what is no longer kept
};

// Adds a version as of `now_ms`. The head is changed.
Appended append_version(Head& head, std::int64_t now_ms);

// The version asked for, or the current one, when it may be read as of `now_ms`. Errors: not_found, deleted, expired.
Result<Version> readable_version(const Head& head, std::optional<std::uint64_t> number, std::int64_t now_ms);

// Marks or unmarks the current version. Errors: deleted (it is already), conflict (it is not deleted).
Status delete_current(Head& head, std::int64_t now_ms);
Status undelete_current(Head& head, std::int64_t now_ms);

// The binary form of docs/format.md, "Head".
Bytes encode(const Head& head);
// Error: corrupt.
Result<Head> decode_head(BytesView bytes);

}  // namespace strongroom::secrets
