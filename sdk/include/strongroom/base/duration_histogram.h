// How long something takes, counted by powers of two.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace strongroom {

// Thread-safe and without a lock: what is added while a snapshot is made may be in it or not.
class DurationHistogram {
 public:
  using Clock = std::chrono::steady_clock;

  // Bucket number i counts durations of at most 2^(k_first_exponent + i) microseconds and of more than the one before;
  // the last one counts all that took longer: from 16 us to 8 s, and beyond.
  static constexpr unsigned k_first_exponent = 4;
  static constexpr std::size_t k_buckets = 21;

  struct Snapshot {
    std::array<std::uint64_t, k_buckets> counts{};
    double seconds = 0;  // of all together
  };

  void add(Clock::duration duration) noexcept {
    const auto ns = std::chrono::duration_cast<std::chrono::nanoseconds>(duration).count();
    const auto taken = static_cast<std::uint64_t>(ns < 0 ? 0 : ns);
    std::size_t bucket = 0;
    while (bucket + 1 < k_buckets && taken > bound_ns(bucket)) ++bucket;
    counts_[bucket].fetch_add(1, std::memory_order_relaxed);
    nanoseconds_.fetch_add(taken, std::memory_order_relaxed);
  }

  Snapshot snapshot() const noexcept {
    Snapshot out;
    for (std::size_t i = 0; i < k_buckets; ++i) out.counts[i] = counts_[i].load(std::memory_order_relaxed);
    out.seconds = static_cast<double>(nanoseconds_.load(std::memory_order_relaxed)) / 1e9;
    return out;
  }

 private:
  static constexpr std::uint64_t bound_ns(std::size_t bucket) noexcept {
    return std::uint64_t{1000} << (k_first_exponent + bucket);
  }

  std::array<std::atomic<std::uint64_t>, k_buckets> counts_{};
  std::atomic<std::uint64_t> nanoseconds_ = 0;
};

}  // namespace strongroom
