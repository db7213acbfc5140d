// strongroom-plugin-runner: started by the daemon, never by a person.
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>

#include "daemon/runner/runner.h"

int main(int argc, char**) {
  constexpr int k_socket = 3;
  int type = 0;
  socklen_t size = sizeof type;
  if (argc != 1 || getsockopt(k_socket, SOL_SOCKET, SO_TYPE, &type, &size) != 0) {
    std::fputs("strongroom-plugin-runner is started by strongroomd; it loads one plugin in a process of its own\n",
               stderr);
    return 2;
  }
  // Exit handlers of the plugin do not run: whatever they would do is of no use to anybody.
  _exit(strongroom::runner::serve(strongroom::platform::Descriptor(k_socket)));
}
