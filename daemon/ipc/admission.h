// Who may call what now. The only place that decides; handlers never check.
#pragma once

#include <functional>

#include <strongroom/base/result.h>
#include <strongroom/protocol/method.h>
#include <strongroom/protocol/methods/service.h>

#include "daemon/ipc/call.h"

namespace strongroom::ipc {

class Admission {
 public:
  using State = std::function<protocol::service::StoreState()>;

  // `owner`: the uid that may connect. `state`: thread-safe, asked for every call.
  Admission(uid_t owner, State state) : owner_(owner), state_(std::move(state)) {}

  // At accept. Error: denied.
  Status admit_peer(const Caller& caller) const;
  // Before a handler. Errors: locked, not_initialized, already_initialized, expected_more.
  Status admit_call(const protocol::MethodInfo& method, const CallInfo& call) const;

 private:
  Status admit_state(protocol::LockStates states) const;

  uid_t owner_;
  State state_;
};

}  // namespace strongroom::ipc
