// One function per area, defined in that area's source file; catalogue.cpp joins them.
#pragma once

#include <strongroom/protocol/method.h>

namespace strongroom::protocol {

const InterfaceInfo& service_area();
const InterfaceInfo& vault_area();
const InterfaceInfo& secret_area();
const InterfaceInfo& audit_area();
const InterfaceInfo& export_area();
const InterfaceInfo& plugin_area();
const InterfaceInfo& backup_area();
const InterfaceInfo& log_area();

}  // namespace strongroom::protocol
