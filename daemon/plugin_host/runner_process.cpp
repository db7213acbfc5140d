#include "daemon/plugin_host/runner_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>

#include <algorithm>
#include <boost/dll/runtime_symbol_info.hpp>
#include <cerrno>
#include <cstring>

namespace strongroom::plugin_host {
namespace {

using plugin_seam::Outcome;
using Kind = plugin_seam::Answer;

constexpr int k_socket = 3;
constexpr std::chrono::milliseconds k_look(1000);
// A frame that has begun is whole at once when the runner sends it.
constexpr std::chrono::milliseconds k_whole_frame(5000);
// What the runner lets a plugin log in a call, and room for what it says itself.
constexpr std::int64_t k_most_asides = 2000;

Error unavailable(std::string sentence) {
  return make_error(ErrorCode::plugin_unavailable, std::move(sentence));
}

// Not `malformed`: that is what a client does wrong.
Error malformed() {
  return unavailable("the plugin's process sent a message that is malformed");
}

// Its signals as a program expects them, a session of its own, no environment, and no descriptor but the socket.
class Spawn {
 public:
  Spawn() {
    posix_spawnattr_init(&attributes_);
    posix_spawn_file_actions_init(&actions_);
  }

  ~Spawn() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }

  Spawn(const Spawn&) = delete;
  Spawn& operator=(const Spawn&) = delete;

  Result<pid_t> run(const std::filesystem::path& program, int socket) {
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setflags(&attributes_,
                             POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | static_cast<short>(POSIX_SPAWN_SETSID));
    for (const int standard : {0, 1, 2})
      posix_spawn_file_actions_addopen(&actions_, standard, "/dev/null", standard == 0 ? O_RDONLY : O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, socket, k_socket);
#if defined(__GLIBC__)
    posix_spawn_file_actions_addclosefrom_np(&actions_, k_socket + 1);
#endif
    std::string path = program.string();
    char* arguments[] = {path.data(), nullptr};
    char* environment[] = {nullptr};
    pid_t pid = -1;
    const int failed = posix_spawn(&pid, path.c_str(), &actions_, &attributes_, arguments, environment);
    if (failed != 0) return unavailable("the plugin runner cannot be started: " + std::string(std::strerror(failed)));
    return pid;
  }

 private:
  posix_spawnattr_t attributes_{};
  posix_spawn_file_actions_t actions_{};
};

std::string how_it_ended(int status) {
  if (WIFSIGNALED(status)) return "the plugin's process was ended by signal " + std::to_string(WTERMSIG(status));
  return "the plugin's process ended with code " + std::to_string(WEXITSTATUS(status));
}

}  // namespace

Result<std::filesystem::path> runner_program() {
  std::error_code problem;
  const std::filesystem::path program = boost::dll::program_location(problem);
  if (problem || program.empty()) return unavailable("the folder of this program cannot be determined");
  return program.parent_path() / "strongroom-plugin-runner";
}

// An exporter has no say about the store's own data, so that only some of its statuses keep their meaning.
ErrorCode exporter_code_of(sr_status status) noexcept {
  switch (status) {
    case SR_INVALID:
    case SR_TOO_LARGE:
    case SR_FULL:
    case SR_IO:
    case SR_UNSUPPORTED:
      return code_of(status);
    default:
      return ErrorCode::plugin_unavailable;
  }
}

Error error_of(sr_status status, const std::string& sentence) {
  const std::string said = printable({reinterpret_cast<const std::uint8_t*>(sentence.data()), sentence.size()});
  const ErrorCode code = exporter_code_of(status);
  if (!said.empty()) return make_error(code, said);
  // The outcome of a sink is not the plugin's, so that it has nothing to say of it.
  if (status == SR_FULL) return make_error(code, "no space is left for the file");
  if (status == SR_IO) return make_error(code, "the file cannot be written");
  return make_error(code, "the plugin failed and did not say why");
}

RunnerProcess::RunnerProcess(Options options, pid_t pid, Descriptor socket)
    : options_(std::move(options)), pid_(pid), channel_(std::make_unique<plugin_seam::Channel>(std::move(socket))) {}

RunnerProcess::~RunnerProcess() {
  stop();
  if (options_.used) options_.used(report());
}

Result<std::unique_ptr<RunnerProcess>> RunnerProcess::start(Options options) {
  // Its code shares nothing with the keys, but it is what confines the plugin.
  STRONGROOM_CHECK(open_trusted(options.program, Trustee::of_this_process()));
  STRONGROOM_ASSIGN(auto pair, plugin_seam::connected_pair());
  // A descriptor that is 3 already would keep its close-on-exec flag.
  Descriptor theirs(fcntl(pair.theirs.get(), F_DUPFD_CLOEXEC, k_socket + 1));
  if (!theirs) return unavailable("there is no descriptor left for a plugin");
  STRONGROOM_ASSIGN(const pid_t pid, Spawn().run(options.program, theirs.get()));
  return std::unique_ptr<RunnerProcess>(new RunnerProcess(std::move(options), pid, std::move(pair.ours)));
}

