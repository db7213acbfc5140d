#include <strongroom/protocol/methods/backup.h>

#include <strongroom/protocol/fold.h>

#include "areas.h"

namespace strongroom::protocol {

const InterfaceInfo& backup_area() {
  static const InterfaceInfo info{backup::interface, backup::documentation, fold(backup::Methods{})};
  return info;
}

}  // namespace strongroom::protocol
