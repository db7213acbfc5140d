#include "daemon/log/log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <mutex>

#include <spdlog/logger.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/sinks/rotating_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <strongroom/base/masking.h>

namespace strongroom::log {

namespace {

constexpr std::size_t k_file_size = 1024 * 1024;
constexpr std::size_t k_files = 3;

// Stands before every sink, so that no line reaches one unmasked.
class MaskingSink final : public spdlog::sinks::sink {
 public:
  explicit MaskingSink(spdlog::sink_ptr next) : next_(std::move(next)) {}

  void log(const spdlog::details::log_msg& message) override {
    const std::string masked = mask_secrets({message.payload.data(), message.payload.size()});
    spdlog::details::log_msg copy = message;
    copy.payload = spdlog::string_view_t(masked.data(), masked.size());
    next_->log(copy);
  }

  void flush() override { next_->flush(); }

  void set_pattern(const std::string& pattern) override { next_->set_pattern(pattern); }

  void set_formatter(std::unique_ptr<spdlog::formatter> formatter) override {
    next_->set_formatter(std::move(formatter));
  }

 private:
  spdlog::sink_ptr next_;
};

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

Result<spdlog::sink_ptr> make_sink(Target target, const std::filesystem::path& file) {
  if (target == Target::standard_error) return spdlog::sink_ptr(std::make_shared<spdlog::sinks::stderr_sink_mt>());
  try {
    return spdlog::sink_ptr(
        std::make_shared<spdlog::sinks::rotating_file_sink_mt>(file.string(), k_file_size, k_files));
  } catch (const spdlog::spdlog_ex&) {
    return make_error(ErrorCode::read_only, "the log file cannot be written", file.string());
  }
}

}  // namespace

struct Log::Impl {
  explicit Impl(spdlog::sink_ptr sink) : logger("strongroomd", std::move(sink)) {}

  spdlog::logger logger;
};

Log::Log(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

Log::~Log() = default;

Result<std::unique_ptr<Log>> Log::open(Target target, const std::filesystem::path& file, Level level) {
  STRONGROOM_ASSIGN(auto sink, make_sink(target, file));
  auto impl = std::make_unique<Impl>(std::make_shared<MaskingSink>(std::move(sink)));
  impl->logger.set_level(level_of(level));
  impl->logger.flush_on(spdlog::level::info);
  impl->logger.set_pattern(target == Target::file ? "%Y-%m-%dT%H:%M:%S.%e%z %l %v" : "%l: %v");
  return std::unique_ptr<Log>(new Log(std::move(impl)));
}

void Log::set_level(Level level) {
  impl_->logger.set_level(level_of(level));
}

void Log::debug(std::string_view message) {
  impl_->logger.debug("{}", message);
}

void Log::info(std::string_view message) {
  impl_->logger.info("{}", message);
}

void Log::warning(std::string_view message) {
  impl_->logger.warn("{}", message);
}

void Log::error(std::string_view message) {
  impl_->logger.error("{}", message);
}

void Log::flush() {
  impl_->logger.flush();
}

}  // namespace strongroom::log
