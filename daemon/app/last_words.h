// What the daemon says when it has to end at once: an exception that nobody takes, a broken promise of its own.
#pragma once

#include "daemon/log/log.h"

namespace strongroom::app {

// From now on std::terminate() says masked, on standard error and in the log if there is one, what the exception was,
// and aborts. Without this the C++ library prints it as it is. For the beginning of main(); any number of times.
void install_last_words() noexcept;

// While it lives, they go to this log. One at a time.
class LastWords {
 public:
  explicit LastWords(log::Log& log) noexcept;
  ~LastWords();
  LastWords(const LastWords&) = delete;
  LastWords& operator=(const LastWords&) = delete;
};

}  // namespace strongroom::app
