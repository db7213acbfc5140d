// What a running daemon consists of; for daemon.cpp and daemon_services.cpp only.
#pragma once

#include <signal.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

#include <strongroom/base/live_values.h>
#include <strongroom/base/wiped_memory.h>

#include "daemon/app/backups.h"
#include "daemon/app/chores.h"
#include "daemon/app/daemon.h"
#include "daemon/app/exports.h"
#include "daemon/app/keychain_shelf.h"
#include "daemon/app/last_words.h"
#include "daemon/app/log_service.h"
#include "daemon/app/monitoring.h"
#include "daemon/app/outside_keys.h"
#include "daemon/app/places.h"
#include "daemon/app/slow_pool.h"
#include "daemon/audit/audit_service.h"
#include "daemon/audit/log.h"
#include "daemon/audit/recorder.h"
#include "daemon/audit/witnesses.h"
#include "daemon/ipc/dispatcher.h"
#include "daemon/ipc/server.h"
#include "daemon/lifecycle/lifecycle_service.h"
#include "daemon/log/log.h"
#include "daemon/plugin_host/plugin_service.h"
#include "daemon/secrets/secret_service.h"
#include "daemon/store/freshness.h"
#include "daemon/store/store.h"
#include "daemon/vault/vault.h"

namespace strongroom::app {

// A program of ours that is installed beside the daemon.
std::filesystem::path beside_this_program(const char* name);

// In the order of construction; destroyed from the last to the first.
struct Daemon::Parts {
  explicit Parts(const Configuration& c);

  // What runs in the pools uses everything else.
  ~Parts() { stop_pools(); }

  Parts(const Parts&) = delete;
  Parts& operator=(const Parts&) = delete;

  Configuration configuration;
  std::mutex changing;  // of the configuration, while others may read it
  sigset_t signals;
  LiveValues live;
  std::unique_ptr<log::Log> log;
  std::unique_ptr<LastWords> last_words;
  std::unique_ptr<LogService> log_service;
  std::unique_ptr<InstanceLock> instance;
  WipedMemory memory;
  std::unique_ptr<vault::KeyArena> arena;
  const vault::OutsideKeys outside = outside_keys(beside_this_program("strongroom-keychain"));
  std::unique_ptr<vault::Vault> vault;
  std::unique_ptr<audit::AuditLog> audit;
  std::unique_ptr<audit::Recorder> recorder;
  std::unique_ptr<store::FreshnessTracker> freshness;
  std::unique_ptr<store::Store> store;
  std::unique_ptr<SlowPool> slow_pool;     // password hashing and what changes keys
  std::unique_ptr<SlowPool> search_pool;   // what looks at many secrets
  std::unique_ptr<SlowPool> witness_pool;  // what waits for witnesses
  std::unique_ptr<KeychainShelf> keychain_shelf;
  std::unique_ptr<SlowPool> placing_pool;  // what waits for the keychain
  Chores chores;                           // the log's thread
  std::unique_ptr<audit::Witnesses> witnesses;
  std::unique_ptr<audit::AuditService> audit_service;
  std::unique_ptr<secrets::SecretService> secrets;
  std::unique_ptr<lifecycle::LifecycleService> lifecycle;
  std::unique_ptr<plugin_host::Plugins> plugins;
  std::unique_ptr<plugin_host::PluginService> plugin_service;
  std::unique_ptr<Exports> exports;
  std::unique_ptr<Backups> backups;
  std::unique_ptr<Monitoring> monitoring;
  std::unique_ptr<ipc::Dispatcher> dispatcher;
  std::unique_ptr<ipc::Server> server;
  std::thread storage_check;
  std::atomic<bool> stopping = false;
  std::size_t descriptors = 0;            // that this process may have open
  std::optional<BoundSocket> own_socket;  // to remove at the end; nothing when it was passed to us

  Status open_vault();
  Status open_audit();
  void make_audit_service();
  secrets::Placing make_placing();
  void make_chores();
  void stop_pools();
  lifecycle::RotationPlan rotation_plan();
  std::optional<std::array<Byte, 16>> object_id(std::string_view name) const;
  Status open_store();
  void make_services();
  Status listen();
  ipc::Limits limits();
  std::vector<protocol::service::Setting> shown_settings();
  std::vector<Monitoring::Durations> durations() const;
  void apply(const Configuration& changed);
  void check_storage();
};

}  // namespace strongroom::app
