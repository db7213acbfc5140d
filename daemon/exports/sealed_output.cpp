#include "daemon/exports/sealed_output.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>

#include <strongroom/age/encryptor.h>

namespace strongroom::exports {
namespace {

constexpr std::size_t k_at_once = 65536;  // read from the pipe

}  // namespace

Result<std::unique_ptr<SealedOutput>> SealedOutput::begin(std::span<const age::Recipient> recipients, int output,
                                                          platform::OutputKind kind, std::function<bool()> stopped) {
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
  const auto given_up = [this] { return this->given_up(); };
  STRONGROOM_ASSIGN(auto encryptor, age::Encryptor::begin(recipients, [&](BytesView sealed) {
                      return platform::write_all(output_, kind_, sealed, given_up);
                    }));
  Secret piece = Secret::of_size(k_at_once);
  for (;;) {
    STRONGROOM_CHECK(platform::wait_for(outlet_.get(), POLLIN, given_up));
    const ssize_t n = read(outlet_.get(), piece.writable().data(), k_at_once);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return make_error(ErrorCode::storage_failed, "what the exporter wrote cannot be read");
    if (abandoned_) return make_error(ErrorCode::cancelled, "the export was given up");
    if (n == 0) return encryptor.end();
    STRONGROOM_CHECK(encryptor.write(piece.reveal(RevealReason::seal).first(static_cast<std::size_t>(n))));
  }
}

}  // namespace strongroom::exports
