// What a backup says of itself: the first member of its archive, a signed note (docs/backup-format.md).
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>

namespace strongroom::backup {

using Digest = std::array<Byte, 32>;  // SHA-256

// The members behind the manifest, in this order.
inline constexpr std::string_view k_header = "header";  // the store's key header
inline constexpr std::string_view k_root = "root";      // its root key
inline constexpr std::string_view k_rows = "rows";      // what it stores, sealed
inline constexpr std::array<std::string_view, 3> k_members{k_header, k_root, k_rows};

inline constexpr std::size_t k_manifest_max = 4096;  // bytes of the text
inline constexpr std::size_t k_origin_max = 256;

struct Member {
  std::uint64_t size = 0;
  Digest digest{};
};

struct Manifest {
  std::array<Byte, 16> store_id{};
  std::int64_t created_ms = 0;
  std::uint64_t header_generation = 0;
  std::uint64_t rows = 0;
  // The audit log as it was: name, number of signed entries, root of their tree.
  std::string log_origin;
  std::uint64_t log_entries = 0;
  Digest log_root{};
  std::array<Member, k_members.size()> members;
};

// The lines that are signed.
std::string manifest_text(const Manifest& manifest);

// Errors: too_large, unsupported (another version), corrupt.
Result<Manifest> parse_manifest(std::string_view text);

}  // namespace strongroom::backup
