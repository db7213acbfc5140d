// No other process of the daemon's own user reads its memory, its environment or its descriptors, by any means that the
// kernel has. Root always can; the test runs as an ordinary user.
#include <gtest/gtest.h>

#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "tests/security/canary.h"
#include "tests/support/cli.h"
#include "tests/support/eventually.h"
#include "tests/support/ordinary_user.h"
#include "tests/support/secrets.h"
#include "tests/support/text.h"

namespace strongroom::tests {
namespace {

constexpr std::size_t k_size = 48;

// What is read, and where it lies in the process that is tried. A process that shows nothing of itself has no address
// that anybody could know: any will do, because the kernel looks at the right first.
struct Target {
  pid_t pid = 0;
  std::uintptr_t address = 0x10000;
};

// Reads k_size bytes into `got`. Returns 0 or the error.
using Means = int (*)(const Target& target, std::string& got);

int error_of(bool done) {
  return done ? 0 : errno;
}

std::string file_of(pid_t pid, const char* name) {
  return "/proc/" + std::to_string(pid) + "/" + name;
}

int by_ptrace(const Target& target, std::string& got) {
  if (ptrace(PTRACE_ATTACH, target.pid, nullptr, nullptr) != 0) return errno;
  waitpid(target.pid, nullptr, 0);
  int error = 0;
  for (std::size_t at = 0; at < k_size; at += sizeof(long)) {
    errno = 0;
    // NOLINTNEXTLINE(performance-no-int-to-ptr): an address of another process
    const long word = ptrace(PTRACE_PEEKDATA, target.pid, reinterpret_cast<void*>(target.address + at), nullptr);
    if (errno != 0) error = errno;
    got.append(reinterpret_cast<const char*>(&word), sizeof word);
  }
  ptrace(PTRACE_DETACH, target.pid, nullptr, nullptr);
  return error;
}

int by_seizing(const Target& target, std::string&) {
  if (ptrace(PTRACE_SEIZE, target.pid, nullptr, nullptr) != 0) return errno;
  ptrace(PTRACE_INTERRUPT, target.pid, nullptr, nullptr);
  waitpid(target.pid, nullptr, 0);
  ptrace(PTRACE_DETACH, target.pid, nullptr, nullptr);
  return 0;
}

int by_process_vm_readv(const Target& target, std::string& got) {
  got.resize(k_size);
  const iovec into{got.data(), got.size()};
  // NOLINTNEXTLINE(performance-no-int-to-ptr): an address of another process
  const iovec from{reinterpret_cast<void*>(target.address), k_size};
  return error_of(process_vm_readv(target.pid, &into, 1, &from, 1, 0) == static_cast<ssize_t>(k_size));
}

// What is there already.
int by_process_vm_writev(const Target& target, std::string& got) {
  (void)by_process_vm_readv(target, got);
  const iovec from{got.data(), got.size()};
  // NOLINTNEXTLINE(performance-no-int-to-ptr): an address of another process
  const iovec into{reinterpret_cast<void*>(target.address), k_size};
  return error_of(process_vm_writev(target.pid, &from, 1, &into, 1, 0) == static_cast<ssize_t>(k_size));
}

int by_memory_file(const Target& target, std::string& got) {
  const int file = open(file_of(target.pid, "mem").c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return errno;
  got.resize(k_size);
  const int error = error_of(pread(file, got.data(), k_size, static_cast<off_t>(target.address)) == k_size);
  close(file);
  return error;
}

int by_taking_a_descriptor(const Target& target, std::string&) {
  const int process = static_cast<int>(syscall(SYS_pidfd_open, target.pid, 0));
  if (process < 0) return errno;
  const int taken = static_cast<int>(syscall(SYS_pidfd_getfd, process, 0, 0));
  const int error = error_of(taken >= 0);
  close(process);
  if (taken >= 0) close(taken);
  return error;
}

template <const char* Name>
int by_file(const Target& target, std::string& got) {
  const int file = open(file_of(target.pid, Name).c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return errno;
  char text[4096];
  ssize_t n = 0;
  while ((n = read(file, text, sizeof text)) > 0) got.append(text, static_cast<std::size_t>(n));
  const int error = error_of(n == 0);
  close(file);
  return error;
}

template <const char* Name>
int by_link(const Target& target, std::string& got) {
  char text[4096];
  const ssize_t n = readlink(file_of(target.pid, Name).c_str(), text, sizeof text);
  if (n > 0) got.assign(text, static_cast<std::size_t>(n));
  return error_of(n > 0);
}

constexpr char k_environ[] = "environ";
constexpr char k_maps[] = "maps";
constexpr char k_smaps[] = "smaps";
constexpr char k_auxv[] = "auxv";
constexpr char k_first_descriptor[] = "fd/0";
constexpr char k_program[] = "exe";
constexpr char k_folder[] = "cwd";

struct NamedMeans {
  const char* name;
  Means means;
  bool yields_memory = false;  // what lies at the address
};

constexpr NamedMeans k_means[] = {
    {"ptrace, attached", by_ptrace, true},
    {"ptrace, seized", by_seizing},
    {"process_vm_readv", by_process_vm_readv, true},
    {"process_vm_writev", by_process_vm_writev},
    {"/proc/PID/mem", by_memory_file, true},
    {"/proc/PID/environ", by_file<k_environ>},
    {"/proc/PID/maps", by_file<k_maps>},
    {"/proc/PID/smaps", by_file<k_smaps>},
    {"/proc/PID/auxv", by_file<k_auxv>},
    {"/proc/PID/fd", by_link<k_first_descriptor>},
    {"/proc/PID/exe", by_link<k_program>},
    {"/proc/PID/cwd", by_link<k_folder>},
    {"pidfd_getfd", by_taking_a_descriptor},
};

// A process like the daemon in everything but that it may be looked at: what reads this one reads any that is open.
class OpenProcess {
 public:
  explicit OpenProcess(const std::string& held) : held_(held) {
    pid_ = fork();
    if (pid_ < 0) throw std::runtime_error("no process");
    if (pid_ == 0)
      for (;;) pause();
  }

  ~OpenProcess() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }

  OpenProcess(const OpenProcess&) = delete;
  OpenProcess& operator=(const OpenProcess&) = delete;

  Target target() const { return {pid_, reinterpret_cast<std::uintptr_t>(held_.data())}; }

 private:
  const std::string& held_;  // at the same address in both
  pid_t pid_ = -1;
};

bool forbidden_to_all() {
  std::ifstream yama("/proc/sys/kernel/yama/ptrace_scope");
  int scope = 0;
  return (yama >> scope) && scope >= 2;
}

void expect_closed(pid_t pid) {
  for (const auto& each : k_means) {
    std::string got;
    const int error = each.means({.pid = pid}, got);
    EXPECT_TRUE(error == EPERM || error == EACCES) << each.name << ": " << (error == 0 ? "read" : strerror(error));
    if (error != 0) got.clear();
    EXPECT_EQ(got, "") << each.name;
  }
}

std::string core_of(pid_t pid, const std::filesystem::path& folder) {
  const std::string prefix = (folder / "core").string();
  Process gcore({"gcore", "-o", prefix, std::to_string(pid)});
  (void)gcore.wait();
  return content(prefix + "." + std::to_string(pid));
}

TEST(OtherProcess, EveryMeansReadsAProcessThatIsOpen) {
  if (passed_on_to_ordinary_user()) return;
  if (forbidden_to_all()) GTEST_SKIP() << "this system lets no process look at another (Yama)";
  const std::string held = random_text(k_size);
  const OpenProcess open_one(held);
  for (const auto& each : k_means) {
    std::string got;
    const int error = each.means(open_one.target(), got);
    EXPECT_EQ(error, 0) << each.name << ": " << strerror(error);
    if (each.yields_memory) {
      EXPECT_EQ(got, held) << each.name;
    }
  }
}

TEST(OtherProcess, NoMeansReadsTheDaemonUnlockedOrLocked) {
  if (passed_on_to_ordinary_user()) return;
  TestDaemon daemon;
  daemon.start();
  auto client = daemon.client();
  ASSERT_TRUE(put(client, "a", random_text(40)));
  expect_closed(daemon.pid());
  ASSERT_TRUE(client.call<protocol::vault::Lock>({}));
  expect_closed(daemon.pid());
  EXPECT_TRUE(daemon.running());
}

TEST(OtherProcess, NoMeansReadsTheCommandLineThatHasASecret) {
  if (passed_on_to_ordinary_user()) return;
  TestDaemon daemon;
  daemon.start();
  auto client = daemon.client();
  ASSERT_TRUE(put(client, "a", random_text(40)));
  // Its command says when the secret has been handed over.
  const std::string mark = (daemon.folder() / "handed over").string();
  Process run({STRONGROOM_PATH, "run", "--no-start", "--socket", daemon.socket(), "--env", "KEY=a", "--", "/bin/sh",
               "-c", "touch \"$0\"; exec sleep 60", mark});
  ASSERT_TRUE(eventually([&] { return std::filesystem::exists(mark); }));
  expect_closed(run.pid());
}

TEST(OtherProcess, NoCoreOfTheDaemonComesAbout) {
  if (passed_on_to_ordinary_user()) return;
  TestDaemon daemon;
  daemon.run_under({"/bin/sh", "-c", "ulimit -S -c \"$(ulimit -H -c)\"; exec \"$@\"", "sh"});
  daemon.start();
  Process there({"/bin/sh", "-c", "command -v gcore"});
  if (there.wait().exit_code == 0 && !forbidden_to_all()) {
    const TemporaryFolder folder;
    const std::string held = random_text(k_size);
    const OpenProcess open_one(held);
    EXPECT_TRUE(holds(core_of(open_one.target().pid, folder.path()), held)) << "gcore does not work at all";
    EXPECT_EQ(core_of(daemon.pid(), folder.path()), "");
  }
  ASSERT_TRUE(daemon.running());
  ::kill(daemon.pid(), SIGABRT);
  const Outcome outcome = daemon.wait();
  EXPECT_EQ(outcome.exit_code, 128 + SIGABRT);
  EXPECT_FALSE(outcome.dumped_core);
}

}  // namespace
}  // namespace strongroom::tests
