// The composition root: configuration in, running daemon out.
#pragma once

#include <functional>
#include <memory>
#include <string_view>

#include <strongroom/base/result.h>

#include "daemon/app/configuration.h"

namespace strongroom::app {

class Daemon {
 public:
  // Builds everything, opens the store if it opens without a person, and listens. From here on requests are answered.
  // Must run before other threads exist. Errors name what to do.
  static Result<std::unique_ptr<Daemon>> start(const Configuration& configuration);
  ~Daemon();

  // Reads the configuration anew.
  using Reread = std::function<Result<Configuration>()>;

  // Serves until SIGTERM or SIGINT, telling the service manager what it wants to hear; then finishes what is in flight
  // within 5 s. SIGHUP applies of a changed configuration what can change while it runs, and logs what cannot.
  void run(const Reread& reread);
  // A line of the log.
  void warn(std::string_view sentence);

 private:
  struct Parts;
  void reload(const Reread& reread);
  explicit Daemon(std::unique_ptr<Parts> parts);
  std::unique_ptr<Parts> parts_;
};

// `arguments` and `environment` as main() got them. The process's exit status.
int run_command(int argc, char** argv, char** environment);

}  // namespace strongroom::app
