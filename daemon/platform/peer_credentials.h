// Who is at the other end of a local socket, as the kernel says.
#pragma once

#include <sys/types.h>

#include <strongroom/base/result.h>

namespace strongroom::platform {

struct PeerCredentials {
  uid_t uid = 0;
  pid_t pid = 0;  // 0 where the system does not tell
};

// Of a connected AF_UNIX socket. Any failure is an error, never a guess. Error: denied.
Result<PeerCredentials> peer_credentials(int socket);

}  // namespace strongroom::platform
