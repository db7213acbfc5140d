#include "tests/bench/load/load.h"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
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

double run_steps(const Load& load, const Step& step) {
  client::Client client = connect(load.socket);
  RandomItems items(load.items, 0);
  std::uint64_t done = 0;
  const auto start = Clock::now();
  for (std::uint64_t i = 0; i < load.steps; ++i) done += step(client, items);
  return static_cast<double>(done) / seconds_since(start);
}

template <class T>
T take(int descriptor) {
  T value{};
  if (read(descriptor, &value, sizeof value) != sizeof value) fail(make_error(ErrorCode::internal, "a client failed"));
  return value;
}

}  // namespace

double run_load(const Load& load, const Step& step) {
  if (load.steps != 0) return run_steps(load, step);
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

struct Command {
  const char* name;
  int (*run)(const Load& load);
  bool many_clients;  // else the last number is a depth, of one client
};

constexpr Command k_commands[] = {
    {"get", run_get, true},
    {"get-times", run_get_times, true},
    {"put", run_put, true},
    {"large", run_large, true},
    {"search", run_search, true},
    {"list", run_list, true},
    {"pipelined", run_pipelined, false},
    {"get-many", run_get_many, false},
    {"first", run_first, false},
    {"move", run_move, false},
};

int usage() {
  std::fputs(
      "bench_load COMMAND SOCKET ITEMS SECONDS AMOUNT\n"
      "  get, put, large, search, list: AMOUNT clients; pipelined, get-many: AMOUNT deep; first, move: AMOUNT secrets\n"
      "  SECONDS: a number, or xN for N steps\n"
      "bench_load fill|fill-large SOCKET ITEMS\n"
      "bench_load unlock SOCKET PASSPHRASE    (of a store that holds nothing; empty: without a person)\n"
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
  if (words[0] == "unlock") return run_unlock(words[1], words[2]);
  if (words[0] == "start") return run_start(words[1], {words.begin() + 2, words.end()});
  Load load{.socket = words[1], .items = std::stoull(words[2])};
  if (words[0] == "fill") return run_fill(load);
  if (words[0] == "fill-large") return run_fill_large(load);
  const auto* const command = std::ranges::find(k_commands, words[0], &Command::name);
  if (command == std::end(k_commands) || words.size() < 5) return usage();
  if (words[3].starts_with('x'))
    load.steps = std::stoull(words[3].substr(1));
  else
    load.seconds = std::stod(words[3]);
  (command->many_clients ? load.clients : load.depth) = std::stoull(words[4]);
  return command->run(load);
}
