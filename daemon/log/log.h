// The daemon's log: the one header over spdlog. Every line passes one masking stage before it reaches any sink or the
// entries in memory: the values that are live (base/live_values.h), then the rules of base/masking.h.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include <strongroom/base/live_values.h>
#include <strongroom/base/result.h>

#include "daemon/log/ring.h"

namespace strongroom::log {

enum class Target : unsigned char {
  standard_error,  // for a service manager or a terminal
  file,            // a file that is rotated at 1 MiB, three kept, 0600
};

enum class Mode : unsigned char {
  standard,  // the level that is configured
  debug,     // everything, into the file too when that is not the target
};

// Thread-safe. Lines are whole sentences without secrets, values, or bytes of a request. What reaches a sink has no
// control characters and at most k_longest bytes.
class Log {
 public:
  static constexpr std::size_t k_longest = 4096;

  struct Options {
    Target target = Target::standard_error;
    std::filesystem::path file{};  // for Target::file and Mode::debug
    Level level = Level::info;
    const LiveValues* live = nullptr;  // outlives the log; null: none are known
  };

  // Error: read_only when the file of Target::file cannot be opened.
  static Result<std::unique_ptr<Log>> open(Options options);
  ~Log();

  // Of the standard mode.
  void set_level(Level level);
  // Error: read_only when the file cannot be opened; the mode is changed all the same.
  Status set_mode(Mode mode);
  Mode mode() const noexcept;

  // Whether such a line would go anywhere: for who makes it at a cost.
  bool takes(Level level) const noexcept;

  void write(Level level, std::string_view source, std::string_view message);

  void debug(std::string_view message) { write(Level::debug, "daemon", message); }

  void info(std::string_view message) { write(Level::info, "daemon", message); }

  void warning(std::string_view message) { write(Level::warning, "daemon", message); }

  void error(std::string_view message) { write(Level::error, "daemon", message); }

  void flush();

  // What the masking stage makes of a text: for what is shown elsewhere than here.
  std::string masked(std::string_view text) const;

  // The last lines, those of this level and above that were taken.
  const Ring& entries() const noexcept;

 private:
  struct Impl;
  explicit Log(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace strongroom::log
