// Confines this process for good, before anything of a stranger runs in it.
#pragma once

#include <string>
#include <vector>

#include <strongroom/base/result.h>

#include "daemon/plugin_seam/messages.h"

namespace strongroom::runner {

// What the process may still do.
struct Permits {
  std::vector<std::string> readable;  // files, and folders with all below them; what is not there is left out
  std::vector<std::string> writable;  // folders, for files
  std::string kept;                   // the folder of a storage, for files and folders; empty: none
  bool serves = false;                // takes connections on a descriptor that it is given
  plugin_seam::Limits limits;
};

// What holds from now on. Where the system lacks the means a member is false.
struct Confined {
  bool files = false;  // no file but those permitted, and no TCP port and no foreign process where the kernel's
                       // revision knows them (Landlock); the calls leave none of these anyway
  bool calls = false;  // no system call but those that a computation needs (seccomp)
};

// What the dynamic loader needs to find the libraries of a plugin.
std::vector<std::string> library_places();

// Limits of memory, file size and descriptors, no core files and no gain of rights hold in any case. Error:
// plugin_unavailable when one of those cannot be had. Once, on the only thread.
Result<Confined> confine_process(const Permits& permits);

}  // namespace strongroom::runner
