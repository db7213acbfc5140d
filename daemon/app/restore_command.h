// strongroomd --restore: makes the store of a backup where none is, or in the place of one.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "daemon/app/configuration.h"

namespace strongroom::app {

// The process's exit code. What is made lies beside its place until it is complete and takes it in one step; what was
// there stays beside it under a name with the time.
int restore(const Invocation& invocation);

// What a restored store was made of, once: for the first event of its log. Nothing when it was not restored, or has
// said so.
std::optional<std::string> take_restored_mark(const std::filesystem::path& state);

}  // namespace strongroom::app
