// How many threads a plugin may have.
#pragma once

#include <cstdint>

namespace strongroom::runner {

// Lets this process have about `threads` more tasks than its user has now. The system counts the tasks of a user
// together, so that more of them elsewhere leave fewer for the plugin; none of this holds for root. False: the limit
// cannot be set. Starts processes, so before the system calls are confined.
bool limit_threads(std::uint64_t threads);

}  // namespace strongroom::runner
