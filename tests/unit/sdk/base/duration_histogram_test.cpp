#include <strongroom/base/duration_histogram.h>

#include <gtest/gtest.h>

#include <numeric>
#include <thread>
#include <vector>

namespace strongroom {
namespace {

using namespace std::chrono_literals;

std::size_t bucket_of(DurationHistogram::Clock::duration duration) {
  DurationHistogram histogram;
  histogram.add(duration);
  const auto snapshot = histogram.snapshot();
  for (std::size_t i = 0; i < snapshot.counts.size(); ++i)
    if (snapshot.counts[i] == 1) return i;
  return snapshot.counts.size();
}

TEST(DurationHistogram, CountsUpToAndWithTheBoundOfABucket) {
  EXPECT_EQ(bucket_of(0ns), 0U);
  EXPECT_EQ(bucket_of(-5ns), 0U);
  EXPECT_EQ(bucket_of(16us), 0U);
  EXPECT_EQ(bucket_of(16us + 1ns), 1U);
  EXPECT_EQ(bucket_of(32us), 1U);
  EXPECT_EQ(bucket_of(1024us), 6U);
  EXPECT_EQ(bucket_of(8'388'608us), 19U);
  EXPECT_EQ(bucket_of(9s), 20U);
  EXPECT_EQ(bucket_of(24h), 20U);
}

TEST(DurationHistogram, AddsUpWhatAllTook) {
  DurationHistogram histogram;
  for (int i = 0; i < 10; ++i) histogram.add(250ms);
  EXPECT_DOUBLE_EQ(histogram.snapshot().seconds, 2.5);
}

TEST(DurationHistogram, LosesNothingWhenManyThreadsAdd) {
  DurationHistogram histogram;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      for (int n = 0; n < 10'000; ++n) histogram.add(std::chrono::microseconds(n));
    });
  for (auto& thread : threads) thread.join();
  const auto snapshot = histogram.snapshot();
  EXPECT_EQ(std::accumulate(snapshot.counts.begin(), snapshot.counts.end(), std::uint64_t{0}), 40'000U);
}

}  // namespace
}  // namespace strongroom
