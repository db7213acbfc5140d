// Written for macOS's interface; not built or tested yet.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "daemon/platform/peer_credentials.h"

namespace strongroom::platform {

Result<PeerCredentials> peer_credentials(int socket) {
  PeerCredentials peer;
  gid_t group = 0;
  if (getpeereid(socket, &peer.uid, &group) != 0)
    return make_error(ErrorCode::denied, "the peer's identity cannot be told");
  socklen_t size = sizeof peer.pid;
  if (getsockopt(socket, SOL_LOCAL, LOCAL_PEERPID, &peer.pid, &size) != 0) peer.pid = 0;
  return peer;
}

}  // namespace strongroom::platform
