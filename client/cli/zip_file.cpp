#include "client/cli/zip_file.h"

#include <minizip/zip.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <utility>

namespace strongroom::cli {
namespace {

constexpr int k_level = 9;
constexpr int k_zip64 = 1;

// minizip's view of a file is one of these, by the name of callbacks over a descriptor.
int descriptor_of(voidpf stream) {
  return static_cast<int>(reinterpret_cast<std::intptr_t>(stream));
}

voidpf open_stream(voidpf opaque, const void*, int) {
  return opaque;
}

uLong read_stream(voidpf, voidpf stream, void* buffer, uLong size) {
  const ssize_t n = read(descriptor_of(stream), buffer, size);
  return n < 0 ? 0 : static_cast<uLong>(n);
}

uLong write_stream(voidpf, voidpf stream, const void* buffer, uLong size) {
  uLong done = 0;
  while (done < size) {
    const ssize_t n = write(descriptor_of(stream), static_cast<const char*>(buffer) + done, size - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    done += static_cast<uLong>(n);
  }
  return done;
}

ZPOS64_T tell_stream(voidpf, voidpf stream) {
  return static_cast<ZPOS64_T>(lseek(descriptor_of(stream), 0, SEEK_CUR));
}

long seek_stream(voidpf, voidpf stream, ZPOS64_T offset, int origin) {
  const int from = origin == ZLIB_FILEFUNC_SEEK_CUR ? SEEK_CUR : origin == ZLIB_FILEFUNC_SEEK_END ? SEEK_END : SEEK_SET;
  return lseek(descriptor_of(stream), static_cast<off_t>(offset), from) < 0 ? -1 : 0;
}

// The descriptor is the caller's.
int close_stream(voidpf, voidpf) {
  return 0;
}

int error_of_stream(voidpf, voidpf) {
  return 0;
}

Error failed() {
  if (errno == ENOSPC || errno == EDQUOT)
    return make_error(ErrorCode::storage_full, "no space is left for the archive");
  return make_error(ErrorCode::internal, "the archive cannot be written");
}

}  // namespace

Result<ZipFile> ZipFile::begin(int descriptor) {
  zlib_filefunc64_def calls{&open_stream, &read_stream,  &write_stream,    &tell_stream,
                            &seek_stream, &close_stream, &error_of_stream, nullptr};
  calls.opaque = reinterpret_cast<voidpf>(static_cast<std::intptr_t>(descriptor));
  void* const archive = zipOpen2_64("", APPEND_STATUS_CREATE, nullptr, &calls);
  if (archive == nullptr) return failed();
  return ZipFile(archive);
}

ZipFile::ZipFile(ZipFile&& other) noexcept : archive_(std::exchange(other.archive_, nullptr)) {}

ZipFile::~ZipFile() {
  if (archive_ != nullptr) (void)zipClose(archive_, nullptr);
}

Status ZipFile::open_member(const std::string& name, std::time_t time) {
  std::tm local{};
  localtime_r(&time, &local);
  zip_fileinfo info{};
  info.tmz_date = {static_cast<decltype(info.tmz_date.tm_sec)>(local.tm_sec),
                   static_cast<decltype(info.tmz_date.tm_min)>(local.tm_min),
                   static_cast<decltype(info.tmz_date.tm_hour)>(local.tm_hour),
                   static_cast<decltype(info.tmz_date.tm_mday)>(local.tm_mday),
                   static_cast<decltype(info.tmz_date.tm_mon)>(local.tm_mon),
                   static_cast<decltype(info.tmz_date.tm_year)>(local.tm_year + 1900)};
  const int opened = zipOpenNewFileInZip64(archive_, name.c_str(), &info, nullptr, 0, nullptr, 0, nullptr, Z_DEFLATED,
                                           k_level, k_zip64);
  return opened == ZIP_OK ? Status() : failed();
}

Status ZipFile::write(const void* data, std::size_t size) {
  return zipWriteInFileInZip(archive_, data, static_cast<unsigned>(size)) == ZIP_OK ? Status() : failed();
}

Status ZipFile::close_member() {
  return zipCloseFileInZip(archive_) == ZIP_OK ? Status() : failed();
}

Status ZipFile::add_file(const std::string& name, int descriptor, std::time_t time) {
  STRONGROOM_CHECK(open_member(name, time));
  std::array<char, 65536> piece;
  off_t at = 0;
  for (;;) {
    const ssize_t n = pread(descriptor, piece.data(), piece.size(), at);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failed();
    if (n == 0) break;
    STRONGROOM_CHECK(write(piece.data(), static_cast<std::size_t>(n)));
    at += n;
  }
  return close_member();
}

Status ZipFile::add_text(const std::string& name, std::string_view text, std::time_t time) {
  STRONGROOM_CHECK(open_member(name, time));
  STRONGROOM_CHECK(write(text.data(), text.size()));
  return close_member();
}

Status ZipFile::end() {
  return zipClose(std::exchange(archive_, nullptr), nullptr) == ZIP_OK ? Status() : failed();
}

}  // namespace strongroom::cli
