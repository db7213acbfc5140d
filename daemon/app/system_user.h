// The user that the daemon of the machine runs as.
#pragma once

#include <strongroom/base/result.h>

#include "daemon/app/configuration.h"

namespace strongroom::app {

// With Scope::system: whether this process may be that daemon, or touch its folders. Errors: configuration (it is the
// user that stands for all users whom a user namespace does not know, so that it could not tell them from itself);
// untrusted (the folders are another user's, who could not read what this one would write).
Status check_system_user(const Configuration& configuration);

}  // namespace strongroom::app
