// The handlers of io.strongroom.Service and io.strongroom.Vault: status, init, lock and unlock, slots.
//
// It keeps vault and store in step: after an unlock the store is checked against the vault before anybody is served,
// and the check for replaced rows runs in the background.
#pragma once

#include <atomic>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <strongroom/base/clock.h>
#include <strongroom/base/completion.h>
#include <strongroom/base/feed.h>
#include <strongroom/base/live_values.h>
#include <strongroom/protocol/methods/vault.h>

#include "daemon/audit/log.h"
#include "daemon/lifecycle/health.h"
#include "daemon/lifecycle/security.h"
#include "daemon/lifecycle/wrong_tries.h"
#include "daemon/store/freshness.h"
#include "daemon/store/store.h"
#include "daemon/vault/vault.h"

namespace strongroom::lifecycle {

// How far the rows of the store have been wrapped anew after a name space got a new key.
struct RewrapState {
  bool running = false;
  std::uint64_t rows = 0;
  std::uint64_t rewrapped = 0;
  std::string problem;
};

// What the service needs of the rest of the daemon.
struct RotationPlan {
  std::int64_t root_ms = 0;
  std::int64_t name_space_ms = 0;
};

struct Surroundings {
  std::string version;
  std::string storage_name;
  bool memory_locked = true;
  bool sandbox_required = true;
  std::function<PlacingFacts()> placing;
  std::function<void(std::function<void()>)> run_slow;  // a bounded pool for what takes long
  std::function<std::size_t()> connections;
  std::function<std::map<std::string, std::int64_t>()> dropped_clients;  // by reason, since the start
  std::function<Status()> before_lock;                                   // saves what needs keys
  std::function<void()> after_lock;                                      // ends what lives only while the store is open
  std::function<void()> after_unlock;            // lets it begin again, before anybody is served
  std::function<void(std::string_view)> report;  // to the log and the service manager
  std::function<std::optional<protocol::service::AuditStatus>()> audit_status;
  std::function<std::vector<std::string>()> plugin_problems;  // sentences
  std::function<std::vector<HealthCheck>()> health_checks;
  std::function<std::vector<protocol::service::Setting>()> settings;
  // Wraps every row anew that is under an older key, telling how far it is; returns when none is left.
  std::function<Status(std::stop_token, const std::function<void(std::uint64_t rows, std::uint64_t rewrapped)>&)>
      rewrap_rows;
  // The ages in milliseconds at which keys are exchanged without being asked; 0: never.
  std::function<RotationPlan()> rotation;
  std::function<Status()> renew_log_key;  // the log is signed with a new key from now on
  // What may wait for others and changes nothing. False: too many wait, and the task was not taken.
  std::function<bool(std::function<void()>)> run_look;
  // Something that the audit log has to hold beside the calls.
  std::function<void(std::string_view action, std::string_view detail, std::string_view result)> record;
  std::filesystem::path state;  // folder where kept_security.h keeps its file; empty: nowhere
  LiveValues* live = nullptr;   // told which passphrases and codes are tried, while they are; null: nobody is
};

// Thread-safe.
class LifecycleService {
 public:
  // All must outlive the service.
  LifecycleService(vault::Vault& vault, vault::KeyArena& arena, store::Store& store, store::FreshnessTracker& freshness,
                   audit::AuditLog& log, const Clock& clock, Surroundings surroundings);
  // Ends the background check.
  ~LifecycleService();

  protocol::service::StoreState state() const noexcept;

  // At start, on the main thread. Makes the store with a key-file slot when there is none and `make` is set; otherwise
  // opens with the first slot that needs no person, unless a lock is held. A store that stays locked is no error.
  Status start(bool make);
  // Saves what needs keys and wipes them; the next start may open the store again.
  void stop();

  Result<protocol::service::InfoResponse> handle(protocol::service::GetInfo, protocol::service::Empty&&);
  Result<protocol::service::StatusResponse> handle(protocol::service::GetStatus, protocol::service::Empty&&);
  void handle(protocol::service::WatchStatus, protocol::service::Empty&&,
              Completion<protocol::service::StatusResponse> last, Stream<protocol::service::StatusResponse> stream);
  void handle(protocol::service::GetHealth, protocol::service::Empty&&,
              Completion<protocol::service::HealthResponse> completion);
  void handle(protocol::service::Mend, protocol::service::MendRequest&& request,
              Completion<protocol::service::HealthCheck> completion);
  Result<protocol::service::SettingsResponse> handle(protocol::service::GetSettings, protocol::service::Empty&&);
  // Who calls is the connection's business; here the words are only checked.
  Result<protocol::service::Empty> handle(protocol::service::Identify, protocol::service::IdentifyRequest&& request);
  Result<protocol::vault::ListSlotsResponse> handle(protocol::vault::ListSlots, protocol::service::Empty&&);

