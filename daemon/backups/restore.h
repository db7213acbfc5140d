// Filling an empty storage and an empty vault from a backup.
#pragma once

#include <functional>
#include <optional>

#include <strongroom/backup/read_backup.h>

#include "daemon/store/storage.h"

namespace strongroom::backups {

// The file, and what opens it: asked for at each reading.
struct Source {
  int descriptor = -1;
  std::function<Result<age::Credentials>()> credentials;
  std::optional<evidence::VerifierKey> signer;
};

struct Verified {
  backup::Manifest manifest;
  std::string signers;  // names of the keys that signed; believed only when Source::signer was given
};

// Reads all of it and changes nothing. Errors: those of reading.
Result<Verified> verify(const Source& source);

struct Keys {
  Bytes header;
  Secret root = Secret();
};

// Writes every row into the storage, which is empty, and gives what the vault needs. `verified` is what verify() found:
// another file is `tampered`. Errors: those of reading and of the storage; corrupt (a row is damaged).
Result<Keys> restore_rows(const Source& source, const Verified& verified, store::Storage& storage);

}  // namespace strongroom::backups
