#include "daemon/app/backups.h"

#include <algorithm>

#include <strongroom/evidence/checkpoint.h>

#include "daemon/lifecycle/store_identity.h"
#include "daemon/secrets/layout.h"

namespace strongroom::app {

namespace {

// As far as it is signed.
Result<backups::LogState> log_state(audit::AuditLog& log) {
  STRONGROOM_CHECK(log.usable());
  STRONGROOM_ASSIGN(const std::string note, log.keeper().checkpoint());
  STRONGROOM_ASSIGN(const auto parsed, evidence::Note::parse(note));
  STRONGROOM_ASSIGN(const auto checkpoint, evidence::Checkpoint::parse(parsed.text));
  return backups::LogState{checkpoint.origin, checkpoint.size, checkpoint.root};
}

}  // namespace

Result<std::vector<age::Recipient>> backup_recipients(std::string_view text) {
  std::vector<age::Recipient> all;
  while (!text.empty()) {
    const auto end = std::min(text.find(','), text.size());
    STRONGROOM_ASSIGN(all.emplace_back(), age::Recipient::parse(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return all;
}

Backups::Backups(const Parts& parts) {
  backups::Origin origin{
      .vault = parts.vault,
      .store = parts.store,
      .collections = {secrets::k_heads, secrets::k_versions, secrets::k_entries, lifecycle::k_meta, secrets::k_plain},
      .log_state = [&log = parts.audit] { return log_state(log); },
      .sign = [&log = parts.audit](const std::string& text) { return log.keeper().sign_as_identity(text); }};
  backups::Schedule schedule{.folder = parts.configuration.backup_folder,
                             .recipients = *backup_recipients(parts.configuration.backup_recipients),
                             .every_hours = parts.configuration.backup_hours,
                             .keep = parts.configuration.backup_keep};
  backups::BackupService::Ports ports{
      .run_slow = [this](std::function<void()> task) { return pool_.run(std::move(task)); },
      .record = [&recorder = parts.recorder](std::string_view action, std::string_view detail,
                                             std::string_view result) { recorder.system(action, detail, result); },
      .report = [&log = parts.log](std::string_view sentence) { log.error(sentence); }};
  service_ = std::make_unique<backups::BackupService>(std::move(origin), system_clock(), std::move(schedule),
                                                      std::move(ports));
}

void Backups::stop() {
  service_->stop();
  pool_.close();
}

}  // namespace strongroom::app
