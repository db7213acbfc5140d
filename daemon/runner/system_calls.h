// The system calls that a plugin's process may make.
#pragma once

namespace strongroom::runner {

// Whether the plugin keeps files: then it may also rename them, make folders, and set owner and mode of what it has
// opened.
enum class Keeps : bool { nothing, files };

// Leaves this process those calls that a computation, its threads and the files that it may have need; any other fails
// with EPERM, for good. Those of other architectures end the process. False: this system has no means for it. Once, on
// the only thread.
bool confine_calls(Keeps keeps);

}  // namespace strongroom::runner
