#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "daemon/plugin_host/sealed_memory.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U
#endif

namespace strongroom::plugin_host {
namespace {

Descriptor executable_memory() {
  constexpr unsigned k_flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
  Descriptor file(memfd_create("strongroom-plugin", k_flags | MFD_EXEC));
  // Kernels before 6.3 do not know the flag and need none.
  if (!file && errno == EINVAL) file = Descriptor(memfd_create("strongroom-plugin", k_flags));
  return file;
}

bool write_all(const Descriptor& file, BytesView bytes) {
  while (!bytes.empty()) {
    const ssize_t done = write(file.get(), bytes.data(), bytes.size());
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(done));
  }
  return true;
}

}  // namespace

Result<Descriptor> sealed_memory(BytesView bytes) {
  Descriptor file = executable_memory();
  if (!file) return make_error(ErrorCode::unsupported, "this system does not allow executable files in memory");
  if (!write_all(file, bytes)) return make_error(ErrorCode::internal, "no memory for a copy of the plugin");
  if (fcntl(file.get(), F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) != 0)
    return make_error(ErrorCode::unsupported, "this system does not seal files in memory");
  return file;
}

std::filesystem::path path_of(const Descriptor& file) {
  return "/proc/self/fd/" + std::to_string(file.get());
}

}  // namespace strongroom::plugin_host
