// A storage in a process of its own, behind the same table as one in this process: StorageV1 serves both.
#pragma once

#include <functional>
#include <memory>
#include <mutex>

#include "daemon/plugin_host/breaker.h"
#include "daemon/plugin_host/runner_process.h"
#include "daemon/plugin_host/storage_v1.h"

namespace strongroom::plugin_host {

// A process that is lost ends the transactions that are open in it; the next one starts it again, when its breaker
// allows. What was committed is there then.
class RunnerStorage {
 public:
  struct Options {
    // Starts the runner and loads the plugin into it.
    std::function<Result<std::unique_ptr<RunnerProcess>>()> start;
    PluginSettings settings;
    PluginLog log;
    Deadlines deadlines{};
    std::size_t lanes = 4;  // calls that may be under way at once
  };

  // Starts and opens it. The end of the storage is the end of the process. Errors: those of `start` and of opening.
  static Result<std::unique_ptr<StorageV1>> open(Options options);
};

}  // namespace strongroom::plugin_host
