// Each check in a process of its own. What it found comes back through a pipe: a letter, and a sentence.
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <optional>
#include <thread>

#include "sdk/src/plugin_tests/check_list.h"

namespace strongroom::plugin_tests {
namespace {

using Clock = std::chrono::steady_clock;

// So many reports come before the process of an interrupted part is killed.
constexpr std::uint64_t k_reports = 200;

struct Pipe {
  int read = -1;
  int write = -1;
};

std::optional<Pipe> make_pipe() {
  int ends[2];
  if (pipe(ends) != 0) return std::nullopt;
  for (const int end : ends) (void)fcntl(end, F_SETFD, FD_CLOEXEC);
  return Pipe{ends[0], ends[1]};
}

// A folder of its own, gone at the end.
class Folder {
 public:
  Folder() {
    std::error_code problem;
    std::string name = (std::filesystem::temp_directory_path(problem) / "strongroom check XXXXXX").string();
    if (!problem && mkdtemp(name.data()) != nullptr) path_ = name;
  }

  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  ~Folder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }

  const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

bool has(const std::vector<std::string>& rights, std::string_view right) {
  return std::find(rights.begin(), rights.end(), right) != rights.end();
}

// The system's journal as a plugin sees it: a socket that takes every message. A thread empties `reader`.
struct Journal {
  int socket = -1;
  int reader = -1;

  static Journal make() {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) != 0) throw Broken{"a socket cannot be made"};
    return {ends[0], ends[1]};
  }

  void serve() const {
    if (reader < 0) return;
    std::thread([from = reader] {
      char message[4096];
      while (read(from, message, sizeof message) >= 0) {
      }
    }).detach();
  }
};

int listening_socket(const std::string& folder) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = folder + "/listen";
  if (path.size() >= sizeof address.sun_path) throw Broken{"the path of the folder for temporary files is too long"};
  std::memcpy(address.sun_path, path.c_str(), path.size());
  const int made = socket(AF_UNIX, SOCK_STREAM, 0);
  constexpr int k_waiting = 16;
  if (made < 0 || bind(made, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(made, k_waiting) != 0)
    throw Broken{"a socket cannot be made"};
  return made;
}

std::vector<std::pair<std::string, std::string>> settings_for(const Subject& subject, const std::string& folder) {
  auto all = subject.settings;
  if (subject.type == Type::storage) all.emplace_back("folder", folder);
  if (has(subject.rights, "scratch")) all.emplace_back("scratch", folder);
  if (has(subject.rights, "listen")) all.emplace_back("listen", std::to_string(listening_socket(folder)));
  return all;
}

const sr_plugin_entry& load(const Subject& subject) {
  const auto path = std::filesystem::absolute(subject.library).string();
  void* const library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nothing else is loaded meanwhile.
  if (library == nullptr) throw Broken{std::string("the library cannot be loaded: ") + dlerror()};
  const void* entry = dlsym(library, SR_ENTRY_SYMBOL);
  if (entry == nullptr) throw Broken{"the library is no plugin: it does not export '" SR_ENTRY_SYMBOL "'"};
  return *static_cast<const sr_plugin_entry*>(entry);
}

struct Part {
  void (*run)(Context&);
  std::uint64_t reported = 0;
  int reports = -1;
};

void run_part(const Subject& subject, const Part& part, const std::string& folder) {
  auto settings = settings_for(subject, folder);
  const Journal journal = has(subject.rights, "journal") ? Journal::make() : Journal();
  if (journal.socket >= 0) settings.emplace_back("journal", std::to_string(journal.socket));
  if (subject.confine) {
    if (const Status confined = subject.confine(folder); !confined) throw Broken{confined.error().message};
  }
  // Behind the confinement, which wants to be the only thread.
  journal.serve();
  Context context{subject, load(subject), folder, std::move(settings), part.reports, part.reported};
  part.run(context);
}

std::string outcome_of_part(const Subject& subject, const Part& part, const std::string& folder) {
  try {
    run_part(subject, part, folder);
    return "p";
  } catch (const Broken& broken) {
    return "f" + broken.sentence;
  } catch (const Skipped& skipped) {
    return "s" + skipped.sentence;
  } catch (const std::exception& thrown) {
    return std::string("fan exception came out: ") + thrown.what();
  } catch (...) {
    return "fan exception came out";
  }
}

[[noreturn]] void be_child(const Subject& subject, const Part& part, const std::string& folder, int answer) {
  (void)dup2(STDERR_FILENO, STDOUT_FILENO);
  const std::string said = outcome_of_part(subject, part, folder);
  std::string_view rest = said;
  while (!rest.empty()) {
    const ssize_t n = write(answer, rest.data(), rest.size());
    if (n <= 0) break;
    rest.remove_prefix(static_cast<std::size_t>(n));
  }
  // Not exit(): what the plugin's threads or handlers do at the end of this process is no matter of the check.
  _exit(0);
}

Error cannot(const std::string& what) {
  return make_error(ErrorCode::storage_failed, what + ": " + std::strerror(errno));
}

struct Ended {
  std::string said;
  int status = 0;
  bool in_time = true;
};

