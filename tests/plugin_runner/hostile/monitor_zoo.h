// A life of a hostile monitor, in a process of its own: it is opened and told things until something goes wrong.
#pragma once

#include "daemon/plugin_host/plugin_monitors.h"
#include "tests/plugin_runner/hostile/zoo.h"

namespace strongroom::tests::hostile {

// Where it goes wrong. `again` is a second call with events.
enum class Told { open, events, metrics, again, nowhere };

struct MonitorOutcome {
  Told step = Told::nowhere;
  std::optional<Error> error;
  std::string said;                                 // the plugin, in its log
  std::chrono::nanoseconds lasted{0};               // from the step's begin to its error
  std::chrono::nanoseconds closed{0};               // what the end of the monitor took
  std::optional<std::chrono::nanoseconds> noticed;  // from the plugin's last words to the error
  bool usable = true;                               // whether it may be used at once
};

class MonitorZoo {
 public:
  MonitorZoo(Zoo& zoo, const Deadlines& deadlines);

  // Once for each kind; the second one must wait when the first has failed.
  MonitorOutcome run(const std::string& kind, const std::string& rights = "");

  plugin_host::PluginMonitors& monitors() { return monitors_; }

  // What has come to the socket that stands for the journal.
  std::string journal() const;

 private:
  Zoo& zoo_;
  plugin_host::Descriptor journal_;
  plugin_host::PluginMonitors monitors_;
};

}  // namespace strongroom::tests::hostile
