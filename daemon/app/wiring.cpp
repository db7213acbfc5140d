#include "daemon/app/wiring.h"

#include <strongroom/protocol/catalogue.h>

namespace strongroom::app {

void bind_services(ipc::Dispatcher& dispatcher, lifecycle::LifecycleService& lifecycle, secrets::SecretService& secrets,
                   audit::AuditService& audit, exports::ExportService& exports, backups::BackupService& backups,
                   plugin_host::PluginService& plugins, LogService& log) {
  dispatcher.add_interface("io.strongroom", protocol::errors_varlink_text());
  for (const auto* area : protocol::catalogue())
    dispatcher.add_interface(std::string(area->name), protocol::varlink_text(*area));
  bind_lifecycle(dispatcher, lifecycle);
  bind_secrets(dispatcher, secrets);
  bind_audit(dispatcher, audit);
  bind_exports(dispatcher, exports);
  bind_backups(dispatcher, backups);
  bind_plugins(dispatcher, plugins);
  bind_log(dispatcher, log);
}

}  // namespace strongroom::app
