#include "tests/integration/hostile_plugins/neighbours.h"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <strongroom/base/bytes.h>
#include <strongroom/protocol/methods/plugin.h>

#include "tests/support/eventually.h"

namespace strongroom::tests {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

// How often a plugin that has failed is used again.
constexpr milliseconds k_pause(50);

bool is_monitor(const std::string& name) {
  return name.starts_with("monitor.");
}

std::string id_of(const std::string& name) {
  return "com.example." + name;
}

std::string manifest_of(const fs::path& module) {
  std::stringstream content;
  content << std::ifstream(module, std::ios::binary).rdbuf();
  const std::string bytes = content.str();
  std::array<Byte, 32> digest{};
  crypto_hash_sha256(digest.data(), as_bytes(bytes).data(), bytes.size());
  const std::string name = module.stem();
  const std::string rest =
      is_monitor(name) ? R"("type":"monitor")"
                       : R"("type":"exporter","format":")" + name + R"(","extension":"txt","media_type":"text/plain")";
  return R"({"id":")" + id_of(name) + R"(","abi":"1.0","file":"plugin.so","sha256":")" + to_hex(digest) +
         R"(","rights":[],)" + rest + "}";
}

void must(const Outcome& outcome) {
  if (outcome.exit_code != 0) throw std::runtime_error("a plugin is not taken: " + outcome.errors);
}

void enable(client::Client& client, const std::string& name) {
  if (const auto done = client.call<protocol::plugin::Enable>({id_of(name)}); !done)
    throw std::runtime_error(name + " cannot be enabled: " + done.error().message);
}

// An export that is under way until it ends or is not wanted any more.
std::unique_ptr<Process> start_export(const TestDaemon& daemon, const std::string& format) {
  return std::make_unique<Process>(
      std::vector<std::string>{STRONGROOM_PATH, "export", "status", "-f", format, "-o", "-", "--no-start", "--socket",
                               daemon.socket()},
      Process::Options{
          .environment = {"HOME=" + daemon.folder().string(), "PATH=/usr/bin:/bin"}, .input = {}, .folder = {}});
}

// Whether somebody ends is asked between two uses.
class Plugins : public Neighbours {
 public:
  struct Names {
    std::vector<std::string> exporters;  // used one after the other, again and again
    std::vector<std::string> monitors;   // started anew again and again
    std::vector<std::string> stuck;      // monitors that do not end by themselves
    std::string endless;                 // an exporter of which one export is under way all the time; may be empty
  };

  Plugins(const TestDaemon& daemon, Names names) : daemon_(daemon), names_(std::move(names)) {
    auto client = daemon.client();
    for (const auto& name : names_.stuck) enable(client, name);
    // The daemon makes one export at a time: short ones come first.
    for (const auto& name : names_.exporters) {
      enable(client, name);
      (void)start_export(daemon, name)->wait();
    }
    if (!names_.endless.empty()) {
      enable(client, names_.endless);
      export_ = start_export(daemon, names_.endless);
    }
    thread_ = std::thread([this] { restart_monitors(); });
  }

  ~Plugins() override {
    stop_ = true;
    thread_.join();
    if (export_) {
      export_->kill(SIGKILL);
      (void)export_->wait();
    }
    if (auto client = client::Client::connect({.endpoint = daemon_.endpoint()}))
      for (const auto* names : {&names_.monitors, &names_.stuck})
        for (const auto& name : *names) (void)client->call<protocol::plugin::Disable>({id_of(name)});
    if (!eventually([this] { return children_of(daemon_.pid()) == 0; })) std::abort();
  }

  bool at_work() override {
    const std::size_t held = names_.stuck.size() + (export_ ? 1 : 0);
    return restarts_ > 0 && (!export_ || export_->running()) && children_of(daemon_.pid()) >= held;
  }

 private:
  // Until the daemon is gone.
  void restart_monitors() {
    auto client = daemon_.client();
    for (; !stop_; std::this_thread::sleep_for(k_pause)) {
      for (const auto& name : names_.monitors)
        if (!client.call<protocol::plugin::Enable>({id_of(name)})) return;
      ++restarts_;
    }
  }

  const TestDaemon& daemon_;
  const Names names_;
  std::unique_ptr<Process> export_;
  std::atomic<bool> stop_ = false;
  std::atomic<int> restarts_ = 0;
  std::thread thread_;
};

// Spins in a session of its own, as a plugin's process does: the scheduler may share time among sessions.
std::unique_ptr<Process> start_spinning() {
  return std::make_unique<Process>(std::vector<std::string>{"setsid", "sh", "-c", "while :; do :; done"});
}

class HarmlessNeighbours final : public Neighbours {
 public:
  explicit HarmlessNeighbours(const TestDaemon& daemon)
      : plugins_(daemon, {.exporters = {"harmless", "harmless"},
                          .monitors = {"monitor.harmless", "monitor.harmless"},
                          .stuck = {},
                          .endless = {}}) {}

  bool at_work() override {
    return plugins_.at_work() && std::ranges::all_of(spinning_, [](auto& one) { return one->running(); });
  }

 private:
  const std::array<std::unique_ptr<Process>, 2> spinning_{start_spinning(), start_spinning()};
  Plugins plugins_;
};

class Stops final : public Neighbours {
 public:
  explicit Stops(pid_t pid)
      : pid_(pid), thread_([this] {
          for (; !stop_; std::this_thread::sleep_for(milliseconds(200))) {
            kill(pid_, SIGSTOP);
            std::this_thread::sleep_for(milliseconds(30));
            kill(pid_, SIGCONT);
          }
        }) {}

  ~Stops() override {
    stop_ = true;
    thread_.join();
  }

 private:
  const pid_t pid_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace

void install_neighbours(const TestDaemon& daemon) {
  for (const auto& entry : fs::directory_iterator(NEIGHBOURS_FOLDER)) {
    const std::string name = entry.path().stem();
    const fs::path manifest = daemon.folder() / (name + ".json");
    std::ofstream(manifest) << manifest_of(entry.path());
    must(run_cli(daemon, {"plugin", "install", entry.path(), "--manifest", manifest}));
    if (is_monitor(name)) must(run_cli(daemon, {"plugin", "disable", id_of(name)}));
  }
}

std::size_t children_of(pid_t pid) {
  std::size_t count = 0;
  std::error_code ignored;
  for (const auto& thread : fs::directory_iterator("/proc/" + std::to_string(pid) + "/task", ignored)) {
    std::ifstream children(thread.path() / "children");
    for (pid_t child = 0; children >> child;) ++count;
  }
  return count;
}

std::unique_ptr<Neighbours> hostile_neighbours(const TestDaemon& daemon) {
  return std::make_unique<Plugins>(daemon, Plugins::Names{.exporters = {"crash", "flood"},
                                                          .monitors = {"monitor.crash", "monitor.flood"},
                                                          .stuck = {"monitor.sleep", "monitor.spin"},
                                                          .endless = "spin"});
}

std::unique_ptr<Neighbours> harmless_neighbours(const TestDaemon& daemon) {
  return std::make_unique<HarmlessNeighbours>(daemon);
}

std::unique_ptr<Neighbours> stops_of(const TestDaemon& daemon) {
  return std::make_unique<Stops>(daemon.pid());
}

}  // namespace strongroom::tests
