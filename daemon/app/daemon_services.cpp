// The services of the daemon, and what each needs of the others.
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "daemon/app/daemon_parts.h"
#include "daemon/app/health_checks.h"
#include "daemon/app/plugin_ports.h"
#include "daemon/app/restore_command.h"
#include "daemon/app/version.h"
#include "daemon/app/wiring.h"
#include "daemon/secrets/rewrapping.h"

namespace strongroom::app {

namespace {

using log::Level;

std::map<std::string, std::int64_t> dropped_by_reason(const ipc::Server* server) {
  std::map<std::string, std::int64_t> shown;
  const ipc::Dropped dropped = server ? server->dropped() : ipc::Dropped{};
  for (std::size_t i = 0; i < dropped.size(); ++i)
    if (dropped[i] != 0) shown.emplace(ipc::k_drop_reasons[i], static_cast<std::int64_t>(dropped[i]));
  return shown;
}

lifecycle::PlacingFacts placing_facts(const secrets::SecretService& service, const Configuration& configuration) {
  lifecycle::PlacingFacts facts;
  facts.development = configuration.development;
  const auto& rules = service.placements();
  facts.keychain = rules.uses(secrets::Tier::keychain);
  facts.session = rules.uses(secrets::Tier::session);
  facts.plain_text = rules.uses(secrets::Tier::plain_text);
  const auto state = service.placing_state();
  facts.looked = state.looked;
  facts.waiting = state.waiting;
  facts.problem = state.problem;
  return facts;
}

}  // namespace

void Daemon::Parts::make_audit_service() {
  witnesses = std::make_unique<audit::Witnesses>(
      *audit, audit::ask_by_helper(beside_this_program("strongroom-witness").string()),
      [this](const std::string& problem) {
        log->write(Level::error, "witness", problem);
        lifecycle->add_problem(problem);
        recorder->system("witness.alarm", problem, "tampered");
      });
  audit::AuditService::Ports ports{
      .run_slow = [this](std::function<void()> task) { return search_pool->run(std::move(task)); },
      .object_id = [this](std::string_view name) { return object_id(name); },
      .reveals = [this] { return recorder->reveals(); },
      .archive = configuration.state / "audit-archive"};
  audit_service = std::make_unique<audit::AuditService>(*audit, *witnesses, system_clock(), std::move(ports));
  audit->set_chores([this]() -> std::optional<audit::Keeper::Time> {
    const auto now = audit::Keeper::Clock::now();
    audit_service->tell_followers();
    auto next = recorder->flush_denials(now);
    if (const auto chore = chores.look(now)) next = std::min(next.value_or(*chore), *chore);
    auto due = witnesses->due();
    if (due && *due <= now) {
      const bool taken = witness_pool->run([this] { witnesses->ask_all(); });
      due = taken ? std::nullopt : std::optional(now + std::chrono::seconds(1));
    }
    if (due) next = std::min(next.value_or(*due), *due);
    return next;
  });
}

// The helper of the keychain rests when nobody has asked for half a minute.
secrets::Placing Daemon::Parts::make_placing() {
  constexpr std::size_t k_most_waiting = 4096;  // four batches of writes
  keychain_shelf =
      std::make_unique<KeychainShelf>(beside_this_program("strongroom-keychain"), [this] { return vault->store_id(); });
  placing_pool = std::make_unique<SlowPool>(SlowPool::Options{.most_waiting = k_most_waiting,
                                                              .linger = std::chrono::seconds(30),
                                                              .at_rest = [this] { keychain_shelf->rest(); }});
  secrets::Placing placing;
  // It was checked when it was read.
  placing.rules = *secrets::Placements::parse(configuration.placement);
  placing.keychain = keychain_shelf.get();
  if (configuration.development) placing.plain_text = secrets::SecretRepository::PlainText::readable;
  placing.run = [this](std::function<void()> task) { return placing_pool->run(std::move(task)); };
  placing.report = [this](std::string_view sentence) {
    log->write(Level::warning, "placement", sentence);
    if (lifecycle) lifecycle->tell_status();
  };
  placing.record = [this](std::string_view action, std::string_view detail, std::string_view result) {
    recorder->system(action, detail, result);
  };
  return placing;
}

// A look first when whoever starts the daemon has seen it start.
void Daemon::Parts::make_chores() {
  constexpr std::chrono::seconds k_soon(30);
  constexpr std::chrono::seconds k_at_once(1);
  const auto health_minutes = [this] {
    const std::lock_guard guard(changing);
    return std::chrono::minutes(configuration.health_minutes);
  };
  chores.add(health_minutes, k_soon, [this] {
    search_pool->run([this] { lifecycle->look_at_health(); });
    if (secrets->placing_state().waiting != 0) secrets->promote_soon();
  });
  chores.add([] { return std::chrono::minutes(60); }, k_at_once,
             [this] { slow_pool->run([this] { lifecycle->rotate_what_is_due(); }); });
}

lifecycle::RotationPlan Daemon::Parts::rotation_plan() {
  constexpr std::int64_t k_day_ms = 24 * 3'600'000;
  const std::lock_guard guard(changing);
  return {.root_ms = configuration.rotate_root_days * k_day_ms,
          .name_space_ms = configuration.rotate_name_space_days * k_day_ms};
}

void Daemon::Parts::make_services() {
  make_chores();
  slow_pool = std::make_unique<SlowPool>();
  search_pool = std::make_unique<SlowPool>();
  witness_pool = std::make_unique<SlowPool>();
  make_audit_service();
  secrets = std::make_unique<secrets::SecretService>(
      *vault, *store, *freshness, system_clock(), &memory,
      [this](std::function<void()> task) { return search_pool->run(std::move(task)); }, &live, make_placing());
  lifecycle::Surroundings around;
  around.version = k_version;
  around.storage_name = configuration.storage;
  around.memory_locked = arena->memory_is_locked();
  around.sandbox_required = configuration.require_sandbox;
  around.placing = [this] { return placing_facts(*secrets, configuration); };
  around.run_slow = [this](std::function<void()> task) {
    slow_pool->run([intent = store::IntentScope::current(), task = std::move(task)] {
      const store::IntentScope scope(intent);
      task();
    });
  };
  around.connections = [this] { return server ? server->connections() : 0; };
  around.dropped_clients = [this] { return dropped_by_reason(server.get()); };
  around.before_lock = [this] {
    if (backups) backups->service().close();
    return secrets->save_read_times();
  };
  around.after_lock = [this] {
    const Error locked = make_error(ErrorCode::locked, "the store was locked");
    secrets->close_watches(locked);
    audit_service->close_tails(locked);
  };
  around.after_unlock = [this] {
    if (monitoring) monitoring->refresh();
    if (const auto from = take_restored_mark(configuration.state)) recorder->system("store.restored", *from, "ok");
    if (backups) backups->service().open();
    secrets->open_watches();
    secrets->promote_soon();
    audit_service->open_tails();
  };
  around.plugin_problems = [this] { return plugins ? plugins->problems() : std::vector<std::string>(); };
  around.rewrap_rows = [this](std::stop_token stop, const auto& tell) -> Status {
    secrets::Rewrapping rewrapping(*vault, *store, *freshness);
    STRONGROOM_CHECK(rewrapping.run(
        std::move(stop), [&](const secrets::RewrapProgress& progress) { tell(progress.rows, progress.rewrapped); }));
    return {};
  };
  around.rotation = [this] { return rotation_plan(); };
  around.renew_log_key = [this]() -> Status {
    STRONGROOM_CHECK(audit->usable());
    return audit->keeper().change_epoch(true);
  };
  around.run_look = [this](std::function<void()> task) { return search_pool->run(std::move(task)); };
  around.health_checks = [this] {
    return health_checks({configuration, *vault, *store, *freshness, *audit_service, *plugins, *secrets, outside,
                          arena->memory_is_locked()});
  };
  around.settings = [this] { return shown_settings(); };
  around.audit_status = [this] { return audit_service->status(); };
  around.record = [this](std::string_view action, std::string_view detail, std::string_view result) {
    recorder->system(action, detail, result);
  };
  around.report = [this](std::string_view sentence) { log->write(Level::warning, "lifecycle", sentence); };
  around.state = configuration.state;
  around.live = &live;
  lifecycle = std::make_unique<lifecycle::LifecycleService>(*vault, *arena, *store, *freshness, *audit, system_clock(),
                                                            std::move(around));
  auto ports_of_plugins = plugin_ports(*vault, *log, *recorder);
  if (configuration.storage_apart) ports_of_plugins.confined_storage = "io.strongroom.storage." + configuration.storage;
  if (configuration.storage == k_foreign_storage) ports_of_plugins.foreign_storage = configuration.storage_sha256;
  ports_of_plugins.changed = [this](const std::string& id) {
    if (monitoring) monitoring->refresh(id);
  };
  ports_of_plugins.fared = [this] { lifecycle->tell_status(); };
  plugins = std::make_unique<plugin_host::Plugins>(configuration.data / "plugins", system_clock(),
                                                   std::move(ports_of_plugins));
  plugin_service = std::make_unique<plugin_host::PluginService>(
      *plugins, [this](std::function<void()> task) { return search_pool->run(std::move(task)); });
  monitoring = std::make_unique<Monitoring>(configuration, *log, *lifecycle, *plugins, [this] { return durations(); });
  exports = std::make_unique<Exports>(
      Exports::Parts{configuration, *recorder, *audit_service, *secrets, *lifecycle, *plugins, live});
  backups = std::make_unique<Backups>(Backups::Parts{configuration, *log, *audit, *recorder, *vault, *store});
  dispatcher = std::make_unique<ipc::Dispatcher>(
      ipc::Dispatcher::Identity{std::string(protocol::k_vendor), std::string(protocol::k_product),
                                std::string(k_version), std::string(protocol::k_url)},
      ipc::Admission({.owner = geteuid(), .root = configuration.scope == Scope::system},
                     [this] { return lifecycle->state(); }));
  dispatcher->set_recorder(recorder.get());
  dispatcher->set_live_values(&live);
  dispatcher->set_failures({.wanted = [this] { return log->takes(Level::debug); },
                            .tell =
                                [this](std::string_view method, std::int64_t request, const Error& error) {
                                  log->write(Level::debug, "calls", failure_sentence(method, request, error));
                                }});
  bind_services(*dispatcher, *lifecycle, *secrets, *audit_service, exports->service(), backups->service(),
                *plugin_service, *log_service);
}

std::vector<protocol::service::Setting> Daemon::Parts::shown_settings() {
  std::vector<protocol::service::Setting> out;
  const std::lock_guard guard(changing);
  for (const auto& setting : settings()) out.push_back({std::string(setting.key), setting.text(configuration)});
  return out;
}

std::vector<Monitoring::Durations> Daemon::Parts::durations() const {
  using protocol::Effect;
  std::vector<Monitoring::Durations> out{
      {"commit_seconds", "How long commits of the store took.", &store->commit_durations()}};
  if (!dispatcher) return out;
  out.push_back({"read_call_seconds", "How long calls took that show no value and change nothing.",
                 &dispatcher->durations(Effect::read)});
  out.push_back(
      {"reveal_call_seconds", "How long calls took that show values.", &dispatcher->durations(Effect::reveal)});
  out.push_back(
      {"write_call_seconds", "How long calls took that change what is stored.", &dispatcher->durations(Effect::write)});
  return out;
}

}  // namespace strongroom::app
