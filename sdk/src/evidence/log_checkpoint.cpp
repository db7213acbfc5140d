#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include <strongroom/evidence/verify_log.h>

namespace strongroom::evidence {

std::string origin_of(const LogId& log) {
  return "io.strongroom/log/" + to_hex(log);
}

std::string epoch_key_name(std::string_view origin, std::uint32_t epoch) {
  return std::string(origin) + "/epoch/" + std::to_string(epoch);
}

bool has_identity_signature(const EpochEntry& epoch) noexcept {
  return ed25519_verify(epoch.identity_key, epoch_message(epoch.signed_bytes), epoch.identity_signature);
}

Result<Checkpoint> verify_checkpoint(const Note& note, const EpochEntry& epoch, std::uint32_t epoch_number) {
  STRONGROOM_ASSIGN(const Checkpoint checkpoint, Checkpoint::parse(note.text));
  const std::string origin = origin_of(epoch.log_id);
  if (checkpoint.origin != origin) return make_error(ErrorCode::invalid_argument, "the checkpoint is of another log");
  STRONGROOM_CHECK(verify_note(note, make_verifier_key(origin, k_note_key, epoch.identity_key)));
  STRONGROOM_CHECK(
      verify_note(note, make_verifier_key(epoch_key_name(origin, epoch_number), k_note_key, epoch.epoch_key)));
  return checkpoint;
}

Result<std::string> read_log_file(const std::filesystem::path& file, std::size_t most) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0 && errno == ENOENT) return make_error(ErrorCode::not_found, "a file of the log is missing");
  if (descriptor < 0) return make_error(ErrorCode::storage_failed, "a file of the log cannot be read");
  std::string content;
  char part[65536];
  ssize_t n = 0;
  while ((n = ::read(descriptor, part, sizeof part)) > 0 || (n < 0 && errno == EINTR)) {
    if (n > 0) content.append(part, static_cast<std::size_t>(n));
    if (content.size() > most) break;
  }
  ::close(descriptor);
  if (n < 0) return make_error(ErrorCode::storage_failed, "a file of the log cannot be read");
  if (content.size() > most) return make_error(ErrorCode::too_large, "a file of the log is too long");
  return content;
}

}  // namespace strongroom::evidence
