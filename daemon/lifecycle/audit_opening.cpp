#include "daemon/lifecycle/audit_opening.h"

#include "daemon/lifecycle/store_identity.h"

namespace strongroom::lifecycle {

Result<audit::Agreement> open_audit_log(audit::AuditLog& log, vault::Vault& vault, vault::KeyArena& arena,
                                        store::Store& store) {
  STRONGROOM_CHECK(vault.ensure_system_key(vault::SystemKey::audit_identity));
  STRONGROOM_CHECK(vault.ensure_system_key(vault::SystemKey::audit_opening));
  STRONGROOM_ASSIGN(auto keys, audit::LogKeys::of(vault, arena));
  auto stated = audited_state(store, vault);
  // A store that cannot say how far it has come counts as one that was put back.
  if (!stated && (stated.error().code == ErrorCode::tampered || stated.error().code == ErrorCode::corrupt))
    stated = audit::StoreState{.header_generation = vault.header_report().generation};
  STRONGROOM_ASSIGN(const auto state, std::move(stated));
  audit::Agreement agreement = audit::Agreement::agree;
  if (!log.exists()) {
    // A store that has written under a log that is not there any more.
    if (!state.intents.empty()) agreement = audit::Agreement::log_behind;
    STRONGROOM_CHECK(log.begin(keys, vault.store_id()));
  }
  STRONGROOM_ASSIGN(const auto found, log.unlock(std::move(keys), state));
  return agreement == audit::Agreement::agree ? found : agreement;
}

std::string sentence_of(audit::Agreement agreement) {
  switch (agreement) {
    case audit::Agreement::agree:
      return {};
    case audit::Agreement::log_behind:
      return "the audit log was put back to an older state, or replaced: the store holds writes that it does not know; "
             "nothing is written until 'strongroom vault accept-rollback'";
    case audit::Agreement::store_behind:
      return "the store was put back to an older state: the audit log knows of writes that it does not hold; nothing "
             "is written until 'strongroom vault accept-rollback'";
  }
  return {};
}

}  // namespace strongroom::lifecycle
