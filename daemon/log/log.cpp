#include "daemon/log/log.h"

#include <sys/stat.h>

#include <atomic>
#include <mutex>

#include <spdlog/logger.h>
#include <spdlog/sinks/dist_sink.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <strongroom/base/clock.h>
#include <strongroom/base/masking.h>

namespace strongroom::log {

namespace {

constexpr std::size_t k_file_size = 1024 * 1024;
constexpr std::size_t k_files = 3;

spdlog::level::level_enum level_of(Level level) {
  switch (level) {
    case Level::debug:
      return spdlog::level::debug;
    case Level::info:
      return spdlog::level::info;
    case Level::warning:
      return spdlog::level::warn;
    case Level::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

Result<spdlog::sink_ptr> file_sink(const std::filesystem::path& file) {
  try {
    spdlog::file_event_handlers handlers;
    handlers.after_open = [](const spdlog::filename_t&, std::FILE* opened) { fchmod(fileno(opened), 0600); };
    auto sink = std::make_shared<spdlog::sinks::rotating_file_sink_mt>(file.string(), k_file_size, k_files, false,
                                                                       std::move(handlers));
    sink->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
    return spdlog::sink_ptr(std::move(sink));
  } catch (const spdlog::spdlog_ex&) {
    return make_error(ErrorCode::read_only, "the log file cannot be written", file.string());
  }
}

spdlog::sink_ptr error_sink() {
  auto sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  sink->set_pattern("%l: %v");
  return sink;
}

// One line, however it was made, that cannot be taken for two.
std::string on_one_line(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = c == '\n' || c == '\t' ? ' ' : '?';
  if (text.size() <= Log::k_longest) return text;
  std::size_t end = Log::k_longest - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return text.substr(0, end) + "...";
}

}  // namespace

struct Log::Impl {
  explicit Impl(Options given)
      : options(std::move(given)),
        outlets(std::make_shared<spdlog::sinks::dist_sink_mt>()),
        logger("strongroomd", outlets),
        standard(options.level) {
    logger.set_level(spdlog::level::trace);
    logger.flush_on(spdlog::level::debug);
  }

  void take_levels() { lowest = mode == Mode::debug ? Level::debug : standard.load(); }

  const Options options;
  std::shared_ptr<spdlog::sinks::dist_sink_mt> outlets;
  spdlog::logger logger;
  Ring ring;
  std::mutex changing;          // of mode and level
  spdlog::sink_ptr debug_file;  // while the mode is debug and the target is not a file
  std::atomic<Level> standard;
  std::atomic<Mode> mode = Mode::standard;
  std::atomic<Level> lowest = Level::info;  // that is taken now
};

Log::Log(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Log::~Log() = default;

Result<std::unique_ptr<Log>> Log::open(Options options) {
  spdlog::sink_ptr sink;
  if (options.target == Target::file) {
    STRONGROOM_ASSIGN(sink, file_sink(options.file));
  } else {
    sink = error_sink();
  }
  auto impl = std::make_unique<Impl>(std::move(options));
  impl->outlets->add_sink(std::move(sink));
  impl->take_levels();
  return std::unique_ptr<Log>(new Log(std::move(impl)));
}

void Log::set_level(Level level) {
  const std::lock_guard guard(impl_->changing);
  impl_->standard = level;
  impl_->take_levels();
}

Status Log::set_mode(Mode mode) {
  const std::lock_guard guard(impl_->changing);
  impl_->mode = mode;
  impl_->take_levels();
  if (impl_->options.target == Target::file) return {};
  if (mode == Mode::standard) {
    if (impl_->debug_file) impl_->outlets->remove_sink(std::exchange(impl_->debug_file, nullptr));
    return {};
  }
  if (impl_->debug_file) return {};
  STRONGROOM_ASSIGN(impl_->debug_file, file_sink(impl_->options.file));
  impl_->outlets->add_sink(impl_->debug_file);
  return {};
}

Mode Log::mode() const noexcept {
  return impl_->mode;
}

bool Log::takes(Level level) const noexcept {
  return level >= impl_->lowest;
}

void Log::write(Level level, std::string_view source, std::string_view message) {
  if (!takes(level)) return;
  std::string line = on_one_line(masked(message));
  impl_->logger.log(level_of(level), "{}", line);
  impl_->ring.add(
      {.time_ms = system_clock().now_ms(), .level = level, .source = std::string(source), .message = std::move(line)});
}

void Log::flush() {
  impl_->logger.flush();
}

std::string Log::masked(std::string_view text) const {
  if (impl_->options.live == nullptr) return mask_secrets(text);
  return mask_secrets(impl_->options.live->hide(text));
}

const Ring& Log::entries() const noexcept {
  return impl_->ring;
}

}  // namespace strongroom::log