Result<plugin_seam::Loaded> RunnerProcess::load(const plugin_seam::LoadCall& call, const Descriptor& library,
                                                std::chrono::milliseconds deadline) {
  const int descriptors[] = {library.get()};
  STRONGROOM_CHECK(send(plugin_seam::Call::load, plugin_seam::encode(call), descriptors, deadline));
  STRONGROOM_ASSIGN(const Answer answer, receive(deadline));
  if (answer.taken || answer.piece) return unavailable("the plugin's process answers out of turn");
  if (answer.outcome.status != SR_OK) return unavailable(error_of(SR_FAILED, answer.outcome.sentence).message);
  auto loaded = plugin_seam::decode_loaded(answer.outcome.content);
  if (!loaded) return malformed();
  return loaded;
}

Status RunnerProcess::send(plugin_seam::Call call, BytesView content, std::span<const int> descriptors,
                           std::chrono::milliseconds deadline) {
  Status sent = channel_->send(static_cast<std::uint32_t>(call), content, descriptors, deadline);
  if (!sent && sent.error().code == ErrorCode::plugin_unavailable) return ended(sent.error());
  return sent;
}

// Lines of the log and `working` come aside; a process that says nothing else without end is refused.
Result<RunnerProcess::Answer> RunnerProcess::receive(std::chrono::milliseconds deadline) {
  const auto began = Clock::now();
  auto until = began + deadline;
  for (std::int64_t asides = 0;; ++asides) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(Clock::now() - began).count();
    if (asides > k_most_asides + 2 * seconds) return unavailable("the plugin's process talks without end");
    STRONGROOM_CHECK(wait_until_readable(until));
    auto frame = channel_->receive(std::min(deadline, k_whole_frame));
    if (!frame && frame.error().code == ErrorCode::plugin_unavailable) return ended(frame.error());
    if (!frame) return frame.error();
    if (!frame->descriptors.empty()) return unavailable("the plugin's process sent descriptors that nobody asked for");
    switch (static_cast<Kind>(frame->kind)) {
      case Kind::working:
        until = Clock::now() + deadline;
        continue;
      case Kind::log:
        take_log(frame->content);
        continue;
      case Kind::rows_back:
      case Kind::taken:
      case Kind::done:
        return answer_of(*frame);
    }
    return unavailable("the plugin's process sent something that is no answer");
  }
}

Result<RunnerProcess::Answer> RunnerProcess::answer_of(const plugin_seam::Frame& frame) {
  if (static_cast<Kind>(frame.kind) == Kind::taken) {
    ByteReader reader(frame.content);
    const std::uint32_t slot = reader.u32();
    if (!reader.finished()) return malformed();
    return Answer{slot, {}, {}};
  }
  if (static_cast<Kind>(frame.kind) == Kind::rows_back) return Answer{std::nullopt, frame.content, {}};
  auto outcome = plugin_seam::decode_outcome(frame.content);
  if (!outcome) return malformed();
  return Answer{std::nullopt, std::nullopt, *std::move(outcome)};
}

void RunnerProcess::take_log(BytesView content) const {
  ByteReader reader(content);
  const std::uint32_t level = reader.u32();
  const auto line = reader.bytes(SR_MAX_TEXT);
  if (options_.log && reader.ok()) options_.log(level, printable({line.data(), line.size()}));
}

Status RunnerProcess::wait_until_readable(Clock::time_point until) {
  for (;;) {
    const auto now = Clock::now();
    // Also while the process talks: whoever does not wait any more is not to be kept.
    if (options_.stopped && now - looked_ >= k_look) {
      looked_ = now;
      if (options_.stopped()) return make_error(ErrorCode::cancelled, "nobody waits for it any more");
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - now);
    if (left.count() <= 0) return make_error(ErrorCode::timeout, "the plugin did not answer in time");
    if (channel_->has_more()) return {};
    pollfd look{channel_->descriptor(), POLLIN, 0};
    if (poll(&look, 1, static_cast<int>(std::min(left, k_look).count())) > 0) return {};
  }
}

// A process whose socket is closed is gone, or is made to be: then it is known how it ended.
Error RunnerProcess::ended(const Error& error) {
  const std::lock_guard guard(ending_);
  if (!exit_status_) {
    const auto until = Clock::now() + std::chrono::milliseconds(100);
    int status = 0;
    pid_t gone = 0;
    while ((gone = wait4(pid_, &status, WNOHANG, &used_)) == 0 && Clock::now() < until) poll(nullptr, 0, 1);
    if (gone != pid_) return error;
    exit_status_ = status;
  }
  return unavailable(how_it_ended(*exit_status_));
}

void RunnerProcess::stop() {
  const std::lock_guard guard(ending_);
  if (exit_status_) return;
  kill(pid_, SIGKILL);
  int status = 0;
  while (wait4(pid_, &status, 0, &used_) < 0 && errno == EINTR) {
  }
  exit_status_ = status;
}

ResourceReport RunnerProcess::report() const {
  const auto time = [](const timeval& value) {
    return std::chrono::seconds(value.tv_sec) + std::chrono::microseconds(value.tv_usec);
  };
  return {static_cast<std::uint64_t>(used_.ru_maxrss) * 1024, time(used_.ru_utime) + time(used_.ru_stime)};
}

}  // namespace strongroom::plugin_host
