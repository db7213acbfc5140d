// Files that only their owner may read, and others that are written as a whole.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include <strongroom/base/result.h>

namespace strongroom::cli {

enum class Overwrite { no, yes };

// Writes the whole file with mode 0600, synced, and gives it its name only when it is complete: nobody sees half of it,
// and an existing file stays until then. Errors: conflict (it exists and may not be replaced), denied, storage_full,
// internal.
Status write_private_file(const std::string& path, std::string_view content, Overwrite overwrite);

// Who may do what with a file.
struct Rights {
  struct Owner {
    uid_t user;
    gid_t group;
  };

  mode_t mode = 0600;
  std::optional<Owner> owner;  // absent: whoever writes it
};

// Those of the file at `path`, behind links; nothing when there is none. Errors: denied, internal.
Result<std::optional<Rights>> find_rights(const std::string& path);

// As write_private_file, replacing what is there, with those rights from the moment it has its name. Errors: as there;
// denied too when this user may not give a file to that owner.
Status replace_file(const std::string& path, std::string_view content, const Rights& rights);

// What errno says about a file that cannot be made or written.
Error output_failure(const std::string& path);

}  // namespace strongroom::cli
