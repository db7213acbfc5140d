// What the register of plugins is kept with: private files, and a key of the store.
#pragma once

#include "daemon/audit/recorder.h"
#include "daemon/log/log.h"
#include "daemon/plugin_host/plugins.h"
#include "daemon/vault/vault.h"

namespace strongroom::app {

// All outlive the ports.
plugin_host::Plugins::Ports plugin_ports(const vault::Vault& vault, log::Log& log, audit::Recorder& recorder);

}  // namespace strongroom::app
