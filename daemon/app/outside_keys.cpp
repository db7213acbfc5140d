#include "daemon/app/outside_keys.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "daemon/platform/descriptor.h"
#include "daemon/vault/private_file.h"

namespace strongroom::app {
namespace {

using platform::Descriptor;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds k_quiet(5);
constexpr std::chrono::seconds k_with_a_person(60);
constexpr std::size_t k_longest = 4096;

// The numbers of client/keychain/keychain.h.
Error error_of(int code) {
  switch (code) {
    case 3:
      return make_error(ErrorCode::not_found, "the keychain has no key for this store");
    case 4:
      return make_error(ErrorCode::locked,
                        "the keychain is locked: log in to the desktop or open it there, then 'strongroom unlock'");
    case 5:
      return make_error(ErrorCode::unreachable, "there is no session bus, so there is no keychain");
    case 6:
      return make_error(ErrorCode::unreachable,
                        "nobody on the session bus keeps secrets: gnome-keyring, KWallet or KeePassXC does");
    case 7:
      return make_error(ErrorCode::denied, "the keychain was asked, and somebody said no");
    default:
      return make_error(ErrorCode::storage_failed, "the keychain does not do what it should, or has just ended");
  }
}

struct Pipes {
  Descriptor in_read, in_write, out_read, out_write;

  bool open() {
    int in[2];
    int out[2];
    if (pipe(in) != 0) return false;
    in_read = Descriptor(in[0]);
    in_write = Descriptor(in[1]);
    if (pipe(out) != 0) return false;
    out_read = Descriptor(out[0]);
    out_write = Descriptor(out[1]);
    for (const int end : {in[0], in[1], out[0], out[1]}) (void)fcntl(end, F_SETFD, FD_CLOEXEC);
    return true;
  }
};

// What finds the desktop, and nothing else.
std::vector<std::string> environment_of_helper() {
  std::vector<std::string> kept{"PATH=/usr/bin:/bin"};
  for (const char* name : {"HOME", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "DISPLAY", "WAYLAND_DISPLAY", "LANG"})
    if (const char* const value = std::getenv(name)) kept.push_back(std::string(name) + "=" + value);
  return kept;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
  std::vector<char*> pointers;
  for (auto& text : texts) pointers.push_back(text.data());
  pointers.push_back(nullptr);
  return pointers;
}

Result<pid_t> start(std::vector<std::string> words, const Pipes& pipes) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipes.in_read.get(), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, pipes.out_write.get(), STDOUT_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  auto environment = environment_of_helper();
  pid_t child = -1;
  const int failed = posix_spawn(&child, words.front().c_str(), &actions, &attributes, pointers_to(words).data(),
                                 pointers_to(environment).data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (failed != 0) return make_error(ErrorCode::unreachable, "strongroom-keychain is not installed beside the daemon");
  return child;
}

// What it says until it ends; nothing when it does not in time.
std::optional<Secret> listen(int descriptor, Clock::time_point until) {
  Secret said = Secret::of_size(k_longest);
  std::size_t size = 0;
  for (;;) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
    if (left <= 0) return std::nullopt;
    pollfd wanted{descriptor, POLLIN, 0};
    if (poll(&wanted, 1, static_cast<int>(left)) <= 0) continue;
    const ssize_t n = read(descriptor, said.writable().data() + size, k_longest - size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    size += static_cast<std::size_t>(n);
    if (size == k_longest) break;
  }
  said.truncate(size);
  return said;
}

Result<Secret> ask(const std::vector<std::string>& words, const Secret* input, std::chrono::seconds patience) {
  Pipes pipes;
  if (!pipes.open()) return make_error(ErrorCode::storage_failed, "no pipe can be made");
  STRONGROOM_ASSIGN(const pid_t child, start(words, pipes));
  pipes.in_read = {};
  pipes.out_write = {};
  // Far less than a pipe holds, so that it never waits; a helper that has ended is found out below.
  if (input != nullptr) {
    const BytesView bytes = input->reveal(RevealReason::deliver);
    (void)!write(pipes.in_write.get(), bytes.data(), bytes.size());
  }
  pipes.in_write = {};
  auto said = listen(pipes.out_read.get(), Clock::now() + patience);
  if (!said) kill(child, SIGKILL);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (!said) return make_error(ErrorCode::timeout, "the keychain did not answer in time");
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return error_of(WIFEXITED(status) ? WEXITSTATUS(status) : -1);
  return *std::move(said);
}

Result<Secret> read_credential(const std::string& folder) {
  Secret credential = Secret::of_size(k_longest);
  auto size = vault::read_private_file(std::filesystem::path(folder) / "strongroom.key", credential.writable());
  if (!size && size.error().code == ErrorCode::not_found)
    return make_error(ErrorCode::not_found, "the service manager has handed over no credential 'strongroom.key'");
  if (!size) return size.error();
  credential.truncate(*size);
  constexpr std::size_t k_least = 32;
  if (*size < k_least)
    return make_error(ErrorCode::invalid_argument, "the credential 'strongroom.key' has less than 32 bytes");
  return credential;
}

}  // namespace

vault::OutsideKeys outside_keys(std::filesystem::path helper) {
  vault::OutsideKeys out;
  const std::string program = helper.string();
  out.fetch_from_keychain = [program](const std::string& account, vault::Asking asking) {
    const bool may_ask = asking == vault::Asking::yes;
    return ask({program, "fetch", account, may_ask ? "ask" : "quiet"}, nullptr, may_ask ? k_with_a_person : k_quiet);
  };
  out.store_in_keychain = [program](const std::string& account, const Secret& item) -> Status {
    STRONGROOM_CHECK(ask({program, "store", account}, &item, k_with_a_person));
    return {};
  };
  out.erase_from_keychain = [program](const std::string& account) -> Status {
    STRONGROOM_CHECK(ask({program, "erase", account}, nullptr, k_quiet));
    return {};
  };
  if (const char* const folder = std::getenv("CREDENTIALS_DIRECTORY"))
    out.credential = [place = std::string(folder)] { return read_credential(place); };
  return out;
}

}  // namespace strongroom::app
