// What two commands do: 'slot rotate ID' and 'key rotate slot ID'.
#pragma once

#include <string>

#include "client/cli/session.h"

namespace strongroom::cli {

// Asks for a new passphrase where the slot has one, and shows what is shown once. The exit code.
int rotate_slot(Session& session, const std::string& id);

}  // namespace strongroom::cli
