// Whether a plugin keeps the promises of its interface: what `strongroom plugin check` runs, for an author's own tests.
//
//   const auto outcomes = strongroom::plugin_tests::check_plugin({.library = "build/tape.so", .type = Type::storage});
//
// The promises are those that the headers in strongroom/abi state. Each check runs in a process of its own, in which
// the library is loaded anew, so that a crash or a hang is one failed check and not the end of all.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <strongroom/base/result.h>

namespace strongroom::plugin_tests {

enum class Type : std::uint8_t { storage, exporter, monitor };

struct Subject {
  std::filesystem::path library;  // absolute, or found from the present folder
  Type type = Type::storage;
  std::string id = {};                                        // that the plugin must say it has; empty: any
  std::vector<std::string> rights;                            // of its manifest: "scratch", "journal", "listen"
  std::vector<std::pair<std::string, std::string>> settings;  // given besides those that rights bring
  // Runs in each check's process before the library is loaded there, to confine it; `folder` must stay writable. A
  // failure of it fails the check. May be empty.
  std::function<Status(const std::filesystem::path& folder)> confine = {};
  std::chrono::seconds patience{60};   // of one check
  std::vector<std::string> only = {};  // of checks_of(type); empty: all
};

enum class Verdict : std::uint8_t {
  passed,
  failed,
  skipped,  // does not apply to this plugin; `detail` says why
};

struct Outcome {
  std::string check;  // "storage.orders_keys_as_unsigned_bytes"
  Verdict verdict = Verdict::failed;
  std::string detail;  // of a failed or skipped check, one sentence
};

// Hears of each outcome as soon as it is known.
using Observer = std::function<void(const Outcome&)>;

// The names of the checks of a type, in the order in which they run.
std::vector<std::string> checks_of(Type type);

// Runs every check; a plugin that cannot be loaded fails the first one, and the others are left out. Takes up to a
// minute when nothing hangs. Needs a folder for temporary files (TMPDIR). Starts processes by fork(): call it from
// a program with one thread. What a plugin writes to standard output goes to standard error. Errors: storage_failed
// when the folder or a process cannot be made.
Result<std::vector<Outcome>> check_plugin(const Subject& subject, const Observer& observer = {});

}  // namespace strongroom::plugin_tests
