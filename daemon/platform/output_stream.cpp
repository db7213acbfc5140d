#include "daemon/platform/output_stream.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace strongroom::platform {
namespace {

constexpr int k_pause_ms = 100;
constexpr std::size_t k_of_a_pipe = 4096;  // can be written without waiting where poll() says so (PIPE_BUF)

}  // namespace

Result<OutputKind> kind_of_output(int descriptor) {
  const auto refuse = [](const char* why) { return make_error(ErrorCode::invalid_argument, why, "descriptor"); };
  struct stat found{};
  if (fstat(descriptor, &found) != 0) return refuse("is no file that can be written");
  const int flags = fcntl(descriptor, F_GETFL);
  if (flags < 0 || (flags & O_ACCMODE) == O_RDONLY) return refuse("is not open for writing");
  if (S_ISREG(found.st_mode)) {
    const bool empty = found.st_size == 0 && lseek(descriptor, 0, SEEK_CUR) == 0;
    return empty && (flags & (O_ACCMODE | O_APPEND)) == O_RDWR ? OutputKind::file : OutputKind::stream;
  }
  if (S_ISFIFO(found.st_mode) || S_ISSOCK(found.st_mode) || S_ISCHR(found.st_mode)) return OutputKind::stream;
  return refuse("must be a file, a pipe, a socket or a terminal");
}

Status wait_for(int descriptor, short events, const std::function<bool()>& stopped) {
  for (;;) {
    if (stopped()) return make_error(ErrorCode::cancelled, "nobody waits for it any more");
    pollfd wanted{descriptor, events, 0};
    const int ready = poll(&wanted, 1, k_pause_ms);
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return make_error(ErrorCode::storage_failed, "the file cannot be waited for");
  }
}

namespace {

Error not_written() {
  if (errno == ENOSPC || errno == EDQUOT) return make_error(ErrorCode::storage_full, "no space is left for the file");
  return make_error(ErrorCode::storage_failed, "the file cannot be written");
}

}  // namespace

void begin_writeback(int descriptor, std::uint64_t offset, std::uint64_t size) noexcept {
#ifdef __linux__
  (void)sync_file_range(descriptor, static_cast<off_t>(offset), static_cast<off_t>(size), SYNC_FILE_RANGE_WRITE);
#else
  (void)descriptor, (void)offset, (void)size;
#endif
}

Status overwrite(int descriptor, std::uint64_t offset, BytesView bytes) {
  while (!bytes.empty()) {
    const ssize_t n = pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return not_written();
    bytes = bytes.subspan(static_cast<std::size_t>(n));
    offset += static_cast<std::uint64_t>(n);
  }
  return {};
}

Status write_all(int descriptor, OutputKind kind, BytesView bytes, const std::function<bool()>& stopped) {
  while (!bytes.empty()) {
    STRONGROOM_CHECK(wait_for(descriptor, POLLOUT, stopped));
    const std::size_t most = kind == OutputKind::file ? bytes.size() : std::min(bytes.size(), k_of_a_pipe);
    const ssize_t n = ::write(descriptor, bytes.data(), most);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n < 0) return not_written();
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return {};
}

}  // namespace strongroom::platform
