// The handlers of io.strongroom.Backup, and the backups that are made without being asked.
#pragma once

#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <strongroom/base/clock.h>
#include <strongroom/base/completion.h>
#include <strongroom/protocol/methods/backup.h>

#include "daemon/backups/backup_folder.h"
#include "daemon/backups/backup_writer.h"
#include "daemon/platform/descriptor.h"

namespace strongroom::backups {

struct Schedule {
  std::filesystem::path folder;  // empty: no backup is made without being asked
  std::vector<age::Recipient> recipients;
  std::int64_t every_hours = 24;
  std::int64_t keep = 10;
};

// Thread-safe.
class BackupService {
 public:
  struct Ports {
    // False: too many wait, and the task was not taken.
    std::function<bool(std::function<void()>)> run_slow;
    // For the audit log: how a backup ended.
    std::function<void(std::string_view action, std::string_view detail, std::string_view result)> record;
    std::function<void(std::string_view sentence)> report;
  };

  // All must outlive the service.
  BackupService(Origin origin, const Clock& clock, Schedule schedule, Ports ports);
  ~BackupService();

  void handle(protocol::backup::Create, protocol::backup::CreateRequest&& request, platform::Descriptor output,
              Completion<protocol::backup::Progress> last, Stream<protocol::backup::Progress> stream);
  void handle(protocol::backup::Run, protocol::service::Empty&&, Completion<protocol::backup::Progress> last,
              Stream<protocol::backup::Progress> stream);
  void handle(protocol::backup::List, protocol::service::Empty&&,
              Completion<protocol::backup::ListResponse> completion);
  void handle(protocol::backup::Prune, protocol::service::Empty&&,
              Completion<protocol::backup::PruneResponse> completion);

  // The store is open: what is due is made, and later what falls due.
  void open();
  // It is about to be closed: what runs ends soon, also what was asked for.
  void close();
  // For the end: what was asked for ends too.
  void stop();

 private:
  class Job;

  BackupFolder folder() const;
  Status check_schedule() const;
  Result<protocol::backup::Progress> run_scheduled(const Watch& watch);
  Result<protocol::backup::ListResponse> list() const;
  Result<std::int64_t> due_ms() const;
  void keep_schedule(std::stop_token stop);
  void ended(const std::string& what, const Status& done);

  const Origin origin_;
  const Clock& clock_;
  const Schedule schedule_;
  const Ports ports_;
  std::atomic<bool> stopping_ = false;
  std::atomic<std::uint64_t> closed_ = 0;  // how often the store was closed: what began before ends
  std::mutex one_;                         // one backup into the folder at a time
  mutable std::mutex problem_mutex_;
  std::string problem_;  // of the last one into the folder; guarded by problem_mutex_
  std::mutex opening_;   // guards timer_
  std::jthread timer_;
};

}  // namespace strongroom::backups
