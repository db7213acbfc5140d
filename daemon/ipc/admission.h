// Who may call what now. The only place that decides; handlers never check.
#pragma once

#include <functional>

#include <strongroom/base/result.h>
#include <strongroom/protocol/method.h>
#include <strongroom/protocol/methods/service.h>

#include "daemon/ipc/call.h"

namespace strongroom::ipc {

// Whose connections are taken.
struct Served {
  uid_t owner = 0;
  // Root's too, and everybody else is told why they are not: the daemon of the machine has a place that all can see.
  bool root = false;
};

class Admission {
 public:
  using State = std::function<protocol::service::StoreState()>;

  // `state`: thread-safe, asked for every call.
  Admission(Served served, State state) : served_(served), state_(std::move(state)) {}

  // At accept. Error: denied.
  Status admit_peer(const Caller& caller) const;

  // Whether who is not admitted hears so, or nothing at all.
  bool says_no() const noexcept { return served_.root; }

  // Before a handler. Errors: locked, not_initialized, already_initialized, expected_more.
  Status admit_call(const protocol::MethodInfo& method, const CallInfo& call) const;

 private:
  Status admit_state(protocol::LockStates states) const;

  Served served_;
  State state_;
};

}  // namespace strongroom::ipc
