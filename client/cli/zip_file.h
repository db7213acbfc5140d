// A zip archive, written from its beginning to its end.
#pragma once

#include <ctime>
#include <string>
#include <string_view>

#include <strongroom/base/result.h>

namespace strongroom::cli {

// Files longer than 4 GiB are taken (zip64). Deflate at its best, level 9.
class ZipFile {
 public:
  // Into an open, empty file, which is borrowed. Error: internal.
  static Result<ZipFile> begin(int descriptor);
  ZipFile(ZipFile&& other) noexcept;
  ZipFile& operator=(ZipFile&&) = delete;
  ~ZipFile();

  // All of an open file, from its beginning; `name` is what it is called in the archive. Errors: storage_full,
  // internal.
  Status add_file(const std::string& name, int descriptor, std::time_t time);
  Status add_text(const std::string& name, std::string_view text, std::time_t time);

  // The archive is complete. Errors: storage_full, internal.
  Status end();

 private:
  explicit ZipFile(void* archive) : archive_(archive) {}

  Status open_member(const std::string& name, std::time_t time);
  Status write(const void* data, std::size_t size);
  Status close_member();

  void* archive_;
};

}  // namespace strongroom::cli
