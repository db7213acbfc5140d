// Filling an empty storage and an empty vault from a backup.
#pragma once

#include <functional>
#include <optional>

#include <strongroom/backup/read_backup.h>

#include "daemon/store/storage.h"

namespace strongroom::backups {

// The file, what opens it and who must have signed it.
struct Source {
  int descriptor = -1;
  age::Credentials credentials;
  std::optional<evidence::VerifierKey> signer;
};

struct Restored {
  backup::Manifest manifest;
  std::string signers;  // names of the keys that signed; believed only when Source::signer was given
  Bytes header;
  Secret root = Secret();
};

// Writes every row into the storage, which is empty, while it reads and checks the file, and gives what the vault
// needs. After an error the storage is to be thrown away: only the end of the file tells whether what was written is
// the backup's. Errors: those of reading and of the storage; corrupt (a row is damaged).
Result<Restored> restore_rows(Source source, store::Storage& storage);

}  // namespace strongroom::backups
