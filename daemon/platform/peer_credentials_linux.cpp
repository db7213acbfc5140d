#include <sys/socket.h>

#include "daemon/platform/peer_credentials.h"

namespace strongroom::platform {

Result<PeerCredentials> peer_credentials(int socket) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0 || size != sizeof credentials)
    return make_error(ErrorCode::denied, "the peer's identity cannot be told");
  return PeerCredentials{credentials.uid, credentials.pid};
}

}  // namespace strongroom::platform
