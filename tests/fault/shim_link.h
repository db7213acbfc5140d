// The shim under a name that LD_PRELOAD, which splits its value at spaces, can take.
#pragma once

#include <filesystem>
#include <string>

#include "tests/support/temporary_folder.h"

namespace strongroom::tests {

class ShimLink {
 public:
  ShimLink() { std::filesystem::create_symlink(LOG_SHIM_PATH, path()); }

  std::string setting() const { return "LD_PRELOAD=" + path().string(); }

 private:
  std::filesystem::path path() const { return folder_.path() / "log_shim.so"; }

  TemporaryFolder folder_{"strongroom-shim-XXXXXX"};
};

}  // namespace strongroom::tests
