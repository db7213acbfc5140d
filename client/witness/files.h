// Small files that only the witness's user may touch: checked on the opened descriptor, written so that a crash leaves
// either the old content or the new one, whole. Messages name a file by its last component.
#pragma once

#include <filesystem>
#include <string_view>

#include <strongroom/base/result.h>
#include <strongroom/base/wiped_memory.h>

namespace strongroom::witness {

// The whole file, in memory that is wiped. Errors: not_found; untrusted (a link, no regular file, owned by neither root
// nor this user, or open to group or others); too_large above `max`; storage_failed.
Result<WipedString> read_private_file(const std::filesystem::path& file, std::size_t max);

// Whether something, even a dangling link, has that name.
bool is_there(const std::filesystem::path& file) noexcept;

// A private folder (0700), made when it is missing. Errors: untrusted (no folder, owned by another user, or writable
// for group or others); storage_failed.
Status ensure_private_folder(const std::filesystem::path& folder);

// A folder that no other thread or process holds: waits for it. Released when it goes. Move-only.
class HeldFolder {
 public:
  // Errors: not_found; storage_failed.
  static Result<HeldFolder> hold(const std::filesystem::path& folder);

  HeldFolder(HeldFolder&& other) noexcept;
  HeldFolder& operator=(HeldFolder&&) = delete;
  HeldFolder(const HeldFolder&) = delete;
  HeldFolder& operator=(const HeldFolder&) = delete;
  ~HeldFolder();

  // Gives the file of that name this content (0600), on the disk when it returns: written beside it, synced, renamed,
  // folder synced. After an error either content may be on the disk. Errors: storage_full; storage_failed.
  Status replace(const std::string& name, std::string_view content) const;

 private:
  HeldFolder(std::filesystem::path folder, int descriptor) noexcept;

  std::filesystem::path folder_;
  int descriptor_;
};

}  // namespace strongroom::witness
