#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include <strongroom/protocol/methods/service.h>
#include <strongroom/protocol/methods/vault.h>

#include "tests/bench/load/load.h"

namespace strongroom::bench {

namespace {

constexpr std::size_t k_batch = 512;

template <class Answer>
void check_value(const Answer& answer, std::size_t size) {
  if (answer.size() != 1 || answer.front().value.size() != size)
    fail(make_error(ErrorCode::internal, "an answer carries another value"));
}

wire::GetRequest get_request(std::uint64_t item) {
  wire::GetRequest request;
  request.path = path_of(item);
  return request;
}

// Items [from, to) in as few calls as possible.
void fill_part(const std::string& socket, std::uint64_t from, std::uint64_t to) {
  client::Client client = connect(socket);
  while (from < to) {
    wire::PutManyRequest request;
    for (; from < to && request.items.size() < k_batch; ++from) request.items.push_back(put_request(from));
    for (const auto& item : need(client.call<wire::PutMany>(request)).items)
      if (item.problem) fail(make_error(ErrorCode::internal, item.problem->message));
  }
}

wire::PutRequest large_request(std::string path) {
  wire::PutRequest request;
  request.path = std::move(path);
  request.fields_.push_back({"value", Secret(as_bytes(std::string(k_large_bytes, 's')))});
  return request;
}

// One to a call: a request has not room for many.
void fill_large_part(const std::string& socket, std::uint64_t from, std::uint64_t to) {
  client::Client client = connect(socket);
  for (; from < to; ++from) need(client.call<wire::Put>(large_request("large/" + std::to_string(from))));
}

}  // namespace

int run_get(const Load& load) {
  print_result("per_second", run_load(load, [](client::Client& client, RandomItems& items) -> std::uint64_t {
                 check_value(need(client.call<wire::Get>(get_request(items.next()))).fields_, k_value_bytes);
                 return 1;
               }));
  return 0;
}

int run_get_times(const Load& load) {
  client::Client client = connect(load.socket);
  RandomItems items(load.items, 5);
  std::vector<double> times;
  for (const auto start = Clock::now(); std::chrono::duration<double>(Clock::now() - start).count() < load.seconds;) {
    const auto begun = Clock::now();
    check_value(need(client.call<wire::Get>(get_request(items.next()))).fields_, k_value_bytes);
    times.push_back(std::chrono::duration<double, std::micro>(Clock::now() - begun).count());
  }
  std::ranges::sort(times);
  print_result("median_us", times[times.size() / 2]);
  print_result("p99_us", times[times.size() * 99 / 100]);
  return 0;
}

int run_pipelined(const Load& load) {
  print_result("per_second", run_load(load, [&](client::Client& client, RandomItems& items) {
                 std::vector<wire::GetRequest> requests;
                 for (std::size_t i = 0; i < load.depth; ++i) requests.push_back(get_request(items.next()));
                 for (auto& answer : client.call_pipelined<wire::Get>(requests))
                   check_value(need(std::move(answer)).fields_, k_value_bytes);
                 return std::uint64_t{load.depth};
               }));
  return 0;
}

int run_get_many(const Load& load) {
  print_result("per_second", run_load(load, [&](client::Client& client, RandomItems& items) {
                 wire::GetManyRequest request;
                 for (std::size_t i = 0; i < load.depth; ++i) request.items.push_back(get_request(items.next()));
                 for (const auto& item : need(client.call<wire::GetMany>(request)).items)
                   check_value(item.fields_.value(), k_value_bytes);
                 return std::uint64_t{load.depth};
               }));
  return 0;
}

int run_put(const Load& load) {
  print_result("per_second", run_load(load, [](client::Client& client, RandomItems& items) -> std::uint64_t {
                 need(client.call<wire::Put>(put_request(items.next())));
                 return 1;
               }));
  return 0;
}

int run_large(const Load& load) {
  client::Client storing = connect(load.socket);
  need(storing.call<wire::Put>(large_request("large/text")));
  print_result("per_second", run_load(load, [](client::Client& client, RandomItems&) -> std::uint64_t {
                 wire::GetRequest asked;
                 asked.path = "large/text";
                 check_value(need(client.call<wire::Get>(asked)).fields_, k_large_bytes);
                 return 1;
               }));
  return 0;
}

int run_search(const Load& load) {
  print_result("per_second", run_load(load, [](client::Client& client, RandomItems& items) -> std::uint64_t {
                 wire::SearchRequest request;
                 request.text = path_of(items.next());
                 if (need(client.call<wire::Search>(request)).secrets.size() != 1)
                   fail(make_error(ErrorCode::internal, "a search found something else"));
                 return 1;
               }));
  return 0;
}

int run_list(const Load& load) {
  print_result("per_second", run_load(load, [](client::Client& client, RandomItems&) {
                 wire::ListRequest request;
                 request.recursive = true;
                 std::uint64_t found = 0;
                 do {
                   auto answer = need(client.call<wire::List>(request));
                   found += answer.entries.size();
                   request.cursor = std::move(answer.cursor);
                 } while (request.cursor);
                 return found;
               }));
  return 0;
}

int run_move(const Load& load) {
  client::Client client = connect(load.socket);
  for (std::uint64_t at = 0; at < load.depth; at += k_batch) {
    wire::PutManyRequest request;
    for (std::uint64_t i = at; i < std::min(at + k_batch, std::uint64_t{load.depth}); ++i) {
      request.items.push_back(put_request(i));
      request.items.back().path.insert(0, "moving/");
    }
    for (const auto& item : need(client.call<wire::PutMany>(request)).items)
      if (item.problem) fail(make_error(ErrorCode::internal, item.problem->message));
  }
  std::atomic<bool> over = false;
  double longest = 0;
  std::thread other([&] {
    client::Client putting = connect(load.socket);
    for (std::uint64_t i = 0; !over; i = (i + 1) % load.items) {
      const auto start = Clock::now();
      need(putting.call<wire::Put>(put_request(i)));
      longest = std::max(longest, std::chrono::duration<double>(Clock::now() - start).count());
    }
  });
  const auto seconds = [&](auto&& work) {
    const auto start = Clock::now();
    work();
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  wire::MoveRequest move;
  move.from = "moving";
  move.to = "moved";
  move.recursive = true;
  print_result("move_seconds", seconds([&] { need(client.call<wire::Move>(move)); }));
  wire::PurgeRequest purge;
  purge.path = "moved";
  purge.recursive = true;
  print_result("purge_seconds", seconds([&] { need(client.call<wire::Purge>(purge)); }));
  over = true;
  other.join();
  print_result("longest_put_seconds", longest);
  return 0;
}

namespace {

using FillPart = void (*)(const std::string& socket, std::uint64_t from, std::uint64_t to);

int fill(const Load& load, FillPart fill_one) {
  constexpr std::uint64_t k_clients = 4;
  const auto start = Clock::now();
  std::vector<std::thread> threads;
  for (std::uint64_t i = 0; i < k_clients; ++i)
    threads.emplace_back(
        [&, i] { fill_one(load.socket, load.items * i / k_clients, load.items * (i + 1) / k_clients); });
  for (auto& thread : threads) thread.join();
  print_result("seconds", std::chrono::duration<double>(Clock::now() - start).count());
  return 0;
}

}  // namespace

int run_fill(const Load& load) {
  return fill(load, fill_part);
}

int run_fill_large(const Load& load) {
  return fill(load, fill_large_part);
}

// The mean of the first gets of different items, for caches that are cold.
int run_first(const Load& load) {
  client::Client client = connect(load.socket);
  RandomItems items(load.items, 77);
  const auto start = Clock::now();
  for (std::size_t i = 0; i < load.depth; ++i) need(client.call<wire::Get>(get_request(items.next())));
  print_result("per_second",
               static_cast<double>(load.depth) / std::chrono::duration<double>(Clock::now() - start).count());
  return 0;
}

int run_unlock(const std::string& socket, const std::string& passphrase) {
  client::Client client = connect(socket);
  need(client.call<protocol::vault::Lock>({}));
  protocol::vault::UnlockRequest request;
  if (!passphrase.empty()) request.passphrase = Secret(as_bytes(passphrase));
  const auto start = Clock::now();
  need(client.call<protocol::vault::Unlock>(request));
  check_value(need(client.call<wire::Get>(get_request(0))).fields_, k_value_bytes);
  print_result("ms", std::chrono::duration<double, std::milli>(Clock::now() - start).count());
  return 0;
}

int run_start(const std::string& socket, std::vector<std::string> command) {
  std::vector<char*> arguments;
  for (auto& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  const client::Client::Options options{.endpoint = client::Endpoint{socket, geteuid()}};
  const auto start = Clock::now();
  const auto passed = [&] { return std::chrono::duration<double, std::milli>(Clock::now() - start).count(); };
  pid_t daemon = 0;
  if (posix_spawn(&daemon, arguments[0], nullptr, nullptr, arguments.data(), environ) != 0) return 1;
  auto client = client::Client::connect(options);
  while (!client && passed() < 30'000) {
    std::this_thread::sleep_for(std::chrono::microseconds(500));
    client = client::Client::connect(options);
  }
  need(need(std::move(client)).call<protocol::service::GetStatus>({}));
  print_result("answer_ms", passed());
  client::Client asking = connect(socket);
  while (!asking.call<wire::Get>(get_request(0)) && passed() < 30'000)
    std::this_thread::sleep_for(std::chrono::microseconds(500));
  print_result("secret_ms", passed());
  kill(daemon, SIGTERM);
  waitpid(daemon, nullptr, 0);
  return 0;
}

}  // namespace strongroom::bench
