// Starting the daemon when none runs.
#pragma once

#include <string>
#include <string_view>

#include <strongroom/base/result.h>
#include <strongroom/client/endpoint.h>

namespace strongroom::cli {

struct StartOptions {
  bool usual_place = true;  // the endpoint is the one that the service manager's unit serves
  bool make_store = true;   // otherwise a first start leaves that to whoever calls Init
};

// The program `name` that lies beside this executable, after checking that it and every folder above it belong to root
// or this user and that nobody else may write there. Errors: unreachable, untrusted.
Result<std::string> trusted_beside(std::string_view name);

// strongroomd, likewise.
Result<std::string> daemon_executable();

// Starts the daemon and waits until its socket answers, at most 15 s: first by the user's service manager when it knows
// strongroomd.socket, else daemon_executable(). The daemon gets a rebuilt environment (no LD_*), no descriptors, umask
// 077 and its own session. Never looks into PATH or the working folder. Errors: unreachable (with what the daemon
// said), untrusted.
Status start_daemon(const client::Endpoint& endpoint, const StartOptions& options);

}  // namespace strongroom::cli
