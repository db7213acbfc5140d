// What one get costs inside the daemon, part by part, on one thread and without a socket.
#include <benchmark/benchmark.h>

#include <cstdlib>

#include <strongroom/protocol/codec.h>
#include <strongroom/protocol/message.h>
#include <strongroom/protocol/methods/secret.h>

#include "daemon/lifecycle/store_identity.h"
#include "daemon/plugin_host/builtin_plugins.h"
#include "daemon/secrets/secret_repository.h"
#include "daemon/secrets/secret_service.h"
#include "daemon/store/store.h"
#include "daemon/vault/vault.h"
#include "tests/support/temporary_folder.h"

namespace strongroom::bench {
namespace {

namespace wire = protocol::secret;

template <class T>
T need(Result<T> result) {
  if (!result) {
    std::fprintf(stderr, "bench_micro: %s\n", result.error().message.c_str());
    std::exit(1);
  }
  if constexpr (!std::is_void_v<T>) return std::move(result).value();
}

constexpr int k_items = 1000;

std::string path_of(int item) {
  return "service-00001/key-" + std::to_string(10'000'000 + item);
}

// A whole store with a thousand secrets, as the daemon wires it.
struct House {
  tests::TemporaryFolder folder;
  WipedMemory memory{1024 * 1024};
  std::unique_ptr<vault::KeyArena> arena = need(vault::KeyArena::make(vault::KeyArena::Locking::allow_unlocked));
  std::unique_ptr<vault::Vault> keys;
  std::unique_ptr<store::FreshnessTracker> freshness;
  std::unique_ptr<store::Store> rows;
  std::unique_ptr<secrets::SecretService> service;
  std::unique_ptr<secrets::SecretRepository> repository;

