// The machine's own id, which stays the same over restarts and differs between machines.
#pragma once

#include <filesystem>
#include <span>

#include <strongroom/base/bytes.h>

namespace strongroom::platform {

// Where the id is looked for, first file first; empty on systems that answer a call instead.
std::span<const std::filesystem::path> machine_id_files();

// The 16 bytes of the machine's id; empty when there is none or it is not well-formed. Confidential, as machine-id(5)
// asks: hand it to the vault, which keeps only an application-specific hash of it, and show it to nobody. `files`
// stands in for the system's in tests and is not used on macOS. Thread-safe.
Bytes machine_id(std::span<const std::filesystem::path> files = machine_id_files());

}  // namespace strongroom::platform
