// The system calls that a plugin's process may make.
#pragma once

namespace strongroom::runner {

// What a plugin needs beyond a computation.
struct Needs {
  bool files = false;        // renames its files, makes folders, sets owner and mode of what it has opened
  bool connections = false;  // takes connections on a socket that it is given
};

// Leaves this process those calls that a computation, its threads and the files that it may have need; any other fails
// with EPERM, for good. Those of other architectures end the process. False: this system has no means for it. Once, on
// the only thread.
bool confine_calls(Needs needs);

}  // namespace strongroom::runner
