// What backups are made of, and when.
#pragma once

#include <memory>

#include "daemon/app/configuration.h"
#include "daemon/app/slow_pool.h"
#include "daemon/audit/log.h"
#include "daemon/audit/recorder.h"
#include "daemon/backups/backup_service.h"
#include "daemon/log/log.h"

namespace strongroom::app {

// The recipients in a text, split by commas; none in an empty one. Errors: those of age::Recipient::parse.
Result<std::vector<age::Recipient>> backup_recipients(std::string_view text);

class Backups {
 public:
  // What it works with; all outlive it.
  struct Parts {
    const Configuration& configuration;
    log::Log& log;
    audit::AuditLog& audit;
    audit::Recorder& recorder;
    const vault::Vault& vault;
    store::Store& store;
  };

  explicit Backups(const Parts& parts);

  backups::BackupService& service() noexcept { return *service_; }

  // No more are begun, and those that run end soon.
  void stop();

 private:
  std::unique_ptr<backups::BackupService> service_;
  SlowPool pool_;
};

}  // namespace strongroom::app
