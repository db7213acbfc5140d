// The real strongroomd in a private place, started, killed and started again by a test.
#pragma once

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <strongroom/client/client.h>

#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"

namespace strongroom::tests {

// STRONGROOMD_PATH is defined by the build.
class TestDaemon {
 public:
  // Flags for the daemon besides its places, e.g. {"--storage", "memory"}. Does not start it.
  explicit TestDaemon(std::vector<std::string> flags = {}) : flags_(std::move(flags)) {}

  // What runs the daemon in front of its own arguments from the next start on, e.g. {"prlimit", "--memlock=0"}.
  void run_under(std::vector<std::string> wrapper) { wrapper_ = std::move(wrapper); }

  // Flags for the starts that follow, besides those given first.
  void add_flags(const std::vector<std::string>& flags) { flags_.insert(flags_.end(), flags.begin(), flags.end()); }

  void add_environment(std::string entry) { environment_.push_back(std::move(entry)); }

  std::filesystem::path data() const { return folder_.path() / "data"; }

  std::filesystem::path state() const { return folder_.path() / "state"; }

  std::string socket() const { return (folder_.path() / "r" / "s").string(); }

  std::filesystem::path folder() const { return folder_.path(); }

  client::Endpoint endpoint() const { return {socket(), geteuid()}; }

  // What the daemon is run with; its environment is empty but for HOME.
  std::vector<std::string> arguments() const {
    std::vector<std::string> all = wrapper_;
    all.insert(all.end(), {STRONGROOMD_PATH, "--data", data().string(), "--state", state().string(), "--socket",
                           socket(), "--audit-segment-mib", "1"});
    all.insert(all.end(), flags_.begin(), flags_.end());
    return all;
  }

  std::vector<std::string> environment() const {
    std::vector<std::string> all{"HOME=" + folder_.path().string(), "PATH=/usr/sbin:/usr/bin:/sbin:/bin"};
    all.insert(all.end(), environment_.begin(), environment_.end());
    return all;
  }

  // Starts it without waiting for anything.
  void launch() {
    process_ = std::make_unique<Process>(arguments(),
                                         Process::Options{.environment = environment(), .input = {}, .folder = {}});
  }

  // Waits for a daemon that ends by itself.
  Outcome wait() {
    const Outcome outcome = process_->wait();
    process_.reset();
    return outcome;
  }

  // Starts it and waits until it answers. Throws with what it said when it does not.
  void start() {
    launch();
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!client::Client::connect({.endpoint = endpoint()})) {
      if (!process_->running() || std::chrono::steady_clock::now() > until) {
        process_->kill(SIGKILL);
        throw std::runtime_error("the daemon did not start: " + process_->wait().errors);
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }

  pid_t pid() const { return process_->pid(); }

  bool running() { return process_ && process_->running(); }

  void kill() {
    process_->kill(SIGKILL);
    (void)process_->wait();
    process_.reset();
  }

  // SIGTERM; returns its exit code and what it wrote.
  Outcome stop() {
    process_->kill(SIGTERM);
    const Outcome outcome = process_->wait();
    process_.reset();
    return outcome;
  }

  client::Client client() const {
    auto made = client::Client::connect({.endpoint = endpoint()});
    if (!made) throw std::runtime_error("no connection: " + made.error().message);
    return std::move(made).value();
  }

 private:
  TemporaryFolder folder_;
  std::vector<std::string> flags_;
  std::vector<std::string> wrapper_;
  std::vector<std::string> environment_;
  std::unique_ptr<Process> process_;
};

}  // namespace strongroom::tests
