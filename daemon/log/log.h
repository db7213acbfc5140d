// The daemon's log: the one header over spdlog. Every line passes the masking of base/masking.h before any sink.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>

#include <strongroom/base/result.h>

namespace strongroom::log {

enum class Level : unsigned char { debug, info, warning, error };
enum class Target : unsigned char {
  standard_error,  // for a service manager or a terminal
  file,            // a file that is rotated at 1 MiB, three kept, 0600
};

// Thread-safe. Lines are whole sentences without secrets, values, or bytes of a request.
class Log {
 public:
  // `file` is used for Target::file. Error: read_only when it cannot be opened.
  static Result<std::unique_ptr<Log>> open(Target target, const std::filesystem::path& file, Level level);
  ~Log();

  void set_level(Level level);

  void debug(std::string_view message);
  void info(std::string_view message);
  void warning(std::string_view message);
  void error(std::string_view message);
  void flush();

 private:
  struct Impl;
  explicit Log(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace strongroom::log
