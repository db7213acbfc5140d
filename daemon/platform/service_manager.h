// What a service manager hands over and wants to hear: systemd's protocol of listening sockets and notifications.
//
// Both are documented, stable and a few lines long (sd_listen_fds(3), sd_notify(3), which invite own implementations),
// so libsystemd stays out of the daemon.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include <strongroom/base/result.h>

namespace strongroom::platform {

// The one listening AF_UNIX stream socket that was passed, close-on-exec; nothing when none was. The variables are
// removed from the environment. Error: configuration when something else was passed.
Result<std::optional<int>> passed_socket();

// Sends "READY=1", "STATUS=...", "STOPPING=1" or "WATCHDOG=1"; does nothing when nobody listens. Never blocks.
void notify(std::string_view message) noexcept;

// Sends "RELOADING=1" with the time, which has to be followed by "READY=1".
void notify_reloading() noexcept;

// How often the service manager wants to hear WATCHDOG=1; nothing when it does not.
std::optional<std::chrono::microseconds> watchdog_interval();

}  // namespace strongroom::platform
