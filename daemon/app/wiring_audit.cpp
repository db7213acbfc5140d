#include "daemon/app/wiring.h"
#include "daemon/audit/audit_service.h"
#include "daemon/ipc/bind.h"

namespace strongroom::app {

void bind_audit(ipc::Dispatcher& dispatcher, audit::AuditService& service) {
  ipc::bind(dispatcher, protocol::audit::interface, protocol::audit::Methods{}, service, ipc::Ordering::serial);
}

}  // namespace strongroom::app
