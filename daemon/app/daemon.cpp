#include "daemon/app/daemon.h"

#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/dll/runtime_symbol_info.hpp>

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>
#include <thread>

#include <strongroom/protocol/catalogue.h>

#include "daemon/app/daemon_parts.h"
#include "daemon/app/open_storage.h"
#include "daemon/app/version.h"
#include "daemon/lifecycle/store_identity.h"
#include "daemon/platform/machine_id.h"
#include "daemon/platform/peer_credentials.h"
#include "daemon/platform/process_hardening.h"
#include "daemon/platform/service_manager.h"
#include "daemon/plugin_host/builtin_plugins.h"

namespace strongroom::app {

namespace {

using log::Level;

constexpr std::chrono::seconds k_stop_deadline{5};
constexpr std::size_t k_own_descriptors = 64;              // for files, plugins and threads beside the connections
constexpr std::size_t k_request_lock_limit = 1024 * 1024;  // bytes of request memory kept out of swap

// The soft limit is often 1024, fewer than the connections that are allowed. Returns what is allowed now.
std::size_t raise_descriptor_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<std::size_t>(limit.rlim_cur);
}

// As many connections as are wanted and the descriptors allow.
ipc::Limits limits_of(const Configuration& c, std::size_t descriptors) {
  const auto size = [](std::int64_t number) { return static_cast<std::size_t>(number); };
  ipc::Limits limits;
  limits.connections = std::min(size(c.connections), descriptors - std::min(descriptors, k_own_descriptors));
  limits.message = size(c.message_bytes);
  limits.calls_in_flight = size(c.calls_in_flight);
  limits.unread = size(c.unread_bytes);
  limits.unread_total = size(c.unread_total_bytes);
  limits.half_messages_total = size(c.half_message_bytes);
  limits.idle = std::chrono::seconds(c.idle_seconds);
  limits.half_message = std::chrono::seconds(c.half_message_seconds);
  limits.unread_time = std::chrono::seconds(c.unread_seconds);
  return limits;
}

// Signals are taken by the main thread alone, so every thread made later must have them blocked.
sigset_t block_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);  // a file over the limit is an error of the write, not the end of the daemon
  return set;
}

}  // namespace

std::filesystem::path beside_this_program(const char* name) {
  return std::filesystem::path(boost::dll::program_location().string()).parent_path() / name;
}

Daemon::Parts::Parts(const Configuration& c)
    : configuration(c), signals(block_signals()), memory(k_request_lock_limit) {}

Status Daemon::Parts::open_vault() {
  STRONGROOM_CHECK(prepare_folder(configuration.data));
  STRONGROOM_CHECK(prepare_folder(configuration.state));
  STRONGROOM_ASSIGN(instance, InstanceLock::take(configuration.data));
  STRONGROOM_ASSIGN(log, log::Log::open({.target = configuration.log_target,
                                         .file = configuration.state / "strongroomd.log",
                                         .level = configuration.log_level,
                                         .live = &live}));
  last_words = std::make_unique<LastWords>(*log);
  log_service = std::make_unique<LogService>(*log);
  using Locking = vault::KeyArena::Locking;
  STRONGROOM_ASSIGN(
      arena, vault::KeyArena::make(configuration.require_locked_memory ? Locking::required : Locking::allow_unlocked));
  const vault::KdfCost cost{.memory_bytes = static_cast<std::uint64_t>(configuration.kdf_memory_mib) << 20,
                            .passes = static_cast<std::uint32_t>(configuration.kdf_passes)};
  STRONGROOM_ASSIGN(vault, vault::Vault::open({configuration.data, configuration.state}, *arena, platform::machine_id(),
                                              cost, system_clock(), outside));
  // It was checked when it was read.
  vault->set_unlock_order(*vault::parse_unlock_order(configuration.unlock_order));
  return {};
}

// Sixteen bytes that stand for a name in the audit log, the same as long as the store lives.
std::optional<std::array<Byte, 16>> Daemon::Parts::object_id(std::string_view name) const {
  const BytesView parts[] = {as_bytes("default"), as_bytes(name)};
  const auto hash = vault->keyed_hash(vault::SystemKey::lookup, "SRM/audit/object/v1", parts);
  if (!hash) return std::nullopt;
  std::array<Byte, 16> id{};
  std::copy_n(hash->begin(), id.size(), id.begin());
  return id;
}

