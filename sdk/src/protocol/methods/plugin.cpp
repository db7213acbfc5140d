#include <strongroom/protocol/methods/plugin.h>

#include <strongroom/protocol/fold.h>

#include "areas.h"

namespace strongroom::protocol {

const InterfaceInfo& plugin_area() {
  static const InterfaceInfo info{plugin::interface, plugin::documentation, fold(plugin::Methods{})};
  return info;
}

}  // namespace strongroom::protocol
