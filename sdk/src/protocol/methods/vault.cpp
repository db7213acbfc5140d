#include <strongroom/protocol/methods/vault.h>

#include <strongroom/protocol/fold.h>

#include "areas.h"

namespace strongroom::protocol {

const InterfaceInfo& vault_area() {
  static const InterfaceInfo info{vault::interface, vault::documentation, fold(vault::Methods{})};
  return info;
}

}  // namespace strongroom::protocol
