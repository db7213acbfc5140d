#include "daemon/app/wiring.h"
#include "daemon/ipc/bind.h"
#include "daemon/plugin_host/plugin_service.h"

namespace strongroom::app {

void bind_plugins(ipc::Dispatcher& dispatcher, plugin_host::PluginService& service) {
  ipc::bind(dispatcher, protocol::plugin::interface, protocol::plugin::Methods{}, service, ipc::Ordering::serial);
}

}  // namespace strongroom::app
