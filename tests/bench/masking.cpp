// How many bytes of log lines a second pass mask_secrets(), beside copying them: ordinary lines, and texts made to
// cost much. The daemon's own lines have about a hundred bytes.
#include <benchmark/benchmark.h>

#include <cstring>
#include <list>
#include <random>
#include <string>

#include <strongroom/base/live_values.h>
#include <strongroom/base/masking.h>

namespace strongroom::bench {
namespace {

constexpr std::size_t k_size = 1 << 20;

std::string random_text(std::mt19937& engine, std::size_t size) {
  constexpr std::string_view k_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  std::string out(size, '\0');
  for (char& c : out) c = k_letters[engine() % k_letters.size()];
  return out;
}

std::string log_lines(std::size_t size) {
  std::mt19937 engine(20261128);
  std::string out;
  while (out.size() < size)
    out += "2026-11-22T03:04:05.123+00:00 warning the plugin io.strongroom.exporter.csv: /home/ann/reports/" +
           random_text(engine, 8) + " cannot be written: No space left on device (request " +
           std::to_string(engine() % 100000) + ", took 17 ms)\n";
  return out;
}

std::string with_keys(std::size_t size) {
  std::mt19937 engine(20261129);
  std::string out;
  while (out.size() < size)
    out += "called with sk-ant-" + random_text(engine, 40) + " and {\"apiKey\":\"" + random_text(engine, 24) +
           "\",\"password\":\"" + random_text(engine, 12) + "\"} at postgres://shop:" + random_text(engine, 9) +
           "@db\n";
  return out;
}

std::string repeated(std::string_view part) {
  std::string out;
  while (out.size() < k_size) out += part;
  return out;
}

void pass(benchmark::State& state, const std::string& text) {
  for (auto _ : state) benchmark::DoNotOptimize(mask_secrets(text));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

void copy_alone(benchmark::State& state) {
  const std::string text = log_lines(k_size);
  std::string out(text.size(), '\0');
  for (auto _ : state) {
    std::memcpy(out.data(), text.data(), text.size());
    benchmark::DoNotOptimize(out.data());
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

BENCHMARK(copy_alone);
BENCHMARK_CAPTURE(pass, ordinary_lines, log_lines(k_size));
BENCHMARK_CAPTURE(pass, one_ordinary_line, log_lines(1));
BENCHMARK_CAPTURE(pass, lines_with_keys, with_keys(k_size));
BENCHMARK_CAPTURE(pass, worst_key_beginnings, repeated("sk-"));
BENCHMARK_CAPTURE(pass, worst_rejected_beginnings, repeated("ask-"));
BENCHMARK_CAPTURE(pass, worst_blocks, repeated("-----BEGIN"));
BENCHMARK_CAPTURE(pass, worst_closed_blocks, repeated("-----BEGIN -----END "));
BENCHMARK_CAPTURE(pass, worst_quotes, repeated("\""));
BENCHMARK_CAPTURE(pass, worst_names, repeated("password "));
BENCHMARK_CAPTURE(pass, worst_members, repeated("token:"));
BENCHMARK_CAPTURE(pass, worst_empty_members, repeated("<token>"));
BENCHMARK_CAPTURE(pass, worst_urls, repeated("://a:1/"));
BENCHMARK_CAPTURE(pass, worst_words, repeated("aA1-aA1-aA1-aA1-aA1-aA1-aA1-aA1- "));
BENCHMARK_CAPTURE(pass, worst_short_words, repeated("a="));

// All that a get pays for the log while nothing is logged.
void live_for_one_answer(benchmark::State& state) {
  LiveValues live;
  const std::string value(256, 's');
  for (auto _ : state) {
    LiveValues::Scope held(&live);
    held.add(as_bytes(value));
    held.begin();
    benchmark::DoNotOptimize(&held);
  }
}

BENCHMARK(live_for_one_answer)->ThreadRange(1, 2);

// One line beside as many live values.
void hide_in_one_line(benchmark::State& state) {
  LiveValues live;
  const std::string line = log_lines(1);
  std::mt19937 engine(20261130);
  std::list<std::string> values;
  std::list<LiveValues::Scope> scopes;
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    scopes.emplace_back(&live).add(as_bytes(values.emplace_back(random_text(engine, 40))));
    scopes.back().begin();
  }
  for (auto _ : state) benchmark::DoNotOptimize(live.hide(line));
}

BENCHMARK(hide_in_one_line)->Arg(0)->Arg(1)->Arg(64)->Arg(10'000);

}  // namespace
}  // namespace strongroom::bench

BENCHMARK_MAIN();
