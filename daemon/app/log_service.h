// The handlers of io.strongroom.Log.
#pragma once

#include <strongroom/base/completion.h>
#include <strongroom/protocol/methods/log.h>

#include "daemon/log/log.h"

namespace strongroom::app {

// What the log says of a call that failed: no bytes of the request, so without the error's subject, and without what
// its message quotes.
std::string failure_sentence(std::string_view method, std::int64_t request, const Error& error);

// Thread-safe.
class LogService {
 public:
  // The log outlives the service.
  explicit LogService(log::Log& log) : log_(log) {}

  Result<protocol::log::GetLogResponse> handle(protocol::log::GetLog, protocol::log::GetLogRequest&& request);
  void handle(protocol::log::SetLogMode, protocol::log::ModeMessage&& request,
              Completion<protocol::log::ModeMessage> completion);

 private:
  log::Log& log_;
};

}  // namespace strongroom::app
