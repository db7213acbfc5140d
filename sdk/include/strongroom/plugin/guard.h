// The one place where C++ becomes a status: errors, exceptions and what a sink has said, on their way out of a plugin.
//
// Nothing of C++ may cross the seam. Every function of a table that the kit builds is `return guarded(error, [&]
// {...})`.
#pragma once

#include <exception>
#include <new>
#include <string_view>

#include <strongroom/abi/bytes.h>
#include <strongroom/abi/status.h>
#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>

namespace strongroom::plugin {

inline sr_bytes to_abi(BytesView bytes) noexcept {
  return {bytes.data(), bytes.size()};
}

inline sr_bytes to_abi(std::string_view text) noexcept {
  return to_abi(as_bytes(text));
}

inline BytesView from_abi(sr_bytes bytes) noexcept {
  return bytes.size == 0 ? BytesView{} : BytesView{bytes.data, static_cast<std::size_t>(bytes.size)};
}

// Hands a sentence, cut to what a host takes, to the error sink of the call. Never throws.
inline void report(const sr_error_sink* error, std::string_view sentence) noexcept {
  error->error(error->context, to_abi(sentence.substr(0, SR_MAX_TEXT)));
}

// Runs `body`, which returns a Status, and turns its outcome into a number: an Error becomes the abi_status of its code
// (base/error.h), no memory and any exception become SR_FAILED; the sentence goes to `error`. The text of an exception
// is not passed on: its author has not promised that it is safe to show. Never throws.
template <class Body>
sr_status guarded(const sr_error_sink* error, Body&& body) noexcept {
  try {
    const Status status = body();
    if (status) return SR_OK;
    report(error, status.error().message);
    return error_info(status.error().code).abi_status;
  } catch (const std::bad_alloc&) {
    report(error, "the plugin is out of memory");
  } catch (...) {
    report(error, "the plugin failed unexpectedly");
  }
  return SR_FAILED;
}

}  // namespace strongroom::plugin
