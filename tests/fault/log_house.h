// Daemons whose audit log is broken at a chosen call: copies of one prepared store, started under the shim.
#pragma once

#include <atomic>
#include <fstream>
#include <functional>
#include <sstream>
#include <thread>

#include <gtest/gtest.h>

#include <strongroom/protocol/methods/audit.h>

#include "tests/fault/log_operations.h"
#include "tests/fault/shim_link.h"
#include "tests/support/test_daemon.h"

namespace strongroom::tests {

// A store that was stopped, to be copied.
struct Prepared {
  TemporaryFolder folder;
  std::int64_t entries = 0;  // of its log
};

// A call that the shim saw.
struct ShimCall {
  std::string file;
  std::string kind;
};

class LogHouse {
 public:
  // Without a store the daemon makes one.
  explicit LogHouse(const Prepared* prepared) : prepared_(prepared) {
    daemon_.add_flags({"--audit-reveals", "synced"});
    if (!prepared) return;
    namespace fs = std::filesystem;
    fs::copy(prepared->folder.path(), daemon_.folder(), fs::copy_options::recursive);
  }

  TestDaemon& daemon() { return daemon_; }

  std::int64_t first() const { return prepared_ ? prepared_->entries : 0; }

  // From the next start on. `armed`: calls count from arm() on only.
  void break_it(const std::vector<std::string>& settings, bool armed) {
    std::filesystem::create_directories(daemon_.state() / "audit");
    std::filesystem::permissions(daemon_.state(), std::filesystem::perms::owner_all);
    std::filesystem::permissions(daemon_.state() / "audit", std::filesystem::perms::owner_all);
    std::vector<std::string> wrapper{"env", shim_.setting(), "LOG_SHIM_FOLDER=" + (daemon_.state() / "audit").string(),
                                     "LOG_SHIM_COUNT=" + file("count"), "LOG_SHIM_UNTIL=" + file("free")};
    if (armed) wrapper.push_back("LOG_SHIM_SINCE=" + file("armed"));
    wrapper.insert(wrapper.end(), settings.begin(), settings.end());
    daemon_.run_under(wrapper);
  }

  void mend() { daemon_.run_under({}); }

  void arm() const { std::ofstream(file("armed")).put('x'); }

  void free_space() const { std::ofstream(file("free")).put('x'); }

  std::vector<ShimCall> calls() const {
    std::vector<ShimCall> calls;
    std::ifstream lines(file("count"));
    for (std::string line; std::getline(lines, line);) {
      std::istringstream parts(line);
      ShimCall call;
      std::getline(parts, call.file, '\t');
      std::getline(parts, call.kind, '\t');
      calls.push_back(call);
    }
    return calls;
  }

  // Starts it; false when it ended before it answered.
  bool try_start() {
    daemon_.launch();
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (std::chrono::steady_clock::now() < until) {
      if (client::Client::connect({.endpoint = daemon_.endpoint()})) return true;
      if (!daemon_.running()) return false;
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    ADD_FAILURE() << "the daemon neither answers nor ends";
    return false;
  }

 private:
  ShimLink shim_;

  std::string file(const char* name) const { return (daemon_.folder() / name).string(); }

  TestDaemon daemon_;
  const Prepared* prepared_;
};

// All events from `first` on, oldest first.
std::vector<protocol::audit::Event> events_from(client::Client& client, std::int64_t first);

// The log holds what the client heard, every intent has its outcome, and store and log say the same.
void expect_events(client::Client& client, std::int64_t first, const Told& told, const Operation& operation);
// All of it is good, and goes on.
void expect_log_goes_on(client::Client& client, const std::string& path);
void expect_verified(client::Client& client);

// Does each of the jobs, several at once.
template <class Job>
void in_parallel(const std::vector<Job>& jobs, const std::function<void(const Job&)>& work) {
  std::atomic<std::size_t> next = 0;
  std::vector<std::thread> workers;
  for (int i = 0; i < 3; ++i)
    workers.emplace_back([&] {
      for (std::size_t at = next++; at < jobs.size(); at = next++) try {
          work(jobs[at]);
        } catch (const std::exception& error) {
          ADD_FAILURE() << error.what();
        }
    });
  for (auto& worker : workers) worker.join();
}

}  // namespace strongroom::tests
