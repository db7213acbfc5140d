#include "daemon/runner/output_file.h"

#include <limits.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include <strongroom/plugin/guard.h>

namespace strongroom::runner {
namespace {

constexpr int k_look_ms = 1000;
// poll() promises room for this much in a pipe.
constexpr std::size_t k_pipe_piece = PIPE_BUF;

bool is_regular(int file) {
  struct stat found{};
  return fstat(file, &found) == 0 && S_ISREG(found.st_mode);
}

}  // namespace

OutputFile::OutputFile(platform::Descriptor file, Answers& answers)
    : file_(std::move(file)),
      answers_(answers),
      sink_{sizeof(sr_byte_sink), 0, this, &OutputFile::take},
      may_block_(!is_regular(file_.get())) {}

sr_status OutputFile::take(void* context, sr_bytes piece) {
  return static_cast<OutputFile*>(context)->write(plugin::from_abi(piece));
}

sr_status OutputFile::write(BytesView bytes) {
  while (!bytes.empty()) {
    if (may_block_ && !wait_for_room()) return SR_IO;
    const std::size_t wanted = may_block_ ? std::min(bytes.size(), k_pipe_piece) : bytes.size();
    const ssize_t n = ::write(file_.get(), bytes.data(), wanted);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n < 0) return errno == ENOSPC || errno == EDQUOT || errno == EFBIG ? SR_FULL : SR_IO;
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  answers_.working();
  return SR_OK;
}

bool OutputFile::wait_for_room() {
  for (;;) {
    pollfd look{file_.get(), POLLOUT, 0};
    const int found = poll(&look, 1, k_look_ms);
    if (found > 0) return (look.revents & (POLLERR | POLLHUP | POLLNVAL)) == 0;
    if (found < 0 && errno != EINTR) return false;
    answers_.working();
  }
}

}  // namespace strongroom::runner
