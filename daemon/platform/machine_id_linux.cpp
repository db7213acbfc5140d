#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "daemon/platform/machine_id.h"

namespace strongroom::platform {
namespace {

// machine-id(5): 32 lower-case hex digits and a line end. "uninitialized" and an all-zero id are none.
Bytes parse(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.size() != 32) return {};
  auto id = from_hex(text);
  if (!id || std::ranges::all_of(*id, [](Byte b) { return b == 0; })) return {};
  return std::move(*id);
}

}  // namespace

std::span<const std::filesystem::path> machine_id_files() {
  static const std::array<std::filesystem::path, 2> files = {"/etc/machine-id", "/var/lib/dbus/machine-id"};
  return files;
}

Bytes machine_id(std::span<const std::filesystem::path> files) {
  for (const auto& file : files) {
    // By descriptor and on the stack, so that no stream buffer keeps a copy.
    const int fd = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) continue;
    char text[64];
    const ssize_t n = ::read(fd, text, sizeof text);
    ::close(fd);
    if (n <= 0) continue;
    if (Bytes id = parse({text, static_cast<std::size_t>(n)}); !id.empty()) return id;
  }
  return {};
}

}  // namespace strongroom::platform
