// The environment of a command, built in wiped memory.
#pragma once

#include <string_view>
#include <vector>

#include <strongroom/base/result.h>
#include <strongroom/base/secret.h>

namespace strongroom::cli::run {

class Environment {
 public:
  // What the system accepts for NAME=VALUE with the NUL behind it (MAX_ARG_STRLEN of Linux).
  static constexpr std::size_t k_longest = 128 * 1024;

  // A copy of `inherited` (NAME=VALUE, nullptr at the end).
  explicit Environment(const char* const* inherited);

  // Adds or replaces. Errors name the variable: invalid_argument (a NUL inside), too_large.
  Status set(std::string_view name, BytesView value);

  // Wipes all of it.
  void clear() noexcept { entries_.clear(); }

  // For execve: nullptr at the end. Valid while this object lives and is not changed.
  std::vector<char*> pointers();

 private:
  std::vector<WipedBytes> entries_;  // NAME=VALUE and NUL
};

}  // namespace strongroom::cli::run
