// Where the daemon's socket is, and whether it may be trusted.
#pragma once

#include <sys/types.h>

#include <string>

#include <strongroom/base/result.h>

namespace strongroom::client {

struct Endpoint {
  std::string socket;  // absolute path
  uid_t server = 0;    // the uid that must be serving it
};

// $STRONGROOM_SOCKET, else $XDG_RUNTIME_DIR/strongroom/io.strongroom, else run/io.strongroom in the state folder
// ($XDG_STATE_HOME/strongroom or ~/.local/state/strongroom). STRONGROOM_SOCKET=/run/strongroom/io.strongroom is
// system_endpoint(). Never a shared temporary folder. Error: unreachable when
// none of these is set, invalid_argument when a path is not absolute or too long for a socket.
Result<Endpoint> default_endpoint();

// The daemon of the machine (strongroomd --system), which serves root. Its folder lies where only root can make one, so
// whoever owns the folder is who must be serving; root when there is none.
Endpoint system_endpoint();

// Before a byte is sent: the socket is a socket owned by the server's uid or root, its folder is a folder (no symbolic
// link) owned by this user, the server's uid or root and writable by nobody else. Errors: untrusted; unreachable when
// there is none; denied when it is not this user's to look at.
Status check_socket(const Endpoint& endpoint);

// A connected AF_UNIX stream socket whose peer runs as the endpoint's uid (the caller closes it). Errors: unreachable,
// untrusted, denied (the socket lets this user not in).
Result<int> connect_checked(const Endpoint& endpoint);

}  // namespace strongroom::client
