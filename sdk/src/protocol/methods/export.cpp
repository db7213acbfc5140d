#include <strongroom/protocol/methods/export.h>

#include <strongroom/protocol/fold.h>

#include "areas.h"

namespace strongroom::protocol {

const InterfaceInfo& export_area() {
  static const InterfaceInfo info{export_::interface, export_::documentation, fold(export_::Methods{})};
  return info;
}

}  // namespace strongroom::protocol
