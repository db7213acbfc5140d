// Where the bytes go that an age file, or the content of one, is made of.
#pragma once

#include <functional>

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>

namespace strongroom::age {

// Takes bytes in their order; they are valid during the call. Its error ends the work and is handed on.
using ByteTaker = std::function<Status(BytesView)>;

}  // namespace strongroom::age
