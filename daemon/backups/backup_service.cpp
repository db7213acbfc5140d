#include "daemon/backups/backup_service.h"

#include <algorithm>
#include <chrono>

#include "daemon/platform/output_stream.h"

namespace strongroom::backups {

namespace wire = protocol::backup;
using protocol::service::Empty;

namespace {

constexpr std::int64_t k_hour_ms = 3'600'000;

wire::Progress finished(const backup::Manifest& manifest) {
  const auto total = static_cast<std::int64_t>(manifest.members[2].size);
  wire::Progress last;
  last.done = last.total = total;
  last.rows = static_cast<std::int64_t>(manifest.rows);
  return last;
}

constexpr std::uint64_t k_writeback = 8 * 1024 * 1024;

Output output_into(int descriptor, platform::OutputKind kind, const std::function<bool()>& stopped) {
  const auto append = [=](BytesView bytes) { return platform::write_all(descriptor, kind, bytes, stopped); };
  if (kind != platform::OutputKind::file) return {append, nullptr};
  // The disk writes while the rest is still being made.
  const auto append_to_file = [append, descriptor, at = std::uint64_t{0}](BytesView bytes) mutable -> Status {
    STRONGROOM_CHECK(append(bytes));
    const std::uint64_t before = std::exchange(at, at + bytes.size()) / k_writeback;
    if (at / k_writeback != before) platform::begin_writeback(descriptor, before * k_writeback, k_writeback);
    return {};
  };
  return {append_to_file,
          [=](std::uint64_t at, BytesView bytes) { return platform::overwrite(descriptor, at, bytes); }};
}

std::string detail_of(const wire::Progress& last, const std::string& what) {
  return what + ", " + std::to_string(last.rows.value_or(0)) + " rows, " + std::to_string(last.total) + " bytes";
}

}  // namespace

// One call under way: who gives up stops it, who follows is told.
class BackupService::Job {
 public:
  Job(BackupService& service, Stream<wire::Progress> stream)
      : service_(service), closed_(service.closed_), stream_(std::move(stream)) {
    if (stream_.on_end) stream_.on_end([gone = gone_] { *gone = true; });
  }

  Watch watch() {
    return {.stopped = [this] { return stopped(); },
            .tell = [this](std::uint64_t done, std::uint64_t total) { tell(done, total); }};
  }

  bool stopped() const { return service_.stopping_ || service_.closed_ != closed_ || *gone_; }

 private:
  // At most ten times a second.
  void tell(std::uint64_t done, std::uint64_t total) {
    constexpr std::chrono::milliseconds k_pause(100);
    const auto now = std::chrono::steady_clock::now();
    if (now < told_ + k_pause || !stream_.send) return;
    told_ = now;
    wire::Progress progress;
    progress.done = static_cast<std::int64_t>(done);
    progress.total = static_cast<std::int64_t>(total);
    (void)stream_.send(progress);
  }

