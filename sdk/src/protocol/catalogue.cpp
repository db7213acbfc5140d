#include <strongroom/protocol/catalogue.h>

#include <array>

#include "methods/areas.h"

namespace strongroom::protocol {

std::span<const InterfaceInfo* const> catalogue() {
  static const std::array<const InterfaceInfo*, 8> areas{&service_area(), &vault_area(),  &secret_area(), &audit_area(),
                                                         &export_area(),  &plugin_area(), &backup_area(), &log_area()};
  return areas;
}

const MethodEntry* find_method(std::string_view full_name) {
  const auto dot = full_name.rfind('.');
  if (dot == std::string_view::npos) return nullptr;
  for (const auto* area : catalogue()) {
    if (area->name != full_name.substr(0, dot)) continue;
    for (const auto& method : area->methods)
      if (method.info->name == full_name.substr(dot + 1)) return &method;
  }
  return nullptr;
}

}  // namespace strongroom::protocol