  void handle(protocol::vault::Init, protocol::vault::InitRequest&& request,
              Completion<protocol::vault::InitResponse> completion);
  void handle(protocol::vault::Unlock, protocol::vault::UnlockRequest&& request,
              Completion<protocol::service::Empty> completion);
  void handle(protocol::vault::Lock, protocol::service::Empty&&, Completion<protocol::service::Empty> completion);
  void handle(protocol::vault::AddSlot, protocol::vault::AddSlotRequest&& request,
              Completion<protocol::vault::AddSlotResponse> completion);
  void handle(protocol::vault::RemoveSlot, protocol::vault::RemoveSlotRequest&& request,
              Completion<protocol::service::Empty> completion);

  void handle(protocol::vault::TestSlot, protocol::vault::TestSlotRequest&& request,
              Completion<protocol::service::Empty> completion);
  void handle(protocol::vault::RotateSlot, protocol::vault::RotateSlotRequest&& request,
              Completion<protocol::vault::AddSlotResponse> completion);
  Result<protocol::vault::ListKeysResponse> handle(protocol::vault::ListKeys, protocol::service::Empty&&);
  void handle(protocol::vault::RotateKey, protocol::vault::RotateKeyRequest&& request,
              Completion<protocol::service::Empty> completion);

  void handle(protocol::vault::AcceptRollback, protocol::service::Empty&&,
              Completion<protocol::service::Empty> completion);

  // Sentences about what needs attention, from elsewhere (storage checks). Shown by status.
  void add_problem(std::string sentence);

  // Looks at every part and remembers the result: what has become worse or better is logged, audited and told to who
  // follows the status. Takes as long as GetHealth.
  void look_at_health();

  // Exchanges keys that are older than Surroundings::rotation says, unless the store is locked or a rewrapping runs.
  void rotate_what_is_due();

  // Tells the status to everybody who follows it: something of it that lies elsewhere has changed.
  void tell_status();

  // Tells everybody who follows the status why that ends.
  void close_watches(const Error& error) { status_feed_.close(error); }

 private:
  protocol::service::HealthResponse look();
  void note_health(const protocol::service::HealthResponse& health);
  std::optional<std::int64_t> due_ms(const vault::KeyInfo& key) const;
  Result<protocol::vault::InitResponse> init(protocol::vault::InitRequest& request);
  Status unlock(const protocol::vault::UnlockRequest& request);
  Status open_with(const protocol::vault::UnlockRequest& request);
  Status open_slowed(const protocol::vault::UnlockRequest& request);
  Status slowed(const std::function<Status()>& attempt);
  Status after_unlock(bool accept_changes);
  Status take_rows(bool accept_changes);
  Status lock(bool hold);
  Result<protocol::vault::AddSlotResponse> add_slot(const protocol::vault::AddSlotRequest& request);
  Status test_slot(const protocol::vault::TestSlotRequest& request);
  Result<protocol::vault::AddSlotResponse> rotate_slot(const protocol::vault::RotateSlotRequest& request);
  Status rotate_key(const protocol::vault::RotateKeyRequest& request);
  void begin_rewrapping();
  void rewrap(std::stop_token stop);
  Status finish_rewrapping(std::stop_token stop);
  void told_of_rewrapping(const RewrapState& state);
  Status accept_rows();
  Status accept_rollback();
  void open_log();
  void take_log(const Result<audit::Agreement>& agreement);
  void retry_log(std::stop_token stop);
  void check_freshness(std::stop_token stop);
  void stop_check();
  void add_opening_problem(std::string sentence);
  void forget_opening_problems();
  void note_header_change();
  protocol::service::StatusResponse status() const;
  SecurityFacts security_facts() const;
  void note_security(const protocol::service::SecurityStatus& security);
  void keep(const protocol::service::SecurityStatus& security) const;

  void set_opened(bool opened) noexcept { opened_ = opened; }

  vault::Vault& vault_;
  vault::KeyArena& arena_;
  store::Store& store_;
  store::FreshnessTracker& freshness_;
  audit::AuditLog& log_;
  const Clock& clock_;
  Surroundings around_;
  const std::int64_t started_ms_;
  std::atomic<bool> opened_ = false;                      // unlocked and checked
  std::atomic<bool> check_failed_ = false;                // the check for replaced rows ended without a result
  audit::Agreement agreement_ = audit::Agreement::agree;  // guarded by changing_
  mutable std::mutex health_mutex_;
  std::optional<protocol::service::HealthResponse> last_health_;  // guarded by health_mutex_
  std::int64_t last_health_ms_ = 0;                               // likewise
  WrongTries wrong_tries_;                                        // guarded by changing_
  std::mutex changing_;                                           // one change of state or slots at a time
  std::jthread check_;
  std::jthread rewrapping_;
  mutable std::mutex rewrap_mutex_;
  std::optional<RewrapState> rewrap_state_;                        // guarded by rewrap_mutex_
  std::jthread log_retry_;                                         // while the log cannot be opened for want of space
  std::optional<protocol::service::SecurityLevel> told_security_;  // guarded by telling_
  std::mutex telling_;  // one status at a time, so that the last one told is the last one made
  Feed<protocol::service::StatusResponse> status_feed_;
  mutable std::mutex problems_mutex_;
  std::vector<std::string> problems_;          // stay until the daemon ends
  std::vector<std::string> opening_problems_;  // end with the next unlock
};

}  // namespace strongroom::lifecycle
