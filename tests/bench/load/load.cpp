#include "tests/bench/load/load.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include <strongroom/protocol/secret_fields.h>

namespace strongroom::bench {

void fail(const Error& error) {
  std::fprintf(stderr, "bench_load: %s\n", error.message.c_str());
  std::_Exit(1);
}

std::string path_of(std::uint64_t item) {
  // By hand: printf would be a tenth of what a client spends on a get.
  std::string text = "service-00000/key-00000000";
  const auto digits = [&](std::size_t end, std::uint64_t number) {
    for (; number > 0; number /= 10) text[end--] = static_cast<char>('0' + number % 10);
  };
  digits(12, item / 256);
  digits(25, item);
  return text;
}

wire::PutRequest put_request(std::uint64_t item) {
  std::string value = std::to_string(item) + ":";
  value.resize(k_value_bytes, 's');
  wire::PutRequest request;
  request.path = path_of(item);
  request.fields_.push_back({"value", Secret(as_bytes(value))});
  return request;
}

client::Client connect(const std::string& socket) {
  return need(client::Client::connect({.endpoint = client::Endpoint{socket, geteuid()}}));
}

void print_result(const char* key, double value) {
  std::printf("%s\t%.9g\n", key, value);
}

namespace {

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::uint64_t run_client(const Load& load, const Step& step, std::size_t number, int ready, int go) {
  client::Client client = connect(load.socket);
  RandomItems items(load.items, number);
  (void)step(client, items);
  char byte = 0;
  if (write(ready, &byte, 1) != 1 || read(go, &byte, 1) != 0) std::_Exit(1);
  std::uint64_t done = 0;
  for (const auto start = Clock::now(); seconds_since(start) < load.seconds;) done += step(client, items);
  return done;
}

template <class T>
T take(int descriptor) {
  T value{};
  if (read(descriptor, &value, sizeof value) != sizeof value) fail(make_error(ErrorCode::internal, "a client failed"));
  return value;
}

}  // namespace

double run_load(const Load& load, const Step& step) {
  int ready[2];
  int go[2];
  int results[2];
  if (pipe(ready) != 0 || pipe(go) != 0 || pipe(results) != 0) fail(make_error(ErrorCode::internal, "no pipe"));
  for (std::size_t i = 0; i < load.clients; ++i) {
    if (fork() != 0) continue;
    close(go[1]);
    const std::uint64_t done = run_client(load, step, i, ready[1], go[0]);
    std::_Exit(write(results[1], &done, sizeof done) == sizeof done ? 0 : 1);
  }
  // A client that fails must show as an end of file.
  close(ready[1]);
  close(results[1]);
  for (std::size_t i = 0; i < load.clients; ++i) take<char>(ready[0]);
  const auto start = Clock::now();
  close(go[1]);
  std::uint64_t all = 0;
  for (std::size_t i = 0; i < load.clients; ++i) all += take<std::uint64_t>(results[0]);
  const double rate = static_cast<double>(all) / seconds_since(start);
  while (wait(nullptr) > 0) {
  }
  return rate;
}

namespace {

int usage() {
  std::fputs(
      "bench_load get|put SOCKET ITEMS SECONDS CLIENTS\n"
      "bench_load pipelined|get-many SOCKET ITEMS SECONDS DEPTH\n"
      "bench_load fill SOCKET ITEMS\n"
      "bench_load first SOCKET ITEMS COUNT\n"
      "bench_load start SOCKET DAEMON [ARGUMENT...]\n",
      stderr);
  return 2;
}

}  // namespace

}  // namespace strongroom::bench

int main(int argc, char** argv) {
  using namespace strongroom::bench;
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() < 3) return usage();
  const std::string& command = words[0];
  if (command == "start") return run_start(words[1], {words.begin() + 2, words.end()});
  Load load{.socket = words[1], .items = std::stoull(words[2])};
  if (command == "fill") return run_fill(load);
  if (words.size() < 4) return usage();
  if (command == "first") {
    load.depth = std::stoull(words[3]);
    return run_first(load);
  }
  if (words.size() < 5) return usage();
  load.seconds = std::stod(words[3]);
  load.clients = load.depth = std::stoull(words[4]);
  if (command == "get") return run_get(load);
  if (command == "put") return run_put(load);
  load.clients = 1;
  if (command == "pipelined") return run_pipelined(load);
  if (command == "get-many") return run_get_many(load);
  return usage();
}