class Child {
 public:
  static Result<Child> start(const Subject& subject, Part part, const std::string& folder, bool reports) {
    const auto answer = make_pipe();
    const auto progress = reports ? make_pipe() : std::optional(Pipe{});
    if (!answer || !progress) return cannot("a pipe cannot be made");
    // A copy, not another program: the check is a function of whoever links this.
    const pid_t process = fork();
    if (process < 0) return cannot("a process cannot be started");
    if (process == 0) {
      part.reports = progress->write;
      close(answer->read);
      be_child(subject, part, folder, answer->write);
    }
    close(answer->write);
    if (reports) close(progress->write);
    return Child(process, answer->read, progress->read, subject.patience);
  }

  Child(Child&& other) noexcept
      : process_(std::exchange(other.process_, -1)),
        answer_(other.answer_),
        reports_(other.reports_),
        patience_(other.patience_) {}

  Child& operator=(Child&&) = delete;

  ~Child() {
    if (process_ < 0) return;
    kill(process_, SIGKILL);
    (void)wait();
  }

  // The last report, when there were enough of them or no more came.
  std::uint64_t follow() const {
    const auto until = Clock::now() + patience_;
    std::uint64_t last = 0;
    for (std::uint64_t n = 0; n < k_reports && readable(reports_, until); ++n)
      if (read(reports_, &last, sizeof last) != static_cast<ssize_t>(sizeof last)) break;
    kill(process_, SIGKILL);
    // What was still on its way counts too.
    for (std::uint64_t more = 0; read(reports_, &more, sizeof more) == static_cast<ssize_t>(sizeof more);) last = more;
    return last;
  }

  Ended end() {
    Ended out;
    const auto until = Clock::now() + patience_;
    constexpr std::size_t k_longest = 4096;
    char piece[512];
    while (out.said.size() < k_longest) {
      if (!readable(answer_, until)) {
        out.in_time = false;
        break;
      }
      const ssize_t n = read(answer_, piece, sizeof piece);
      if (n <= 0) break;
      out.said.append(piece, static_cast<std::size_t>(n));
    }
    if (!out.in_time) kill(process_, SIGKILL);
    out.status = wait();
    return out;
  }

 private:
  Child(pid_t process, int answer, int reports, std::chrono::seconds patience)
      : process_(process), answer_(answer), reports_(reports), patience_(patience) {}

  static bool readable(int descriptor, Clock::time_point until) {
    for (;;) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
      if (left <= 0) return false;
      pollfd wanted{descriptor, POLLIN, 0};
      const int ready = poll(&wanted, 1, static_cast<int>(left));
      if (ready > 0) return true;
      if (ready == 0 || errno != EINTR) return false;
    }
  }

  int wait() {
    int status = 0;
    while (waitpid(process_, &status, 0) < 0 && errno == EINTR) {
    }
    process_ = -1;
    close(answer_);
    if (reports_ >= 0) close(reports_);
    return status;
  }

  pid_t process_;
  int answer_;
  int reports_;
  std::chrono::seconds patience_;
};

Outcome outcome_of(const Check& check, const Ended& ended) {
  Outcome out{std::string(check.name), Verdict::failed, {}};
  if (!ended.in_time) {
    out.detail = "it did not end in time";
  } else if (WIFSIGNALED(ended.status)) {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread.
    out.detail = std::string("the plugin's process was ended by a signal: ") + strsignal(WTERMSIG(ended.status));
  } else if (ended.said.empty()) {
    out.detail = "the plugin ended its process with " + std::to_string(WEXITSTATUS(ended.status));
  } else {
    out.verdict = ended.said[0] == 'p' ? Verdict::passed : ended.said[0] == 's' ? Verdict::skipped : Verdict::failed;
    out.detail = ended.said.substr(1);
  }
  return out;
}

Result<Outcome> run(const Subject& subject, const Check& check) {
  const Folder folder;
  if (folder.path().empty()) return cannot("a folder for temporary files cannot be made");
  Part part{check.run};
  if (check.interrupted != nullptr) {
    STRONGROOM_ASSIGN(Child killed, Child::start(subject, {check.interrupted}, folder.path(), true));
    part.reported = killed.follow();
    const Ended ended = killed.end();
    // It ended by itself: with a verdict of its own, or badly.
    if (!WIFSIGNALED(ended.status) || WTERMSIG(ended.status) != SIGKILL) return outcome_of(check, ended);
  }
  STRONGROOM_ASSIGN(Child child, Child::start(subject, part, folder.path(), false));
  return outcome_of(check, child.end());
}

std::vector<Check> list_of(Type type) {
  const auto own = type == Type::storage    ? storage_checks()
                   : type == Type::exporter ? exporter_checks()
                                            : monitor_checks();
  std::vector<Check> all(entry_checks().begin(), entry_checks().end());
  all.insert(all.end(), own.begin(), own.end());
  return all;
}

}  // namespace

std::vector<std::string> checks_of(Type type) {
  std::vector<std::string> names;
  for (const Check& check : list_of(type)) names.emplace_back(check.name);
  return names;
}

Result<std::vector<Outcome>> check_plugin(const Subject& subject, const Observer& observer) {
  std::vector<Outcome> outcomes;
  for (const Check& check : list_of(subject.type)) {
    if (!subject.only.empty() && !has(subject.only, check.name)) continue;
    STRONGROOM_ASSIGN(Outcome outcome, run(subject, check));
    if (observer) observer(outcome);
    outcomes.push_back(std::move(outcome));
    if (check.name.starts_with("entry.") && outcomes.back().verdict != Verdict::passed) break;
  }
  return outcomes;
}

}  // namespace strongroom::plugin_tests
