#include <strongroom/protocol/methods/secret.h>

#include <strongroom/protocol/fold.h>

#include "areas.h"

namespace strongroom::protocol {

const InterfaceInfo& secret_area() {
  static const InterfaceInfo info{secret::interface, secret::documentation, fold(secret::Methods{})};
  return info;
}

}  // namespace strongroom::protocol
