// The rows that tie a store to its vault: which store this is, and how new the header must at least be.
//
// Kept in collection `meta` and sealed, so that a store cannot be exchanged for another, nor a header for an older one,
// without notice.
#pragma once

#include <cstdint>

#include <strongroom/base/result.h>

#include "daemon/audit/log.h"
#include "daemon/store/freshness.h"
#include "daemon/store/store.h"
#include "daemon/vault/vault.h"

namespace strongroom::lifecycle {

inline constexpr std::uint32_t k_meta = 4;          // collection
inline constexpr std::uint32_t k_store_format = 1;  // of the rows; docs/format.md

// All functions need an unlocked vault and wait for storage: off the I/O threads.

// Writes the identity of a new store, or brings the kept header generation up to date. Errors: of the store.
Status write_identity(store::Store& store, const vault::Vault& vault);

// Whether the store belongs to this vault and the vault's header is the newest it has seen. Errors: tampered (the
// sentence says which), not_found (the store has no identity), unsupported (a newer format).
// Returns the header generation that is kept.
Result<std::uint64_t> check_identity(store::Store& store, const vault::Vault& vault);

// The rows are those of a backup: their audit log is not here, so nothing of it is waited for any more. Errors: of the
// store.
Status adopt_restored(store::Store& store, const vault::Vault& vault);

// What the store says to the audit log.
Result<audit::StoreState> audited_state(store::Store& store, const vault::Vault& vault);
store::Digest256 accumulator_digest(const store::Accumulator& accumulator);

// How the accumulator of the heads is computed and kept: keyed by the vault and sealed in its own row.
store::FreshnessPorts accumulator_ports(const vault::Vault& vault);

}  // namespace strongroom::lifecycle
