#include "daemon/ipc/admission.h"

namespace strongroom::ipc {

using protocol::LockStates;
using protocol::service::StoreState;

Status Admission::admit_peer(const Caller& caller) const {
  if (caller.uid == served_.owner || (served_.root && caller.uid == 0)) return {};
  if (served_.root)
    return make_error(ErrorCode::denied,
                      "the daemon of the machine serves root alone: use sudo, or leave --system away "
                      "for secrets of your own");
  return make_error(ErrorCode::denied, "this socket serves another user");
}

Status Admission::admit_call(const protocol::MethodInfo& method, const CallInfo& call) const {
  STRONGROOM_CHECK(admit_state(method.states));
  if (method.streaming == protocol::Streaming::required && !call.more)
    return make_error(ErrorCode::expected_more, "the method streams and must be called with 'more'");
  return {};
}

Status Admission::admit_state(LockStates states) const {
  if (states == LockStates::any) return {};
  const StoreState state = state_();
  if (states == LockStates::uninitialized) {
    if (state == StoreState::uninitialized) return {};
    return make_error(ErrorCode::already_initialized, "there is a store already");
  }
  if (state == StoreState::uninitialized)
    return make_error(ErrorCode::not_initialized, "there is no store yet; make one with 'strongroom init'");
  if (states == LockStates::unlocked && state == StoreState::locked)
    return make_error(ErrorCode::locked, "the store is locked; open it with 'strongroom unlock'");
  return {};
}

}  // namespace strongroom::ipc
