#include "daemon/plugin_host/sealed_memory.h"

namespace strongroom::plugin_host {

Result<Descriptor> sealed_memory(BytesView) {
  return make_error(ErrorCode::unsupported, "this system does not seal files in memory");
}

std::filesystem::path path_of(const Descriptor& file) {
  return "/dev/fd/" + std::to_string(file.get());
}

}  // namespace strongroom::plugin_host
