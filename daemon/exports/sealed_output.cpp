#include "daemon/exports/sealed_output.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include <strongroom/age/encryptor.h>

namespace strongroom::exports {
namespace {

constexpr int k_pause_ms = 100;            // between two questions whether somebody still waits
constexpr std::size_t k_at_once = 65536;   // read from the pipe
constexpr std::size_t k_of_a_pipe = 4096;  // can be written without waiting where poll() says so (PIPE_BUF)

}  // namespace

Result<std::unique_ptr<SealedOutput>> SealedOutput::begin(std::span<const age::Recipient> recipients, int output,
                                                          OutputKind kind, std::function<bool()> stopped) {
  std::unique_ptr<SealedOutput> out(new SealedOutput(output, kind, std::move(stopped)));
  int ends[2];
  if (pipe(ends) != 0) return make_error(ErrorCode::storage_failed, "no pipe can be made");
  out->outlet_ = platform::Descriptor(ends[0]);
  out->inlet_ = platform::Descriptor(ends[1]);
  for (const int end : ends) (void)fcntl(end, F_SETFD, FD_CLOEXEC);
  out->thread_ = std::thread([self = out.get(), list = std::vector(recipients.begin(), recipients.end())]() mutable {
    self->run(std::move(list));
  });
  return out;
}

SealedOutput::~SealedOutput() {
  abandoned_ = true;
  inlet_ = {};
  if (thread_.joinable()) thread_.join();
}

Status SealedOutput::end() {
  inlet_ = {};
  thread_.join();
  return outcome_;
}

Status SealedOutput::problem() const {
  return ended_ ? outcome_ : Status();
}

void SealedOutput::run(std::vector<age::Recipient> recipients) {
  outcome_ = seal(recipients);
  ended_ = true;
  // Whoever writes on learns of it.
  outlet_ = {};
}

Status SealedOutput::seal(std::span<const age::Recipient> recipients) {
  STRONGROOM_ASSIGN(auto encryptor,
                    age::Encryptor::begin(recipients, [this](BytesView sealed) { return write(sealed); }));
  Secret piece = Secret::of_size(k_at_once);
  for (;;) {
    STRONGROOM_CHECK(wait(outlet_.get(), POLLIN));
    const ssize_t n = read(outlet_.get(), piece.writable().data(), k_at_once);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return make_error(ErrorCode::storage_failed, "what the exporter wrote cannot be read");
    if (abandoned_) return make_error(ErrorCode::cancelled, "the export was given up");
    if (n == 0) return encryptor.end();
    STRONGROOM_CHECK(encryptor.write(piece.reveal(RevealReason::seal).first(static_cast<std::size_t>(n))));
  }
}

Status SealedOutput::write(BytesView bytes) const {
  while (!bytes.empty()) {
    STRONGROOM_CHECK(wait(output_, POLLOUT));
    const std::size_t most = kind_ == OutputKind::file ? bytes.size() : std::min(bytes.size(), k_of_a_pipe);
    const ssize_t n = ::write(output_, bytes.data(), most);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (n < 0 && (errno == ENOSPC || errno == EDQUOT))
      return make_error(ErrorCode::storage_full, "no space is left for the file");
    if (n < 0) return make_error(ErrorCode::storage_failed, "the file cannot be written");
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return {};
}

Status SealedOutput::wait(int descriptor, short events) const {
  for (;;) {
    if (abandoned_ || stopped_()) return make_error(ErrorCode::cancelled, "nobody waits for the export any more");
    pollfd wanted{descriptor, events, 0};
    const int ready = poll(&wanted, 1, k_pause_ms);
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return make_error(ErrorCode::storage_failed, "the file cannot be waited for");
  }
}

}  // namespace strongroom::exports
