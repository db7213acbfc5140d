// A value as a file that has no name: memory, sealed against every change, inherited by the command.
#pragma once

#include <strongroom/base/result.h>
#include <strongroom/base/secret.h>

namespace strongroom::cli::run {

// A descriptor (the caller closes it; closed on exec) of a file of mode 0400 that holds `value`, its offset at the
// beginning, sealed against writing, growing, shrinking and further seals. Errors: not_implemented (no such files on
// this platform), internal.
Result<int> make_sealed_file(const Secret& value);

}  // namespace strongroom::cli::run
