// How a helper is started; for helper_process.cpp and kept_helper.cpp.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include <strongroom/base/result.h>

#include "daemon/platform/descriptor.h"

namespace strongroom::platform {

struct Pipe {
  Descriptor read;
  Descriptor write;

  // Both are closed on exec. False: there are no descriptors left.
  bool open();
};

// With `in` and `out` as its standard input and output, and nothing else of ours. Error: unreachable.
Result<pid_t> start_helper(std::vector<std::string> words, std::vector<std::string> environment, const Pipe& in,
                           const Pipe& out);

}  // namespace strongroom::platform
