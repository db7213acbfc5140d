// The sockets that a monitor's manifest asks for: it cannot make them itself.
#pragma once

#include <filesystem>
#include <string>

#include <strongroom/base/result.h>

#include "daemon/platform/descriptor.h"

namespace strongroom::plugin_host {

// A datagram socket that is connected to the journal. Error: not_found when there is none.
Result<platform::Descriptor> connect_journal(const std::filesystem::path& path);

// A stream socket that listens at `path`, for this user alone; one that was left there is replaced. Error:
// storage_failed.
Result<platform::Descriptor> listen_at_path(const std::filesystem::path& path);

// A stream socket that listens at a port of 127.0.0.1. Errors: invalid_argument, busy.
Result<platform::Descriptor> listen_at_port(const std::string& port);

}  // namespace strongroom::plugin_host
