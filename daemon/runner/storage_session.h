// A storage in the plugin: calls of the daemon, which come over several channels at once, become calls of its table.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "daemon/plugin_seam/messages.h"
#include "daemon/plugin_seam/storage_calls.h"
#include "daemon/runner/answers.h"

namespace strongroom::runner {

// Thread-safe but for open(), which comes first.
class StorageSession {
 public:
  // `table` is checked (plugin_seam/entry.h).
  explicit StorageSession(const sr_storage_v1& table);

  Result<plugin_seam::Outcome> open(BytesView content, Answers& answers);
  // Serves one more channel on a thread of its own, for as long as the daemon is there.
  void serve(platform::Descriptor socket);

  // `room` holds what the outcome shows.
  Result<plugin_seam::Outcome> health(BytesView content, Bytes& room, Answers& answers);
  Result<plugin_seam::Outcome> backup(Answers& answers);
  // Nothing: the daemon waits for no answer.
  Result<std::optional<plugin_seam::Outcome>> transact(BytesView content, Answers& answers, Bytes& room);

 private:
  struct Call;

  class Speaks;

  static void take_log(void* context, std::uint32_t level, sr_bytes line);
  sr_transaction* find(std::uint64_t number);
  void put(std::uint64_t number, sr_transaction* transaction);
  void forget(std::uint64_t number);
  plugin_seam::Outcome run(Call& call, const plugin_seam::ReadOperation& operation);
  plugin_seam::Outcome begin(Call& call, const plugin_seam::ReadOperation& operation);
  plugin_seam::Outcome end(Call& call, const plugin_seam::ReadOperation& operation);

  const sr_storage_v1& table_;
  sr_host host_;
  std::atomic<Answers*> main_ = nullptr;
  std::atomic<int> aside_lines_ = 0;
  sr_storage* storage_ = nullptr;
  std::mutex mutex_;
  std::unordered_map<std::uint64_t, sr_transaction*> transactions_;
};

}  // namespace strongroom::runner
