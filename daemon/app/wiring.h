// Joins each area of the catalogue to the service that answers it. One source file an area: binding folds its codecs.
#pragma once

#include "daemon/ipc/dispatcher.h"

namespace strongroom::lifecycle {
class LifecycleService;
}

namespace strongroom::secrets {
class SecretService;
}

namespace strongroom::exports {
class ExportService;
}

namespace strongroom::plugin_host {
class PluginService;
}

namespace strongroom::audit {
class AuditService;
}

namespace strongroom::backups {
class BackupService;
}

namespace strongroom::app {

class LogService;

void bind_lifecycle(ipc::Dispatcher& dispatcher, lifecycle::LifecycleService& service);
void bind_secrets(ipc::Dispatcher& dispatcher, secrets::SecretService& service);
void bind_audit(ipc::Dispatcher& dispatcher, audit::AuditService& service);
void bind_exports(ipc::Dispatcher& dispatcher, exports::ExportService& service);
void bind_backups(ipc::Dispatcher& dispatcher, backups::BackupService& service);
void bind_plugins(ipc::Dispatcher& dispatcher, plugin_host::PluginService& service);
void bind_log(ipc::Dispatcher& dispatcher, LogService& service);

// All areas and their interface texts.
void bind_services(ipc::Dispatcher& dispatcher, lifecycle::LifecycleService& lifecycle, secrets::SecretService& secrets,
                   audit::AuditService& audit, exports::ExportService& exports, backups::BackupService& backups,
                   plugin_host::PluginService& plugins, LogService& log);

}  // namespace strongroom::app
