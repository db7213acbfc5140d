// Reading a backup from its file.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include <strongroom/age/decryptor.h>
#include <strongroom/backup/archive.h>

namespace strongroom::backup {

// Decrypts and reads all of the file from its beginning. Who must act on nothing but the whole keeps what it made
// of the members aside until this returns. `read_so_far` is told the bytes of the file. Errors: those of age::Decryptor
// and ArchiveReader, storage_failed.
Status read_backup(int descriptor, age::Credentials credentials, ArchiveReader::ManifestTaker take_manifest,
                   ArchiveReader::MemberTaker take_member,
                   const std::function<void(std::uint64_t bytes)>& read_so_far = {});

// Whether `signer` has signed the manifest. Without one any signature will do, which proves nothing. Errors: tampered.
Status check_signer(const evidence::Note& note, const std::optional<evidence::VerifierKey>& signer);

}  // namespace strongroom::backup
