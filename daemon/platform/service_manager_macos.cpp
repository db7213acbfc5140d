// Written for launchd's interface; not built or tested yet. launchd has no notifications and no watchdog.
#include <launch.h>

#include <cstdlib>

#include "daemon/platform/service_manager.h"

namespace strongroom::platform {

Result<std::optional<int>> passed_socket() {
  int* sockets = nullptr;
  std::size_t count = 0;
  if (launch_activate_socket("Listeners", &sockets, &count) != 0) return std::optional<int>();
  const int first = count == 1 ? sockets[0] : -1;
  std::free(sockets);
  if (first < 0) return make_error(ErrorCode::configuration, "launchd must pass exactly one listening socket");
  return std::optional<int>(first);
}

void notify(std::string_view) noexcept {}

void notify_reloading() noexcept {}

std::optional<std::chrono::microseconds> watchdog_interval() {
  return std::nullopt;
}

}  // namespace strongroom::platform
