#include "daemon/app/wiring.h"
#include "daemon/ipc/bind.h"
#include "daemon/lifecycle/lifecycle_service.h"

namespace strongroom::app {

// What changes keys excludes everything else of its connection, so that a pipelined call after an unlock finds the
// store open.
void bind_lifecycle(ipc::Dispatcher& dispatcher, lifecycle::LifecycleService& service) {
  namespace wire = protocol;
  ipc::bind(dispatcher, wire::service::interface, wire::service::Methods{}, service, ipc::Ordering::serial);
  ipc::bind(dispatcher, wire::vault::interface, wire::vault::Methods{}, service, ipc::Ordering::serial);
}

}  // namespace strongroom::app
