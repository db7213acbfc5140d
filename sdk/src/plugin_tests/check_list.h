// What a check is, and how it says that a promise is broken.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <strongroom/abi/entry.h>
#include <strongroom/abi/host.h>
#include <strongroom/plugin_tests/check.h>

namespace strongroom::plugin_tests {

// Thrown by a check, caught where it was started.
struct Broken {
  std::string sentence;
};

struct Skipped {
  std::string sentence;
};

struct Context {
  const Subject& subject;
  const sr_plugin_entry& entry;
  std::string folder;                                         // empty at first, for this check alone
  std::vector<std::pair<std::string, std::string>> settings;  // all that the plugin is opened with
  int reports = -1;                                           // of an interrupted part: where it says how far it is
  std::uint64_t reported = 0;                                 // afterwards: how far it had come for certain
};

struct Check {
  std::string_view name;
  void (*run)(Context& context);
  // When there is one: it runs first, in a process that is killed in the midst of it, in the same folder.
  void (*interrupted)(Context& context) = nullptr;
};

std::span<const Check> entry_checks();
std::span<const Check> storage_checks();
std::span<const Check> exporter_checks();
std::span<const Check> monitor_checks();

// From the interrupted part: `count` things are done for good. The process may end in it.
void report(const Context& context, std::uint64_t count);

inline void expect(bool holds, std::string sentence) {
  if (!holds) throw Broken{std::move(sentence)};
}

// "SR_BUSY", or the number.
std::string name_of(sr_status status);

// `what` begins like "a second writer".
void expect_status(sr_status actual, sr_status wanted, std::string_view what);

// How many descriptors below 256 are open; needs no file system.
int open_descriptors();

// The most memory that this process has had, in KiB.
std::uint64_t peak_kib();

inline sr_bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

inline std::string_view text_of(sr_bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data), bytes.size};
}

std::vector<sr_setting> abi_settings(const std::vector<std::pair<std::string, std::string>>& settings);

}  // namespace strongroom::plugin_tests
