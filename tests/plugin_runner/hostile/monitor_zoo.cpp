#include "tests/plugin_runner/hostile/monitor_zoo.h"

#include <sys/socket.h>
#include <sys/un.h>

#include <cstring>

namespace strongroom::tests::hostile {
namespace {

using Clock = std::chrono::steady_clock;
using monitoring::Event;
using monitoring::Metric;
using plugin_host::PluginMonitors;

Event event(std::string action) {
  Event out;
  out.action = std::move(action);
  out.phase = "single";
  out.decision = "allowed";
  out.result = "ok";
  out.actor = "uid:1000";
  return out;
}

PluginMonitors::Options options_for(const std::filesystem::path& folder, const Deadlines& deadlines) {
  PluginMonitors::Options options;
  options.sockets = folder;
  options.journal = folder / "journal";
  options.deadlines = deadlines;
  return options;
}

Descriptor bound_at(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
  Descriptor made(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  EXPECT_EQ(bind(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  return made;
}

}  // namespace

MonitorZoo::MonitorZoo(Zoo& zoo, const Deadlines& deadlines)
    : zoo_(zoo),
      journal_(bound_at(zoo.house().folder() / "journal")),
      monitors_(zoo.house().plugins(), options_for(zoo.house().folder(), deadlines)) {}

std::string MonitorZoo::journal() const {
  char text[256];
  const ssize_t n = recv(journal_.get(), text, sizeof text, 0);
  return {text, n < 0 ? 0 : static_cast<std::size_t>(n)};
}

MonitorOutcome MonitorZoo::run(const std::string& kind, const std::string& rights) {
  MonitorOutcome out;
  auto ended = Clock::now();
  const auto step = [&](Told told, const auto& does) {
    const auto began = Clock::now();
    const Status status = does();
    ended = Clock::now();
    if (status) return true;
    out.step = told;
    out.error = status.error();
    out.lasted = ended - began;
    return false;
  };
  const Status installed = zoo_.install_monitor(kind, rights);
  EXPECT_TRUE(installed) << installed.error().message;
  std::unique_ptr<monitoring::Monitor> monitor;
  const std::vector<Event> events{event("secret.get"), event("secret.put")};
  const std::vector<Metric> metrics{{"answer", "What is measured.", 42}};
  const auto open = [&]() -> Status {
    STRONGROOM_ASSIGN(monitor, monitors_.open(Zoo::k_id, {}));
    return {};
  };
  if (step(Told::open, open) && step(Told::events, [&] { return monitor->events(events, 1); }) &&
      step(Told::metrics, [&] { return monitor->metrics(metrics); }))
    step(Told::again, [&] { return monitor->events(events, 0); });
  out.said = zoo_.logged();
  if (const auto words = last_words_in(out.said); words && out.error) out.noticed = ended.time_since_epoch() - *words;
  const auto before = Clock::now();
  monitor.reset();
  out.closed = Clock::now() - before;
  out.usable = zoo_.house().plugins().may_use(Zoo::k_id).has_value();
  return out;
}

}  // namespace strongroom::tests::hostile