  BackupService& service_;
  const std::uint64_t closed_;
  Stream<wire::Progress> stream_;
  std::chrono::steady_clock::time_point told_{};
  std::shared_ptr<std::atomic<bool>> gone_ = std::make_shared<std::atomic<bool>>(false);
};

BackupService::BackupService(Origin origin, const Clock& clock, Schedule schedule, Ports ports)
    : origin_(std::move(origin)), clock_(clock), schedule_(std::move(schedule)), ports_(std::move(ports)) {}

BackupService::~BackupService() {
  stop();
}

void BackupService::ended(const std::string& what, const Status& done) {
  ports_.record(done ? "backup.finished" : "backup.failed", done ? what : what + ": " + done.error().message,
                done ? "ok" : error_info(done.error().code).name);
}

void BackupService::handle(wire::Create, wire::CreateRequest&& request, platform::Descriptor output,
                           Completion<wire::Progress> last, Stream<wire::Progress> stream) {
  struct Call {
    wire::CreateRequest request;
    platform::Descriptor output;
    Job job;
  };

  auto call = std::make_shared<Call>(std::move(request), std::move(output), Job(*this, std::move(stream)));
  const auto work = [this](Call& c) -> Result<wire::Progress> {
    if (c.request.recipients.has_value() == c.request.passphrase.has_value())
      return make_error(ErrorCode::invalid_argument, "give recipients, or a passphrase: whoever opens it must be known",
                        "recipients");
    Sealing sealing;
    if (c.request.passphrase) sealing.passphrase = &*c.request.passphrase;
    for (const auto& text : c.request.recipients.value_or(std::vector<std::string>{})) {
      STRONGROOM_ASSIGN(sealing.recipients.emplace_back(), age::Recipient::parse(text));
    }
    STRONGROOM_ASSIGN(const auto kind, platform::kind_of_output(c.output.get()));
    const auto stopped = [&c] { return c.job.stopped(); };
    STRONGROOM_ASSIGN(const auto manifest, write_backup(origin_, sealing, clock_.now_ms(),
                                                        output_into(c.output.get(), kind, stopped), c.job.watch()));
    if (kind == platform::OutputKind::file && fsync(c.output.get()) != 0)
      return make_error(ErrorCode::storage_failed, "the file could not be brought to the disk");
    return finished(manifest);
  };
  const bool taken = ports_.run_slow([this, call, last, work] {
    const auto done = work(*call);
    ended(done ? detail_of(*done, "asked for") : "asked for", done ? Status() : Status(done.error()));
    last(done);
  });
  if (!taken) last(make_error(ErrorCode::busy, "too many backups are waiting"));
}

BackupFolder BackupService::folder() const {
  return {schedule_.folder, to_hex(origin_.vault.store_id())};
}

Status BackupService::check_schedule() const {
  if (schedule_.folder.empty() || schedule_.recipients.empty())
    return make_error(
        ErrorCode::configuration,
        "no folder and recipients are configured for backups: set backup.folder and backup.recipients, or "
        "give --output");
  return {};
}

Result<wire::Progress> BackupService::run_scheduled(const Watch& watch) {
  STRONGROOM_CHECK(check_schedule());
  const std::unique_lock one(one_, std::try_to_lock);
  if (!one) return make_error(ErrorCode::busy, "a backup into the folder is under way already");
  const std::int64_t now = clock_.now_ms();
  wire::Progress last;
  auto name = folder().add(now, [&](int descriptor) -> Status {
    STRONGROOM_ASSIGN(const auto manifest,
                      write_backup(origin_, {schedule_.recipients, nullptr}, now,
                                   output_into(descriptor, platform::OutputKind::file, watch.stopped), watch));
    last = finished(manifest);
    return {};
  });
  const Status done = name ? Status() : Status(name.error());
  ended(done ? detail_of(last, *name) : "in the folder", done);
  {
    const std::lock_guard guard(problem_mutex_);
    problem_ = done ? "" : done.error().message;
  }
  if (!done) return done.error();
  last.name = *std::move(name);
  STRONGROOM_CHECK(folder().prune(static_cast<std::size_t>(schedule_.keep), *last.name));
  return last;
}

void BackupService::handle(wire::Run, Empty&&, Completion<wire::Progress> last, Stream<wire::Progress> stream) {
  auto job = std::make_shared<Job>(*this, std::move(stream));
  if (!ports_.run_slow([this, job, last] { last(run_scheduled(job->watch())); }))
    last(make_error(ErrorCode::busy, "too many backups are waiting"));
}

// At once when there is none yet.
Result<std::int64_t> BackupService::due_ms() const {
  STRONGROOM_ASSIGN(const auto files, folder().files());
  // One of the future was made when the clock was wrong.
  const std::int64_t now = clock_.now_ms();
  const auto newest = std::ranges::find_if(files, [now](const BackupFile& file) { return file.created_ms <= now; });
  return newest == files.end() ? now : newest->created_ms + schedule_.every_hours * k_hour_ms;
}

Result<wire::ListResponse> BackupService::list() const {
  wire::ListResponse response;
  response.recipients = static_cast<std::int64_t>(schedule_.recipients.size());
  response.every_hours = schedule_.every_hours;
  response.keep = schedule_.keep;
  if (schedule_.folder.empty()) return response;
  response.folder = schedule_.folder.string();
  STRONGROOM_ASSIGN(const auto files, folder().files());
  for (const auto& file : files)
    response.files.push_back(
        {.name = file.name, .bytes = static_cast<std::int64_t>(file.bytes), .created_ms = file.created_ms});
  if (const auto due = due_ms(); due && check_schedule()) response.next_ms = *due;
  const std::lock_guard guard(problem_mutex_);
  if (!problem_.empty()) response.problem = problem_;
  return response;
}

void BackupService::handle(wire::List, Empty&&, Completion<wire::ListResponse> completion) {
  if (!ports_.run_slow([this, completion] { completion(list()); }))
    completion(make_error(ErrorCode::busy, "too many backups are waiting"));
}

void BackupService::handle(wire::Prune, Empty&&, Completion<wire::PruneResponse> completion) {
  const auto prune = [this]() -> Result<wire::PruneResponse> {
    STRONGROOM_CHECK(check_schedule());
    STRONGROOM_ASSIGN(auto removed, folder().prune(static_cast<std::size_t>(schedule_.keep)));
    return wire::PruneResponse{std::move(removed)};
  };
  if (!ports_.run_slow([completion, prune] { completion(prune()); }))
    completion(make_error(ErrorCode::busy, "too many backups are waiting"));
}

void BackupService::open() {
  if (!check_schedule()) return;
  const std::lock_guard guard(opening_);
  timer_ = std::jthread([this](std::stop_token stop) { keep_schedule(std::move(stop)); });
}

void BackupService::close() {
  ++closed_;
  const std::lock_guard guard(opening_);
  timer_ = {};
}

void BackupService::stop() {
  stopping_ = true;
  close();
}

// One that fails is tried again after a while; a clock that was put back makes none early.
void BackupService::keep_schedule(std::stop_token stop) {
  constexpr std::chrono::milliseconds k_again = std::chrono::minutes(10);
  std::mutex asleep;
  std::condition_variable_any wake;
  const auto sleep = [&](std::chrono::milliseconds time) {
    std::unique_lock lock(asleep);
    wake.wait_for(lock, stop, time, [] { return false; });
  };
  const Watch watch{.stopped = [&] { return stop.stop_requested(); }, .tell = [](std::uint64_t, std::uint64_t) {}};
  while (!stop.stop_requested()) {
    const auto due = due_ms();
    const std::int64_t wait = due ? *due - clock_.now_ms() : 0;
    if (due && wait > 0) {
      sleep(std::min(std::chrono::milliseconds(wait), std::chrono::milliseconds(k_hour_ms)));
      continue;
    }
    const auto made = due ? run_scheduled(watch) : Result<wire::Progress>(due.error());
    if (made || stop.stop_requested()) continue;
    ports_.report("no backup could be made: " + made.error().message);
    {
      const std::lock_guard guard(problem_mutex_);
      problem_ = made.error().message;
    }
    sleep(k_again);
  }
}

}  // namespace strongroom::backups
