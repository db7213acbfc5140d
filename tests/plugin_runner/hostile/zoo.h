// Exports through hostile plugins, and what they have left behind in this process, which stands for the daemon.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "tests/plugin_runner/plugin_house.h"

namespace strongroom::tests::hostile {

using plugin_host::Deadlines;
using plugin_host::Descriptor;

// Where an export fails.
enum class Place { begin, sheet, rows, end, nowhere, anywhere };

enum class Ending { end, abandon };

enum class Patience {
  usual,     // nothing waits for a deadline
  for_load,  // the load runs into its deadline
  for_call,  // a call does
};

// Short for what must run into it, and longer than anything takes for the rest.
Deadlines deadlines_of(Patience patience);

struct Outcome {
  Place place = Place::nowhere;
  std::optional<Error> error;
  std::string file;                                 // what was exported
  std::chrono::nanoseconds lasted{0};               // until the error or the end
  std::optional<std::chrono::nanoseconds> noticed;  // from the plugin's last words to the error
};

// The module of a kind.
std::filesystem::path module_of(const std::string& kind);

// What a process holds. Equal before and after: nothing has leaked.
struct Holdings {
  std::vector<std::string> descriptors;
  bool has_children = false;

  static Holdings now();
  bool operator==(const Holdings&) const = default;
};

// When a plugin ended itself, as its last words in what it has said tell it.
std::optional<std::chrono::nanoseconds> last_words_in(const std::string& said);

// Resident memory of this process.
std::size_t resident_bytes();

// A daemon's surroundings: a data folder with a canary, its socket, a home, and plugins.
class Zoo {
 public:
  static constexpr const char* k_id = "com.example.hostile";
  static constexpr const char* k_canary = "CANARY-5d1f0c9a";

  explicit Zoo(const Deadlines& deadlines);

  // Approves the module of a kind as the plugin `id` for the format that is named like the end of it.
  Status install(const std::string& kind, const std::string& id = k_id);
  // Approves one as a monitor, with rights as in a manifest: `"listen","journal"`.
  Status install_monitor(const std::string& kind, const std::string& rights);
  // One sheet and 2 MiB of rows, with the plugin `id`.
  Outcome run(const std::string& id = k_id, Ending ending = Ending::end);

  // Whether nobody wants the exports any more, as the daemon would say.
  void set_stopped(std::function<bool()> stopped) { stopped_ = std::move(stopped); }

  // Forgets that the plugin has failed.
  void forgive(const std::string& id = k_id);

  // Whether the data, the socket and the folders are as they were. Empty: they are.
  std::string damage() const;
  // What the plugin has logged.
  std::string logged();

  // What a plugin is told of the surroundings, as settings: it knows where to look.
  std::map<std::string, std::string> places() const;

  PluginHouse& house() { return house_; }

 private:
  Outcome run_into(int output, const std::string& id, Ending ending);

  std::filesystem::path data() const { return house_.folder() / "data"; }

  PluginHouse house_;
  Deadlines deadlines_;
  std::function<bool()> stopped_;
  Descriptor socket_;
};

}  // namespace strongroom::tests::hostile
