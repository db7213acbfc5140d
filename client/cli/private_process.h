// Keeping what this process holds to itself.
#pragma once

namespace strongroom::cli {

// Values stay out of core files and of the reach of this user's other processes, as far as this process goes. A program
// that is started anew is not concerned. Before values are fetched, by commands that hold them for longer.
void keep_process_private() noexcept;

}  // namespace strongroom::cli