Status Daemon::Parts::open_audit() {
  audit::AuditLog::Options options;
  options.folder = configuration.state / "audit";
  options.segment_size = static_cast<std::uint64_t>(configuration.audit_segment_mib) << 20;
  options.report = [this](std::string_view line) { log->write(Level::warning, "audit", line); };
  options.sync_failed = [this](const Error& error) { log->write(Level::error, "audit", error.message); };
  options.observe = [this](const evidence::Event& event, std::uint64_t sequence) {
    if (monitoring) monitoring->observe(event, sequence);
  };
  STRONGROOM_ASSIGN(audit, audit::AuditLog::open(std::move(options), *arena, audit::system_clocks()));
  audit::Recorder::Ports ports{.object_id = [this](std::string_view name) { return object_id(name); },
                               .has_store = [this] { return vault->state() != vault::State::uninitialized; }};
  recorder = std::make_unique<audit::Recorder>(*audit, std::move(ports), configuration.audit_reveals);
  if (const auto problem = audit->problem(); !problem.empty())
    log->write(Level::error, "audit", "the audit log: " + problem);
  return {};
}

Status Daemon::Parts::open_store() {
  const auto say = [this](std::uint32_t, std::string_view line) { log->write(Level::info, "storage", line); };
  STRONGROOM_ASSIGN(auto storage, open_storage(configuration, say, [this] { return stopping.load(); }));
  auto ports = lifecycle::accumulator_ports(*vault);
  // With the outcomes of the commit before, which is the only one whose intents the store remembers.
  ports.intent_durable = [this](std::uint64_t) { audit->sync_all(); };
  ports.committed = [this](const store::Accumulator& stored) {
    audit->set_store(stored.generation.value_or(0), lifecycle::accumulator_digest(stored));
  };
  freshness = std::make_unique<store::FreshnessTracker>(secrets::k_heads, std::move(ports), secrets::k_entries);
  store = std::make_unique<store::Store>(std::move(storage));
  store->set_participant(freshness.get());
  return {};
}

Status Daemon::Parts::listen() {
  STRONGROOM_ASSIGN(const auto passed, platform::passed_socket());
  int socket = passed.value_or(-1);
  if (!passed) {
    STRONGROOM_CHECK(prepare_folder(configuration.socket.parent_path()));
    STRONGROOM_ASSIGN(socket, listen_at(configuration.socket));
    own_socket.emplace(configuration.socket);
  }
  const auto identify = [](int descriptor) -> Result<ipc::Caller> {
    STRONGROOM_ASSIGN(const auto peer, platform::peer_credentials(descriptor));
    return ipc::Caller{peer.uid, peer.pid};
  };
  ipc::BatchHooks hooks{.begin = [this] { store->begin_batch(); }, .end = [this] { store->end_batch(); }};
  server = std::make_unique<ipc::Server>(
      *dispatcher, identify, std::move(hooks), &memory,
      ipc::Server::Options{
          .threads = static_cast<std::size_t>(configuration.threads),
          .limits = limits(),
          .report = [this](std::string_view line) { log->write(Level::warning, "connections", line); },
          .record = [this](std::string_view reason, std::uint64_t many) { recorder->dropped(reason, many); }});
  return server->start(socket);
}

ipc::Limits Daemon::Parts::limits() {
  const auto made = limits_of(configuration, descriptors);
  if (made.connections < static_cast<std::size_t>(configuration.connections))
    log->warning("the limit of open files (" + std::to_string(descriptors) + ") allows " +
                 std::to_string(made.connections) + " connections, not " + std::to_string(configuration.connections) +
                 "; raise LimitNOFILE or lower limits.connections");
  return made;
}

// What needs a restart keeps its old value, so that the next reload names it again.
void Daemon::Parts::apply(const Configuration& changed) {
  bool any = false;
  for (const auto& setting : settings()) {
    if (setting.same(configuration, changed)) continue;
    any = true;
    if (setting.takes == Takes::restart) {
      log->warning("needs a restart: " + std::string(setting.key));
    } else {
      {
        const std::lock_guard guard(changing);
        setting.take(configuration, changed);
      }
      recorder->system("configuration.changed", std::string(setting.key) + " = " + setting.text(configuration));
      log->info("changed: " + std::string(setting.key));
    }
  }
  log->set_level(configuration.log_level);
  recorder->set_reveals(configuration.audit_reveals);
  server->set_limits(limits());
  log->info(any ? "the configuration was read anew" : "the configuration was read anew; nothing has changed");
}

