// The two copies of the header on disk: <data>/vault.a and <data>/vault.b.
//
// Both are written on every change, A before B, each as a temporary file that is synced and renamed. Both temporary
// files are on the disk before the first rename, so that a full disk changes nothing. Not thread-safe: the vault
// serialises changes.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>

#include "daemon/vault/header.h"

namespace strongroom::vault {

enum class CopyName : char { a = 'a', b = 'b' };

// A copy that could be parsed. Not authentic before header_is_authentic().
struct HeaderCopy {
  CopyName name{};
  Bytes bytes;
  Header header;
};

struct HeaderCopies {
  std::vector<HeaderCopy> readable;  // newest generation first, A before B; identical copies appear once
  std::string problem;               // empty, or one sentence about the copy that is missing, damaged or older
  bool alike = false;                // both are there and identical
};

// No readable copy and no problem: there is no store. Errors: corrupt (no copy can be read), unsupported (a copy of a
// newer format, even beside a readable one, which would be older), untrusted, storage_failed.
Result<HeaderCopies> read_header_copies(const std::filesystem::path& data);

// Whether a name of either copy is taken.
bool header_exists(const std::filesystem::path& data) noexcept;

// Writes both copies. Errors: storage_full, read_only, storage_failed; no copy is changed, except after the sync of the
// folder failed: then it is unknown which header the next start finds. The value is empty, or a sentence when B could
// not be renamed after A was durable: the change is made.
Result<std::string> write_header_copies(const std::filesystem::path& data, BytesView bytes);

// Takes both copies away, after a creation that failed half-way.
void remove_header_copies(const std::filesystem::path& data) noexcept;

}  // namespace strongroom::vault