  House() {
    for (const char* name : {"data", "state"}) std::filesystem::create_directory(folder.path() / name);
    keys = need(vault::Vault::open({folder.path() / "data", folder.path() / "state"}, *arena, Bytes(16, 7),
                                   vault::k_kdf_floor, system_clock()));
    need(keys->create({{}, true, false}));
    freshness = std::make_unique<store::FreshnessTracker>(secrets::k_heads, lifecycle::accumulator_ports(*keys));
    rows = std::make_unique<store::Store>(need(
        plugin_host::open_builtin_storage("sqlite", folder.path() / "data", [](std::uint32_t, std::string_view) {})));
    rows->set_participant(freshness.get());
    service = std::make_unique<secrets::SecretService>(*keys, *rows, *freshness, system_clock(), &memory,
                                                       [](const std::function<void()>& work) { return work(), true; });
    repository = std::make_unique<secrets::SecretRepository>(*keys, *freshness);
    protocol::SecretMap values;
    values.push_back({"value", Secret(as_bytes(std::string(256, 's')))});
    for (int i = 0; i < k_items; ++i) {
      const auto path = need(secrets::Path::parse(path_of(i)));
      need(rows->write_and_wait([&](store::WriteTransaction& transaction) -> Status {
        STRONGROOM_CHECK(repository->append(transaction, path, std::nullopt, values, {.now_ms = 1}));
        return {};
      }));
    }
  }
};

House& house() {
  static House one;
  return one;
}

std::string get_message() {
  return R"({"method":"io.strongroom.Secret.Get","parameters":{"path":")" + path_of(1) + R"("}})";
}

void parse_and_decode(benchmark::State& state) {
  WipedMemory memory(1024 * 1024);
  const std::string text = get_message();
  for (auto _ : state) {
    protocol::JsonDocument document(&memory);
    need(document.parse(text));
    const auto call = need(protocol::read_call(document.root()));
    wire::GetRequest request;
    need(protocol::decode(call.parameters, request, {&memory}));
    benchmark::DoNotOptimize(request);
  }
}

BENCHMARK(parse_and_decode);

void encode_answer(benchmark::State& state) {
  WipedMemory memory(1024 * 1024);
  wire::GetResponse response;
  response.version = 1;
  response.created_ms = 1'700'000'000'000;
  response.fields_.push_back({"value", Secret(as_bytes(std::string(256, 's')), &memory)});
  WipedString out(&memory);
  for (auto _ : state) {
    out.clear();
    protocol::begin_reply(out, false);
    protocol::JsonWriter writer(out);
    protocol::encode(response, writer);
    protocol::end_message(out);
    benchmark::DoNotOptimize(out);
  }
}

BENCHMARK(encode_answer);

void wiped_block(benchmark::State& state) {
  WipedMemory memory(1024 * 1024);
  const auto size = static_cast<std::size_t>(state.range(0));
  for (auto _ : state) {
    void* block = memory.allocate(size);
    benchmark::DoNotOptimize(block);
    memory.deallocate(block, size);
  }
}

BENCHMARK(wiped_block)->Arg(64)->Arg(1024)->Arg(16 * 1024);

void wiped_stack(benchmark::State& state) {
  for (auto _ : state) wipe_stack_below(static_cast<std::size_t>(state.range(0)));
}

BENCHMARK(wiped_stack)->Arg(4 * 1024)->Arg(24 * 1024);

void parse_path(benchmark::State& state) {
  const std::string text = path_of(7);
  for (auto _ : state) benchmark::DoNotOptimize(secrets::Path::parse(text));
}

BENCHMARK(parse_path);

void hash_path(benchmark::State& state) {
  const auto& keys = *house().keys;
  const std::string text = path_of(7);
  for (auto _ : state) benchmark::DoNotOptimize(secrets::lookup_of(keys, text));
}

BENCHMARK(hash_path);

void open_item(benchmark::State& state) {
  House& all = house();
  const auto lookup = need(secrets::lookup_of(*all.keys, path_of(7)));
  const auto parent = need(secrets::parent_key_of(*all.keys, "service-00001"));
  const std::string value(256, 's');
  const BytesView fields[] = {as_bytes(value)};
  const auto context = secrets::head_context(lookup, parent, 1);
  Bytes item;
  need(all.keys->seal(context, fields, item));
  for (auto _ : state) benchmark::DoNotOptimize(need(all.keys->open(context, item, &all.memory)));
}

BENCHMARK(open_item);

void read_row(benchmark::State& state) {
  House& all = house();
  const auto lookup = need(secrets::lookup_of(*all.keys, path_of(7)));
  for (auto _ : state)
    need(all.rows->read([&](store::ReadTransaction& transaction) -> Status {
      const auto row = need(transaction.get({secrets::k_heads, {}, lookup}));
      if (!row) std::exit(1);
      return {};
    }));
}

BENCHMARK(read_row);

void begin_and_end_batch(benchmark::State& state) {
  House& all = house();
  for (auto _ : state) {
    all.rows->begin_batch();
    all.rows->end_batch();
  }
}

BENCHMARK(begin_and_end_batch);

// All of a get but the socket.
void service_get(benchmark::State& state) {
  House& all = house();
  int item = 0;
  for (auto _ : state) {
    wire::GetRequest request;
    request.path = path_of(item = (item + 37) % k_items);
    bool elsewhere = false;
    benchmark::DoNotOptimize(need(all.service->handle(wire::Get{}, std::move(request), elsewhere)));
  }
}

BENCHMARK(service_get);

// The same when many gets share a snapshot.
void service_get_in_batch(benchmark::State& state) {
  House& all = house();
  int item = 0;
  all.rows->begin_batch();
  for (auto _ : state) {
    wire::GetRequest request;
    request.path = path_of(item = (item + 37) % k_items);
    bool elsewhere = false;
    benchmark::DoNotOptimize(need(all.service->handle(wire::Get{}, std::move(request), elsewhere)));
  }
  all.rows->end_batch();
}

BENCHMARK(service_get_in_batch);

}  // namespace
}  // namespace strongroom::bench

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