// In the background: a store that was not closed cleanly is read through.
void Daemon::Parts::check_storage() {
  const auto health = store->storage().health(false);
  if (!health || !health->unclean) return;
  log->info("the last stop was not clean; the store is being checked");
  storage_check = std::thread([this] {
    const auto checked = store->storage().health(true);
    if (checked && checked->healthy) return log->info("the store is sound");
    const std::string problem = checked ? checked->detail : checked.error().message;
    log->error("the check of the store failed: " + problem);
    lifecycle->add_problem(problem);
  });
}

Daemon::Daemon(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

Result<std::unique_ptr<Daemon>> Daemon::start(const Configuration& configuration) {
  STRONGROOM_CHECK(platform::harden_process());
  const std::size_t descriptors = raise_descriptor_limit();
  auto parts = std::make_unique<Parts>(configuration);
  parts->descriptors = descriptors;
  STRONGROOM_CHECK(parts->open_vault());
  STRONGROOM_CHECK(parts->open_audit());
  STRONGROOM_CHECK(parts->open_store());
  parts->make_services();
  const bool had_log = parts->audit->exists();
  if (had_log) parts->recorder->system("daemon.start", "version " + std::string(k_version));
  STRONGROOM_CHECK(parts->lifecycle->start(configuration.create));
  if (!had_log) parts->recorder->system("daemon.start", "version " + std::string(k_version));
  STRONGROOM_CHECK(parts->listen());
  parts->check_storage();
  return std::unique_ptr<Daemon>(new Daemon(std::move(parts)));
}

void Daemon::Parts::stop_pools() {
  for (SlowPool* pool : {slow_pool.get(), search_pool.get(), witness_pool.get(), placing_pool.get()})
    if (pool) pool->stop();
}

void Daemon::warn(std::string_view sentence) {
  parts_->log->warning(sentence);
}

void Daemon::run(const Reread& reread) {
  if (parts_->configuration.development)
    parts_->log->warning(
        "DEVELOPMENT MODE: values may be stored as plain text; never use this with secrets that count");
  parts_->log->info("ready, version " + std::string(k_version));
  platform::notify("READY=1\nSTATUS=Serving");
  const auto watchdog = platform::watchdog_interval();
  for (;;) {
    int signal = 0;
    if (watchdog) {
      const auto half = *watchdog / 2;
      const timespec wait{static_cast<time_t>(half.count() / 1'000'000),
                          static_cast<long>(half.count() % 1'000'000 * 1000)};
      signal = sigtimedwait(&parts_->signals, nullptr, &wait);
      if (signal < 0) platform::notify("WATCHDOG=1");
    } else {
      signal = sigwaitinfo(&parts_->signals, nullptr);
    }
    if (signal == SIGTERM || signal == SIGINT) return;
    if (signal == SIGHUP) reload(reread);
  }
}

void Daemon::reload(const Reread& reread) {
  platform::notify_reloading();
  if (const auto changed = reread()) {
    parts_->apply(*changed);
  } else {
    const Error& error = changed.error();
    parts_->log->error("the configuration is not taken, the old one stays: " + error.subject + ": " + error.message);
  }
  platform::notify("READY=1\nSTATUS=Serving");
}

Daemon::~Daemon() {
  platform::notify("STOPPING=1\nSTATUS=Finishing what is in flight");
  parts_->log->info("stopping");
  parts_->stopping = true;
  // The socket goes first: a client that comes now waits for this daemon's end and starts another.
  if (parts_->own_socket) parts_->own_socket->remove();
  const Error stopping = make_error(ErrorCode::cancelled, "the daemon is stopping");
  parts_->secrets->stop_searches();
  parts_->audit_service->stop();
  parts_->audit_service->close_tails(stopping);
  parts_->secrets->close_watches(stopping);
  parts_->lifecycle->close_watches(stopping);
  parts_->exports->stop();
  parts_->backups->stop();
  parts_->slow_pool->close();
  parts_->search_pool->close();
  parts_->witness_pool->close();
  parts_->placing_pool->close();
  parts_->server->stop(k_stop_deadline);
  parts_->audit->set_chores({});
  parts_->exports.reset();
  parts_->backups.reset();
  parts_->monitoring->stop();
  parts_->stop_pools();
  parts_->keychain_shelf->rest();
  parts_->lifecycle->stop();
  parts_->recorder->system("daemon.stop", "");
  parts_->audit->stop();
  if (parts_->storage_check.joinable()) parts_->storage_check.join();
  parts_->lifecycle.reset();
  parts_->store.reset();
  parts_->log->info("stopped");
}

}  // namespace strongroom::app
