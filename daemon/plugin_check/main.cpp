// strongroom-plugin-check [--json] LIBRARY MANIFEST [CHECK ...]. Ends with 0 when the plugin keeps its promises, 1 when
// it does not, 2 when it cannot be checked.
#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

#include "daemon/platform/sandbox_support.h"
#include "daemon/plugin_check/report.h"

namespace {

using strongroom::plugin_tests::Outcome;

constexpr int k_broken = 1;
constexpr int k_unusable = 2;

int fail(const std::string& sentence) {
  std::fprintf(stderr, "strongroom plugin check: %s\n", sentence.c_str());
  return k_unusable;
}

void say(const std::string& line) {
  std::printf("%s\n", line.c_str());
  // Each check is a process that is copied from this one, with whatever waits in its buffers.
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> words(argv + 1, argv + argc);
  const bool json = !words.empty() && words.front() == "--json";
  if (json) words.erase(words.begin());
  if (words.size() < 2) return fail("wants [--json] LIBRARY MANIFEST [CHECK ...]");
  auto plugin = strongroom::plugin_check::read_plugin(words[0], words[1]);
  if (!plugin) return fail(plugin.error().message);
  plugin->subject.only.assign(words.begin() + 2, words.end());
  const auto known = checks_of(plugin->subject.type);
  for (const auto& check : plugin->subject.only)
    if (std::ranges::find(known, check) == known.end()) return fail("there is no check '" + check + "'");
  if (!strongroom::platform::can_confine())
    std::fprintf(stderr, "This system cannot confine the plugin: it runs as you do.\n");
  const auto tell = [json](const Outcome& outcome) {
    if (!json) say(strongroom::plugin_check::line_of(outcome));
  };
  const auto outcomes = check_plugin(plugin->subject, tell);
  if (!outcomes) return fail(outcomes.error().message);
  say(json ? strongroom::plugin_check::json_of(*plugin, *outcomes)
           : strongroom::plugin_check::verdict_of(*plugin, *outcomes));
  return strongroom::plugin_check::passed(*outcomes) ? 0 : k_broken;
}
