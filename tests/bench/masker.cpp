// How many bytes of output a second pass the masker: 20 values with all their forms, chunks of 64 KiB.
#include <benchmark/benchmark.h>

#include <array>
#include <random>
#include <string>

#include <strongroom/base/stream_masker.h>

namespace strongroom::bench {
namespace {

constexpr std::size_t k_chunk = 64 * 1024;
constexpr std::size_t k_chunks = 64;
constexpr std::string_view k_letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::mt19937 g_engine(20261122);

std::string random_text(std::size_t size, std::string_view letters) {
  std::string out(size, '\0');
  for (char& c : out) c = letters[g_engine() % letters.size()];
  return out;
}

const std::vector<std::string>& values() {
  static const std::vector<std::string> list = [] {
    std::vector<std::string> made;
    for (int i = 0; i < 20; ++i) made.push_back(random_text(40, k_letters));
    return made;
  }();
  return list;
}

std::shared_ptr<const MaskingPatterns> patterns() {
  std::vector<BytesView> views;
  for (const auto& value : values()) views.push_back(as_bytes(value));
  return MaskingPatterns::of(views);
}

std::string log_lines(std::size_t size) {
  std::string out;
  while (out.size() < size)
    out += "2026-11-22T03:04:05Z info request id=" + random_text(12, k_letters) + " path=/v1/items/" +
           random_text(8, "0123456789") + " status=200 took 17 ms\n";
  out.resize(size);
  return out;
}

// Beginnings of values one behind the other, each cut somewhere.
std::string beginnings(std::size_t size) {
  std::string out;
  while (out.size() < size) {
    const std::string& value = values()[g_engine() % values().size()];
    out += value.substr(0, 1 + g_engine() % (value.size() - 1));
  }
  out.resize(size);
  return out;
}

std::string with_values(std::size_t size) {
  std::string out;
  while (out.size() < size) out += log_lines(200) + values()[g_engine() % values().size()] + "\n";
  out.resize(size);
  return out;
}

void pass(benchmark::State& state, const std::string& text) {
  StreamMasker masker(patterns());
  WipedBytes out(wiped_heap());
  for (auto _ : state)
    for (std::size_t at = 0; at < text.size(); at += k_chunk) {
      out.clear();
      masker.feed(as_bytes(std::string_view(text).substr(at, k_chunk)), out);
      benchmark::DoNotOptimize(out.data());
    }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}

constexpr std::size_t k_size = k_chunk * k_chunks;

void masker_log_lines(benchmark::State& state) {
  pass(state, log_lines(k_size));
}

BENCHMARK(masker_log_lines);

void masker_random_letters(benchmark::State& state) {
  pass(state, random_text(k_size, k_letters));
}

BENCHMARK(masker_random_letters);

void masker_log_with_values(benchmark::State& state) {
  pass(state, with_values(k_size));
}

BENCHMARK(masker_log_with_values);

void masker_beginnings_only(benchmark::State& state) {
  pass(state, beginnings(k_size));
}

BENCHMARK(masker_beginnings_only);

void masker_compile(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(patterns());
}

BENCHMARK(masker_compile);

}  // namespace
}  // namespace strongroom::bench

BENCHMARK_MAIN();
