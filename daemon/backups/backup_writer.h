// Writing a backup: one snapshot of the store, its header and root key, in an archive inside an age file
// (docs/backup-format.md).
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include <strongroom/age/encryptor.h>
#include <strongroom/backup/manifest.h>
#include <strongroom/evidence/note.h>

#include "daemon/store/store.h"
#include "daemon/vault/vault.h"

namespace strongroom::backups {

// The audit log as a backup cites it.
struct LogState {
  std::string origin;
  std::uint64_t entries = 0;
  backup::Digest root{};
};

// What is backed up, and by whom it is signed.
struct Origin {
  const vault::Vault& vault;
  store::Store& store;
  std::vector<std::uint32_t> collections;       // all of the system scope
  std::function<Result<LogState>()> log_state;  // signed and durable
  std::function<Result<evidence::Note>(const std::string& text)> sign;
};

// Who can open it: recipients, or those who know the passphrase.
struct Sealing {
  std::vector<age::Recipient> recipients;
  const Secret* passphrase = nullptr;
};

struct Watch {
  std::function<bool()> stopped;
  std::function<void(std::uint64_t done, std::uint64_t total)> tell;  // bytes of rows; the total is a guess
};

// Where the bytes of the age file go. Called by the caller's thread and by another one, one call at a time.
struct Output {
  age::ByteTaker append;
  // Replaces bytes that were appended. Empty where nothing can be replaced: then the rows are read twice.
  std::function<Status(std::uint64_t offset, BytesView bytes)> overwrite;
};

// The snapshot is that of the call; writes go on. `watch.stopped` may be asked by two threads at once. Errors: locked,
// cancelled, those of reading, signing and encrypting, those of `output`.
Result<backup::Manifest> write_backup(const Origin& origin, const Sealing& sealing, std::int64_t now_ms,
                                      const Output& output, const Watch& watch);

}  // namespace strongroom::backups
