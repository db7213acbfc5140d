#include "daemon/app/log_service.h"
#include "daemon/app/wiring.h"
#include "daemon/ipc/bind.h"

namespace strongroom::app {

void bind_log(ipc::Dispatcher& dispatcher, LogService& service) {
  ipc::bind(dispatcher, protocol::log::interface, protocol::log::Methods{}, service, ipc::Ordering::serial);
}

}  // namespace strongroom::app
