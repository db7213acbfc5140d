// A call on its way through the daemon: who asks, and where its answer goes.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include <strongroom/base/duration_histogram.h>
#include <strongroom/base/live_values.h>
#include <strongroom/base/result.h>
#include <strongroom/base/wiped_memory.h>
#include <strongroom/protocol/method.h>

#include "daemon/audit/recorder.h"
#include "daemon/ipc/stream_way.h"
#include "daemon/platform/descriptor.h"

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
  const audit::Subject* subject = nullptr;      // the caller as the audit log knows it
  platform::Descriptor* passed = nullptr;       // what came along; there for a method that says so, to be taken
  LiveValues* live = nullptr;                   // where the values of an answer are named while it is written
  bool* elsewhere = nullptr;                    // set by a method that cannot answer at once: it is called again, later
};

// The answer of a call that is finished later or elsewhere. Any thread may finish it, exactly once; dropping it
// unfinished answers `cancelled`. A call with `more` has a stream: several `partial` answers may come before the last.
class LaterReply {
 public:
  // Takes the whole last message; it may be called on any thread.
  using Send = std::function<void(WipedString message)>;

  LaterReply(Send send, std::int64_t request_id, std::pmr::memory_resource* memory)
      : send_(std::move(send)), request_id_(request_id), memory_(memory) {}

  LaterReply(std::shared_ptr<StreamWay> stream, std::int64_t request_id, std::pmr::memory_resource* memory)
      : stream_(std::move(stream)), request_id_(request_id), memory_(memory) {}

  ~LaterReply();
  LaterReply(const LaterReply&) = delete;
  LaterReply& operator=(const LaterReply&) = delete;

  // What has to be done before the last answer leaves, whoever reads it: the audit log's word. `error` is null when the
  // call did what it should; an error that is returned then takes the answer's place. Before the call begins.
  using Settle = std::function<Status(const Error* error)>;

  void set_settle(Settle settle) { settle_ = std::move(settle); }

  // Is told an error that is answered. Before the call begins.
  void set_on_failure(std::function<void(const Error& error)> on_failure) { on_failure_ = std::move(on_failure); }

  // How long it takes from now to its answer is added to `durations`, which outlives it.
  void measure(DurationHistogram& durations) noexcept {
    durations_ = &durations;
    begun_ = DurationHistogram::Clock::now();
  }

  // `write_parameters` appends the parameters object to the message.
  void finish(const std::function<void(WipedString&)>& write_parameters);
  void fail(const Error& error);
  // False when the reader is gone or was dropped, or the answer is finished; the message is then not even written.
  bool partial(const std::function<void(WipedString&)>& write_parameters);

  // Null when the call takes one answer only.
  const std::shared_ptr<StreamWay>& stream() const noexcept { return stream_; }

 private:
  WipedString message_of(const std::function<void(WipedString&)>& write_parameters, bool continues) const;
  void send_last(WipedString message);
  bool somebody_reads() const;

  void say(const Error& error);

  Send send_;
  Settle settle_;
  std::function<void(const Error& error)> on_failure_;
  std::shared_ptr<StreamWay> stream_;
  std::int64_t request_id_;
  std::pmr::memory_resource* memory_;
  DurationHistogram* durations_ = nullptr;
  DurationHistogram::Clock::time_point begun_{};
  std::atomic<bool> finished_ = false;
};

}  // namespace strongroom::ipc
