// A life of a hostile storage, in a process of its own: it is opened, asked and written to, until something goes wrong.
#pragma once

#include "daemon/plugin_host/runner_storage.h"
#include "tests/plugin_runner/hostile/zoo.h"

namespace strongroom::tests::hostile {

// Where it goes wrong. `again` is a second transaction.
enum class Step { open, health, begin, get, scan, commit, again, nowhere };

struct StorageOutcome {
  Step step = Step::nowhere;
  std::optional<Error> error;
  std::string said;                                 // the plugin, in its log
  std::string detail;                               // of its health
  std::chrono::nanoseconds lasted{0};               // from the step's begin to its error
  std::chrono::nanoseconds closed{0};               // what the end of the storage took
  std::optional<std::chrono::nanoseconds> noticed;  // from the plugin's last words to the error
  bool lost = false;                                // whether its process counts as lost afterwards
};

class StorageZoo {
 public:
  StorageZoo(Zoo& zoo, const Deadlines& deadlines);

  StorageOutcome run(const std::string& kind);

  Result<std::unique_ptr<plugin_host::StorageV1>> open(const std::string& kind);

  const std::string& said() const { return said_; }

 private:
  Result<std::unique_ptr<plugin_host::RunnerProcess>> start(const std::string& kind);
  plugin_host::PluginLog log();

  Zoo& zoo_;
  const Deadlines deadlines_;
  const std::filesystem::path own_;  // the folder that it may use
  std::string said_;
};

}  // namespace strongroom::tests::hostile
