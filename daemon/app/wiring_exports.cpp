#include "daemon/app/wiring.h"
#include "daemon/exports/export_service.h"
#include "daemon/ipc/bind.h"

namespace strongroom::app {

void bind_exports(ipc::Dispatcher& dispatcher, exports::ExportService& service) {
  ipc::bind(dispatcher, protocol::export_::interface, protocol::export_::Methods{}, service, ipc::Ordering::serial);
}

}  // namespace strongroom::app
