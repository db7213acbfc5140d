// Events of the audit log as rows, oldest first.
#pragma once

#include "daemon/audit/audit_service.h"
#include "daemon/exports/source.h"

namespace strongroom::exports {

// `audit` outlives it. The events that are there now. Errors: locked.
Result<std::unique_ptr<Source>> audit_source(audit::AuditService& audit, protocol::audit::ListRequest filter);

}  // namespace strongroom::exports
