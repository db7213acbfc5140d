// One life of a storage's process: its channels, each of which carries one call at a time.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "daemon/plugin_host/runner_process.h"
#include "daemon/plugin_seam/storage_calls.h"

namespace strongroom::plugin_host {

// Thread-safe. When a call is not answered as it must be, the process is ended and every further call fails.
class StorageLanes {
 public:
  // Opens the storage in a process that has loaded its plugin. Errors: plugin_unavailable, timeout, those of opening.
  static Result<std::shared_ptr<StorageLanes>> open(std::unique_ptr<RunnerProcess> process,
                                                    const PluginSettings& settings, std::size_t lanes, PluginLog log,
                                                    const Deadlines& deadlines);

  // Takes rows of an answer. False: it wants no more; what still comes is thrown away.
  using TakeRow = std::function<bool(const plugin_seam::RowBack& row)>;

  struct Transacted {
    sr_status status = SR_OK;
    std::uint32_t operation = 0;  // the one that failed, from 0
  };

  // One frame of operations on a transaction. The outcome's sentence goes to `error`. k_unavailable: the process is
  // lost.
  Transacted transact(BytesView content, const TakeRow& take, const sr_error_sink* error);
  // The same without an answer.
  void tell(BytesView content);

  sr_status health(std::uint32_t flags, const sr_health_sink* sink, const sr_error_sink* error);
  sr_status backup(const sr_byte_sink* sink, const sr_error_sink* error);

  bool lost() const noexcept { return lost_; }

  // Ends the process and waits until it is gone.
  void end();

 private:
  class Held;

  StorageLanes(std::unique_ptr<RunnerProcess> process, PluginLog log, const Deadlines& deadlines)
      : process_(std::move(process)), log_(std::move(log)), deadlines_(deadlines) {}

  std::size_t take_lane();
  void give_lane(std::size_t lane);
  Result<plugin_seam::Outcome> await(plugin_seam::Channel& channel, const TakeRow& take);
  bool take_rows(BytesView content, const TakeRow& take, bool& wanted) const;
  bool tell_last_health(const sr_health_sink* sink);
  sr_status lose(const Error& error, const sr_error_sink* sink);
  static sr_status told(const plugin_seam::Outcome& outcome, const sr_error_sink* error);

  std::mutex process_mutex_;
  std::unique_ptr<RunnerProcess> process_;  // its own channel: opening, health, backup
  PluginLog log_;
  Deadlines deadlines_;
  std::mutex health_mutex_;
  std::optional<sr_storage_health> last_health_;  // guarded by health_mutex_; its detail lies in last_detail_
  Bytes last_detail_;                             // likewise
  std::vector<std::unique_ptr<plugin_seam::Channel>> lanes_;
  std::mutex mutex_;
  std::condition_variable freed_;
  std::vector<std::size_t> free_;  // the one that was used last is used next
  std::atomic<bool> lost_ = false;
};

}  // namespace strongroom::plugin_host
