#include "client/cli/autostart.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

extern char** environ;

namespace strongroom::cli {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::seconds k_patience{15};
constexpr int k_gave_way = 75;  // strongroomd's exit status for it (EX_TEMPFAIL of sysexits.h)

Error unreachable(std::string message) {
  return make_error(ErrorCode::unreachable, std::move(message));
}

Result<std::string> own_executable() {
#if defined(__linux__)
  std::array<char, PATH_MAX> path{};
  const ssize_t n = readlink("/proc/self/exe", path.data(), path.size() - 1);
  if (n > 0) return std::string(path.data(), static_cast<std::size_t>(n));
#endif
  return unreachable("where this program lies cannot be told; start strongroomd yourself");
}

// The file and every folder above it: owned by root or this user, writable by nobody else but for sticky folders of
// root.
Status check_trusted(const std::string& path) {
  for (std::string part = path; !part.empty(); part.resize(part.rfind('/'))) {
    struct stat found{};
    if (lstat(part.c_str(), &found) != 0) return unreachable("there is no program at " + path);
    const bool ours = found.st_uid == 0 || found.st_uid == geteuid();
    const bool own_group =
        found.st_uid == geteuid() && found.st_gid == getegid() && getegid() == static_cast<gid_t>(geteuid());
    const mode_t others = own_group ? S_IWOTH : S_IWGRP | S_IWOTH;
    const bool sticky = S_ISDIR(found.st_mode) && found.st_uid == 0 && (found.st_mode & S_ISVTX) != 0;
    if (!ours || S_ISLNK(found.st_mode) || ((found.st_mode & others) != 0 && !sticky))
      return make_error(ErrorCode::untrusted, "others could have changed it, so it is not started", part);
  }
  return {};
}

// What the daemon needs of this environment, and nothing else.
std::vector<std::string> rebuilt_environment() {
  constexpr std::array k_kept{"HOME=", "USER=", "LOGNAME=", "LANG=", "LC_", "TZ=", "XDG_", "STRONGROOM_",
                              // Where the desktop's keychain is.
                              "DBUS_SESSION_BUS_ADDRESS=", "DISPLAY=", "WAYLAND_DISPLAY="};
  std::vector<std::string> kept{"PATH=/usr/local/bin:/usr/bin:/bin"};
  for (char** entry = environ; entry && *entry; ++entry)
    for (const std::string_view name : k_kept)
      if (std::string_view(*entry).starts_with(name)) kept.emplace_back(*entry);
  return kept;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (auto& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

// Standard error goes to `error_output`; everything else is closed or /dev/null.
Result<pid_t> spawn(std::vector<std::string> arguments, int error_output) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, error_output, STDERR_FILENO);
#if defined(__GLIBC__)
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
#endif
  posix_spawn_file_actions_addchdir_np(&actions, "/");
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSID);
  auto environment = rebuilt_environment();
  const mode_t before = umask(077);
  pid_t child = 0;
  const int result = posix_spawn(&child, arguments.front().c_str(), &actions, &attributes,
                                 pointers_to(arguments).data(), pointers_to(environment).data());
  umask(before);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (result != 0) return unreachable("the daemon cannot be started: " + std::string(strerror(result)));
  return child;
}

bool answers(const client::Endpoint& endpoint) {
  const auto socket = client::connect_checked(endpoint);
  if (!socket) return false;
  close(*socket);
  return true;
}

// Whether the user's own manager knows our socket and started it.
bool started_by_service_manager(const client::Endpoint& endpoint) {
#if defined(__linux__)
  const char* runtime = std::getenv("XDG_RUNTIME_DIR");
  const char* chosen = std::getenv("STRONGROOM_SOCKET");
  if (!runtime || chosen || access((std::string(runtime) + "/systemd/private").c_str(), F_OK) != 0) return false;
  const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
  const auto child = spawn({"/usr/bin/systemctl", "--user", "--no-ask-password", "start", "strongroomd.socket"}, null);
  close(null);
  int status = 1;
  if (!child || waitpid(*child, &status, 0) != *child || status != 0) return false;
  return answers(endpoint);
#else
  (void)endpoint;
  return false;
#endif
}

std::string drain(int descriptor) {
  std::array<char, 1024> text{};
  const ssize_t n = read(descriptor, text.data(), text.size());
  std::string said(text.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
  while (!said.empty() && said.back() == '\n') said.pop_back();
  constexpr std::string_view k_prefix = "strongroomd: ";
  if (said.starts_with(k_prefix)) said.erase(0, k_prefix.size());
  return said;
}

enum class Started : unsigned char {
  yes,
  gave_way,  // another daemon holds the store: it is starting or stopping
};

Result<Started> wait_for(pid_t child, int error_output, const client::Endpoint& endpoint, Clock::time_point until) {
  auto pause = std::chrono::milliseconds(2);
  while (Clock::now() < until) {
    if (answers(endpoint)) return Started::yes;
    int status = 0;
    if (waitpid(child, &status, WNOHANG) == child) {
      if (answers(endpoint)) return Started::yes;
      if (WIFEXITED(status) && WEXITSTATUS(status) == k_gave_way) return Started::gave_way;
      const std::string said = drain(error_output);
      return unreachable("the daemon did not start" + (said.empty() ? "" : ": " + said));
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, std::chrono::milliseconds(50));
  }
  return unreachable("the daemon was started but does not answer");
}

Result<Started> start_once(const std::vector<std::string>& arguments, const client::Endpoint& endpoint,
                           Clock::time_point until) {
  int output[2];
  if (pipe(output) != 0) return unreachable("no pipe can be made");
  fcntl(output[0], F_SETFD, FD_CLOEXEC);
  fcntl(output[1], F_SETFD, FD_CLOEXEC);
  fcntl(output[0], F_SETFL, O_NONBLOCK);
  const auto child = spawn(arguments, output[1]);
  close(output[1]);
  auto started = child ? wait_for(*child, output[0], endpoint, until) : Result<Started>(child.error());
  close(output[0]);
  return started;
}

}  // namespace

Result<std::string> trusted_beside(std::string_view name) {
  STRONGROOM_ASSIGN(const std::string self, own_executable());
  std::string path = self.substr(0, self.rfind('/') + 1).append(name);
  STRONGROOM_CHECK(check_trusted(path));
  return path;
}

Result<std::string> daemon_executable() {
  return trusted_beside("strongroomd");
}

Status start_daemon(const client::Endpoint& endpoint, const StartOptions& options) {
  if (options.usual_place && started_by_service_manager(endpoint)) return {};
  STRONGROOM_ASSIGN(const std::string daemon, daemon_executable());
  std::vector<std::string> arguments{daemon, "--log-target", "file", "--socket", endpoint.socket};
  if (!options.make_store) arguments.insert(arguments.end(), {"--create", "false"});
  const auto until = Clock::now() + k_patience;
  while (Clock::now() < until) {
    STRONGROOM_ASSIGN(const Started started, start_once(arguments, endpoint, until));
    if (started == Started::yes) return {};
    // The other one answers soon, or ends and leaves its place.
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    if (answers(endpoint)) return {};
  }
  return unreachable("another daemon holds the store but does not answer");
}

}  // namespace strongroom::cli
