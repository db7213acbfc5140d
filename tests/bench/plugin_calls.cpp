// How many calls a second go into a plugin's process and back, and what two processes can do that only echo.
// usage: bench_plugin_calls calls|echo SECONDS
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string_view>

#include "daemon/plugin_host/builtin_plugins.h"

namespace {

using namespace strongroom;
using Clock = std::chrono::steady_clock;

constexpr std::size_t k_message = 64;  // what a call for a small row takes, either way

template <class Call>
void measure(double seconds, Call&& call) {
  long done = 0;
  const auto begun = Clock::now();
  const auto passed = [&] { return std::chrono::duration<double>(Clock::now() - begun).count(); };
  for (; passed() < seconds; ++done)
    if (!call()) std::exit(1);
  std::printf("per_second\t%f\n", static_cast<double>(done) / passed());
}

int echo(double seconds) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) return 1;
  char message[k_message] = {};
  const pid_t child = fork();
  if (child == 0) {
    close(ends[0]);
    for (ssize_t n = 0; (n = recv(ends[1], message, sizeof message, 0)) > 0;)
      if (send(ends[1], message, static_cast<std::size_t>(n), 0) != n) break;
    _exit(0);
  }
  close(ends[1]);
  measure(seconds, [&] {
    return send(ends[0], message, sizeof message, 0) == sizeof message &&
           recv(ends[0], message, sizeof message, 0) == sizeof message;
  });
  close(ends[0]);
  waitpid(child, nullptr, 0);
  return 0;
}

int calls(double seconds) {
  const BytesView scopes[] = {BytesView{}};
  auto storage = plugin_host::open_confined_storage("memory", std::filesystem::temp_directory_path(), {});
  if (!storage) {
    std::fprintf(stderr, "%s\n", storage.error().message.c_str());
    return 1;
  }
  auto transaction = (*storage)->begin_write(scopes);
  const store::RowKey key{1, {}, as_bytes("key")};
  if (!transaction || !(*transaction)->put(key, 1, as_bytes("a value"))) return 1;
  measure(seconds, [&] {
    const auto row = (*transaction)->get(key);
    return row && row->has_value();
  });
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const double seconds = std::atof(argv[2]);
  return std::string_view(argv[1]) == "echo" ? echo(seconds) : calls(seconds);
}
