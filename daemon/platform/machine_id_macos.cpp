// Written against macOS's API; neither compiled nor tested on macOS so far.
#include <time.h>
#include <unistd.h>
#include <uuid/uuid.h>

#include "daemon/platform/machine_id.h"

namespace strongroom::platform {

std::span<const std::filesystem::path> machine_id_files() {
  return {};
}

Bytes machine_id(std::span<const std::filesystem::path>) {
  uuid_t id;
  const struct timespec wait = {5, 0};
  if (::gethostuuid(id, &wait) != 0) return {};
  return Bytes(id, id + sizeof id);
}

}  // namespace strongroom::platform
