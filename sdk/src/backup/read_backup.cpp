#include <strongroom/backup/read_backup.h>

#include <unistd.h>

#include <cerrno>

namespace strongroom::backup {

Status read_backup(int descriptor, age::Credentials credentials, ArchiveReader::ManifestTaker take_manifest,
                   ArchiveReader::MemberTaker take_member,
                   const std::function<void(std::uint64_t bytes)>& read_so_far) {
  ArchiveReader reader(std::move(take_manifest), std::move(take_member));
  STRONGROOM_ASSIGN(auto decryptor,
                    age::Decryptor::begin(std::move(credentials), [&](BytesView plain) { return reader.feed(plain); }));
  Bytes piece(256 * 1024);
  std::uint64_t at = 0;
  for (;;) {
    const ssize_t n = pread(descriptor, piece.data(), piece.size(), static_cast<off_t>(at));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return make_error(ErrorCode::storage_failed, "the backup cannot be read; it must be a file");
    if (n == 0) break;
    STRONGROOM_CHECK(decryptor.feed(BytesView(piece).first(static_cast<std::size_t>(n))));
    at += static_cast<std::uint64_t>(n);
    if (read_so_far) read_so_far(at);
  }
  STRONGROOM_CHECK(decryptor.end());
  return reader.end();
}

Status check_signer(const evidence::Note& note, const std::optional<evidence::VerifierKey>& signer) {
  if (!signer) return {};
  if (evidence::verify_note(note, *signer)) return {};
  return make_error(ErrorCode::tampered, "the backup was not signed by that key");
}

}  // namespace strongroom::backup
