// Every interface that the daemon speaks, as data: the one list behind dispatch, CLI, reference and tests.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <strongroom/protocol/method.h>

namespace strongroom::protocol {

inline constexpr std::string_view k_vendor = "Strongroom";
inline constexpr std::string_view k_product = "strongroomd";
inline constexpr std::string_view k_url = "https://strongroom.example/";

// All areas, in the order in which they are documented. Thread-safe.
std::span<const InterfaceInfo* const> catalogue();

// The entry behind "io.strongroom.Secret.Get"; nullptr when there is none.
const MethodEntry* find_method(std::string_view full_name);

// The interface definition in Varlink's language (https://varlink.org/Interface-Definition), comments included.
std::string varlink_text(const InterfaceInfo& interface);

// The definition of the interface `io.strongroom`: every error of ours (base/error.h).
std::string errors_varlink_text();

// The standard interface org.varlink.service.
std::string_view service_varlink_text();

}  // namespace strongroom::protocol
