// What this process says to the daemon, from the thread of a call and from threads of the plugin that log.
#pragma once

#include <chrono>
#include <mutex>
#include <string_view>

#include <strongroom/abi/host.h>

#include "daemon/plugin_seam/channel.h"
#include "daemon/plugin_seam/messages.h"

namespace strongroom::runner {

// Thread-safe. Ends the process when the daemon is gone.
class Answers {
 public:
  explicit Answers(plugin_seam::Channel& channel);

  void done(const plugin_seam::Outcome& outcome);
  void taken(std::uint32_t slot);
  void rows_back(BytesView content);
  void log(std::uint32_t level, std::string_view line);

  // The call goes on; for those that take long. Costs nothing when it was said within the last second.
  void working();

  // The host of the plugin.
  const sr_host& host() const noexcept { return host_; }

 private:
  void send(plugin_seam::Answer kind, BytesView content);

  plugin_seam::Channel& channel_;
  sr_host host_;
  std::mutex mutex_;
  int lines_ = 0;  // of the log in this call
  std::chrono::steady_clock::time_point said_{};
};

}  // namespace strongroom::runner
