#include "daemon/app/wiring.h"
#include "daemon/backups/backup_service.h"
#include "daemon/ipc/bind.h"

namespace strongroom::app {

void bind_backups(ipc::Dispatcher& dispatcher, backups::BackupService& service) {
  ipc::bind(dispatcher, protocol::backup::interface, protocol::backup::Methods{}, service, ipc::Ordering::serial);
}

}  // namespace strongroom::app
