// The handlers of io.strongroom.Plugin.
#pragma once

#include <strongroom/base/completion.h>

#include "daemon/plugin_host/plugins.h"

namespace strongroom::plugin_host {

class PluginService {
 public:
  // False: too many wait, and the task was not taken.
  using RunSlow = std::function<bool(std::function<void()>)>;

  // All must outlive the service.
  PluginService(Plugins& plugins, RunSlow run_slow) : plugins_(plugins), run_slow_(std::move(run_slow)) {}

  template <class M>
  using Done = Completion<typename M::Response>;

  void handle(protocol::plugin::List, protocol::service::Empty&&, Done<protocol::plugin::List> done);
  void handle(protocol::plugin::Get, protocol::plugin::IdRequest&& request, Done<protocol::plugin::Get> done);
  void handle(protocol::plugin::Install, protocol::plugin::InstallRequest&& request, platform::Descriptor library,
              Done<protocol::plugin::Install> done);
  void handle(protocol::plugin::Remove, protocol::plugin::IdRequest&& request, Done<protocol::plugin::Remove> done);
  void handle(protocol::plugin::Enable, protocol::plugin::IdRequest&& request, Done<protocol::plugin::Enable> done);
  void handle(protocol::plugin::Disable, protocol::plugin::IdRequest&& request, Done<protocol::plugin::Disable> done);
  void handle(protocol::plugin::Configure, protocol::plugin::ConfigureRequest&& request,
              Done<protocol::plugin::Configure> done);
  void handle(protocol::plugin::GetLogs, protocol::plugin::IdRequest&& request, Done<protocol::plugin::GetLogs> done);

 private:
  template <class T, class Work>
  void run(Completion<T> done, Work work) {
    if (!run_slow_([done, work = std::move(work)]() mutable { done(work()); }))
      done(make_error(ErrorCode::busy, "too much waits to be done"));
  }

  Plugins& plugins_;
  const RunSlow run_slow_;
};

}  // namespace strongroom::plugin_host
