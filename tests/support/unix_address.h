// Addresses of local sockets.
#pragma once

#include <sys/un.h>

#include <cstring>
#include <string>

namespace strongroom::tests {

inline sockaddr_un address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  return address;
}

}  // namespace strongroom::tests
