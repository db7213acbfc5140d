// A call on its way through the daemon: who asks, and where its answer goes.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <strongroom/base/result.h>
#include <strongroom/base/wiped_memory.h>
#include <strongroom/protocol/method.h>

namespace strongroom::ipc {

// The peer as the kernel told at accept.
struct Caller {
  uid_t uid = 0;
  pid_t pid = 0;
};

struct CallInfo {
  const Caller* caller = nullptr;
  std::int64_t request_id = 0;
  bool more = false;
  std::pmr::memory_resource* memory = nullptr;  // for secrets in the decoded request
};

// The answer of a call that is finished later or elsewhere. Any thread may finish it, exactly once; dropping it
// unfinished answers `cancelled`. Several `partial` answers may come before when the call asked for `more`.
class LaterReply {
 public:
  // `send` takes a whole message and whether it is the last; it may be called on any thread.
  using Send = std::function<void(WipedString message, bool last)>;

  LaterReply(Send send, std::int64_t request_id, std::pmr::memory_resource* memory)
      : send_(std::move(send)), request_id_(request_id), memory_(memory) {}

  ~LaterReply();
  LaterReply(const LaterReply&) = delete;
  LaterReply& operator=(const LaterReply&) = delete;

  // `write_parameters` appends the parameters object to the message.
  void finish(const std::function<void(WipedString&)>& write_parameters);
  void partial(const std::function<void(WipedString&)>& write_parameters);
  void fail(const Error& error);

 private:
  void send(const std::function<void(WipedString&)>& write_parameters, bool last);

  Send send_;
  std::int64_t request_id_;
  std::pmr::memory_resource* memory_;
  bool finished_ = false;
};

}  // namespace strongroom::ipc
