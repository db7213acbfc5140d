#include "tests/security/abuse.h"

#include <sys/resource.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "tests/support/secrets.h"

namespace strongroom::tests {

namespace {

std::size_t status_line(pid_t pid, std::string_view name) {
  std::ifstream status("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(name)) return std::stoul(line.substr(name.size()));
  throw std::runtime_error("the kernel does not tell " + std::string(name));
}

template <class Action>
std::chrono::microseconds p99_of(Action action) {
  using Clock = std::chrono::steady_clock;
  constexpr int k_count = 1000;
  std::vector<std::chrono::microseconds> times;
  for (int i = 0; i < k_count; ++i) {
    const auto start = Clock::now();
    action();
    times.push_back(std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - start));
  }
  const auto at = times.begin() + k_count * 99 / 100;
  std::nth_element(times.begin(), at, times.end());
  return *at;
}

}  // namespace

void raise_own_descriptor_limit() {
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
}

std::size_t resident_kib(pid_t pid) {
  return status_line(pid, "VmRSS:");
}

std::size_t peak_resident_kib(pid_t pid) {
  return status_line(pid, "VmHWM:");
}

std::size_t open_descriptors(pid_t pid) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd"))
    ++count;
  return count;
}

Latency measure_latency(client::Client& client) {
  Latency found;
  found.gets = p99_of([&] {
    const auto got = get(client, "small");
    if (!got) throw std::runtime_error("a get failed: " + got.error().message);
  });
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) throw std::runtime_error("no pair of sockets");
  std::thread echo([&] {
    for (char c = 0; read(ends[1], &c, 1) == 1 && write(ends[1], &c, 1) == 1;) {
    }
  });
  found.machine = p99_of([&] {
    char c = 0;
    if (write(ends[0], &c, 1) != 1 || read(ends[0], &c, 1) != 1) throw std::runtime_error("no echo");
  });
  close(ends[0]);
  echo.join();
  close(ends[1]);
  return found;
}

Crowd crowd(const TestDaemon& daemon, std::size_t count, std::string_view bytes) {
  Crowd clients;
  for (std::size_t i = 0; i < count; ++i) {
    clients.push_back(std::make_unique<RawSocket>(daemon.socket()));
    clients.back()->send(bytes);
  }
  return clients;
}

}  // namespace strongroom::tests
