// One export of the daemon into a file that is open already.
#pragma once

#include <string>

#include <strongroom/protocol/methods/export.h>

#include "client/cli/session.h"

namespace strongroom::cli {

// Shows a progress bar that says `what`. What the daemon told last. Errors: those of the method.
Result<protocol::export_::Progress> run_export_into(Session& session, const protocol::export_::RunRequest& request,
                                                    int descriptor, const std::string& what);

}  // namespace strongroom::cli
