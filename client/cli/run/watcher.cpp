#include "client/cli/run/watcher.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "client/cli/run/memory_folder.h"

namespace strongroom::cli::run {

Result<Watcher> Watcher::start(const std::string& folder) {
  STRONGROOM_ASSIGN(auto pipe, make_pipe());
  const Descriptor input = std::move(pipe.out);
  Watcher made;
  made.pipe_ = std::move(pipe.in);
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_adddup2(&actions, input.get(), STDIN_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
#if defined(__GLIBC__)
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
#endif
  posix_spawn_file_actions_addchdir_np(&actions, "/");
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
  std::string name = "strongroom";
  std::string word = k_watch_word;
  std::string path = folder;
  char* arguments[] = {name.data(), word.data(), path.data(), nullptr};
  char* environment[] = {nullptr};
  const int result = posix_spawn(&made.process_, "/proc/self/exe", &actions, &attributes, arguments, environment);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (result != 0) {
    made.process_ = -1;
    return make_error(ErrorCode::internal,
                      std::string("what removes the delivered files cannot be started: ") + strerror(result));
  }
  return made;
}

Watcher::~Watcher() {
  pipe_.reset();
  if (process_ <= 0) return;
  while (waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
  }
}

namespace {

// Whether it is a folder of ours for delivered files. Somebody who types the word by hand must not lose another one.
bool is_delivery_folder(const std::string& folder) {
  constexpr std::string_view k_form = "run-XXXXXX";
  const auto slash = folder.rfind('/');
  if (slash == std::string::npos || slash == 0 || folder.size() - slash - 1 != k_form.size()) return false;
  struct stat found{};
  struct stat above{};
  return folder.compare(slash + 1, 4, k_form, 0, 4) == 0 && lstat(folder.c_str(), &found) == 0 &&
         S_ISDIR(found.st_mode) && (found.st_mode & 07777) == S_IRWXU && found.st_uid == geteuid() &&
         stat(folder.substr(0, slash).c_str(), &above) == 0 && above.st_uid == geteuid() &&
         (above.st_mode & (S_IRWXG | S_IRWXO)) == 0;
}

}  // namespace

int watch(const std::string& folder) {
  if (!is_delivery_folder(folder)) return 2;
  for (const int number : {SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGUSR1, SIGUSR2, SIGPIPE})
    signal(number, SIG_IGN);
  char unused = 0;
  while (true) {
    const ssize_t n = read(STDIN_FILENO, &unused, 1);
    if (n == 0 || (n < 0 && errno != EINTR)) break;
  }
  remove_folder(folder);
  return 0;
}

}  // namespace strongroom::cli::run
