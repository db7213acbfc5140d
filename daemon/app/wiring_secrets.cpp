#include "daemon/app/wiring.h"
#include "daemon/ipc/bind.h"
#include "daemon/secrets/secret_service.h"

namespace strongroom::app {

void bind_secrets(ipc::Dispatcher& dispatcher, secrets::SecretService& service) {
  ipc::bind(dispatcher, protocol::secret::interface, protocol::secret::Methods{}, service, ipc::Ordering::pipelined);
}

}  // namespace strongroom::app
