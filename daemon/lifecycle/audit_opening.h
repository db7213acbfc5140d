// Opening the audit log with the store: its keys, and whether both agree on what has happened.
#pragma once

#include <strongroom/base/result.h>

#include "daemon/audit/log.h"
#include "daemon/store/store.h"
#include "daemon/vault/vault.h"

namespace strongroom::lifecycle {

// After an unlock, off the I/O threads. Makes the log of a new store. Errors: those of the vault and the store;
// tampered and others of the log, which then takes no event.
Result<audit::Agreement> open_audit_log(audit::AuditLog& log, vault::Vault& vault, vault::KeyArena& arena,
                                        store::Store& store);

// What is said when they do not agree; writes are refused with it.
std::string sentence_of(audit::Agreement agreement);

}  // namespace strongroom::lifecycle
