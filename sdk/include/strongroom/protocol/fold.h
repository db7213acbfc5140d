// Folds the methods of one area into its run-time table. Included once per area, by that area's source file: folding
// all areas in one file costs more than a minute and gigabytes (measured with g++ 12).
#pragma once

#include <array>

#include <strongroom/protocol/codec.h>
#include <strongroom/protocol/method.h>

namespace strongroom::protocol {

namespace detail {

template <class Request>
Status round_trip(const JsonValue& parameters, JsonWriter& out) {
  Request request;
  STRONGROOM_CHECK(decode(parameters, request));
  encode(request, out);
  return {};
}

template <class M>
constexpr MethodEntry make_entry() {
  static_assert(!M::info.name.empty() && !M::info.documentation.empty(), "every method is documented");
  static_assert(M::info.audit.kind == Audited::no ? !M::info.audit.why_not.empty() : !M::info.audit.action.empty(),
                "every method states its audit policy");
  return {&M::info, &describe<typename M::Request>(), &describe<typename M::Response>(),
          &round_trip<typename M::Request>};
}

}  // namespace detail

template <class... Ms>
std::span<const MethodEntry> fold(MethodList<Ms...>) {
  static constexpr std::array<MethodEntry, sizeof...(Ms)> entries{detail::make_entry<Ms>()...};
  return entries;
}

}  // namespace strongroom::protocol
