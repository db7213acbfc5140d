// Trust before load: whose file it is, who may write it, and that what was checked is what runs.
//
// Loading a library runs code of it, so everything is decided on an opened file before the loader sees it.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>

#include <sys/types.h>

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>

#include "daemon/platform/descriptor.h"

namespace strongroom::plugin_host {

using Sha256 = std::array<Byte, 32>;

using platform::Descriptor;

// Who counts as trusted beside root. The daemon's own values by default; tests give others.
struct Trustee {
  uid_t user;
  std::optional<gid_t> private_group;  // a group that has no member but the user

  static Trustee of_this_process();
};

// Opens the regular file at `path` for reading when it and every folder above it belong to root or the trustee and
// nobody else may write them; a folder of root with the sticky bit may be writable by all, what belongs to the trustee
// may be writable by the trustee's private group. Symbolic links in the folders are resolved first and the folders they
// lead to are checked; the file itself must not be one. The folders are opened one below the other, so that none can be
// exchanged between its check and its use. `untrusted` with the reason; `not_found` when there is no such file. The
// subject of the error is the path.
Result<Descriptor> open_trusted(const std::filesystem::path& path, const Trustee& trustee);

// The library of a plugin, at most 64 MiB. Error: untrusted when it is longer or cannot be read.
Result<Bytes> read_library(const Descriptor& file);

// A copy of `file` in memory that nobody can change any more, when its SHA-256 is `expected`; `untrusted` otherwise.
// At most 64 MiB.
Result<Descriptor> sealed_copy(const Descriptor& file, const Sha256& expected);

}  // namespace strongroom::plugin_host
