// A plugin in a process of its own: strongroom-plugin-runner, started for it alone.
#pragma once

#include <sys/resource.h>
#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include <strongroom/base/result.h>

#include "daemon/plugin_host/resource_report.h"
#include "daemon/plugin_host/storage_v1.h"
#include "daemon/plugin_host/trust.h"
#include "daemon/plugin_seam/channel.h"
#include "daemon/plugin_seam/messages.h"

namespace strongroom::plugin_host {

// How long the daemon waits. When the runner says that the call goes on ("working"), the time begins anew.
struct Deadlines {
  std::chrono::milliseconds load{10'000};
  std::chrono::milliseconds call{30'000};
  std::chrono::milliseconds end{600'000};       // an exporter may compress everything at its end
  std::chrono::milliseconds check{21'600'000};  // a storage reads everything in a thorough check
};

// One thread at a time. The end of the object is the end of the process, whatever it does.
class RunnerProcess {
 public:
  struct Options {
    std::filesystem::path program;  // the runner
    PluginLog log;
    std::function<bool()> stopped;  // asked about once a second while a call is waited for; may be empty
    std::function<void(const ResourceReport&)> used;  // when the process is gone; may be empty
  };

  // Errors: plugin_unavailable, untrusted.
  static Result<std::unique_ptr<RunnerProcess>> start(Options options);
  ~RunnerProcess();
  RunnerProcess(const RunnerProcess&) = delete;
  RunnerProcess& operator=(const RunnerProcess&) = delete;

  // Confines the process and loads the library into it. Errors: plugin_unavailable, timeout.
  Result<plugin_seam::Loaded> load(const plugin_seam::LoadCall& call, const Descriptor& library,
                                   std::chrono::milliseconds deadline);

  // Sends a call.
  Status send(plugin_seam::Call call, BytesView content, std::span<const int> descriptors,
              std::chrono::milliseconds deadline);

  // What the plugin answers next: `taken` with the number of a slot, a piece of a backup, or the outcome of the call.
  struct Answer {
    std::optional<std::uint32_t> taken;
    std::optional<BytesView> piece;  // valid until the next call
    plugin_seam::Outcome outcome;
  };

  // Errors: plugin_unavailable with how the process ended; timeout; cancelled.
  Result<Answer> receive(std::chrono::milliseconds deadline);

  // Ends the process and waits until it is gone. Thread-safe, also while another thread waits for an answer, which then
  // fails.
  void stop();

 private:
  using Clock = std::chrono::steady_clock;

  RunnerProcess(Options options, pid_t pid, Descriptor socket);
  ResourceReport report() const;
  static Result<Answer> answer_of(const plugin_seam::Frame& frame);
  void take_log(BytesView content) const;
  Status wait_until_readable(Clock::time_point until);
  Error ended(const Error& error);

  Options options_;
  pid_t pid_;
  std::unique_ptr<plugin_seam::Channel> channel_;
  Clock::time_point looked_ = Clock::now();  // when `stopped` was asked last
  std::mutex ending_;
  std::optional<int> exit_status_;  // guarded by ending_: from then on its number may be somebody else's
  struct rusage used_{};            // likewise
};

// The runner beside this program. Error: plugin_unavailable.
Result<std::filesystem::path> runner_program();

// What a status of an exporter is as an error; `sentence` is the plugin's. A status that an exporter has no use for is
// plugin_unavailable.
Error error_of(sr_status status, const std::string& sentence);

}  // namespace strongroom::plugin_host
