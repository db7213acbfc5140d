// Many at once, and the end at any moment: what was cosigned is never taken back.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "tests/integration/witness/witness_house.h"

namespace strongroom::tests {
namespace {

using evidence::SampleLog;

TEST(WitnessUnderLoad, CosignsOneOfManyFirstCheckpoints) {
  WitnessHouse house;
  house.start();
  const SampleLog log(100);
  std::vector<HttpAnswer> answers(100);
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t i = 0; i < answers.size(); ++i)
      threads.emplace_back([&, i] { answers[i] = house.post(growth(log, 0, i + 1)); });
  }
  const auto winner = std::ranges::find(answers, 200, &HttpAnswer::status);
  ASSERT_NE(winner, answers.end());
  const std::string size = std::to_string(winner - answers.begin() + 1) + "\n";
  for (const auto& answer : answers) {
    if (&answer == &*winner) continue;
    EXPECT_EQ(answer.status, 409);
    EXPECT_EQ(answer.body, size);
  }
}

TEST(WitnessUnderLoad, CosignsOneHistory) {
  WitnessHouse house;
  house.start();
  constexpr std::uint64_t k_largest = 400;
  const SampleLog log(k_largest);
  std::mutex mutex;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> steps;
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t stride = 1; stride <= 8; ++stride)
      threads.emplace_back([&, stride] {
        int attempts = 0;
        for (std::uint64_t known = 0; known + stride <= k_largest && ++attempts < 2'000;) {
          const HttpAnswer answer = house.post(growth(log, known, known + stride));
          ASSERT_TRUE(answer.status == 200 || answer.status == 409) << answer.body;
          if (answer.status == 200) {
            const std::lock_guard lock(mutex);
            steps.emplace_back(known, known + stride);
          }
          known = answer.status == 200 ? known + stride : std::stoull(answer.body);
        }
      });
  }
  // Each step begins where another ended, and none begins twice.
  std::ranges::sort(steps);
  std::uint64_t at = 0;
  for (const auto& [from, to] : steps) {
    ASSERT_EQ(from, at);
    at = to;
  }
  EXPECT_GT(at, k_largest - 8);
}

TEST(WitnessKilled, NeverForgetsWhatItHasCosigned) {
  WitnessHouse house;
  constexpr std::uint64_t k_largest = 4000;
  const SampleLog log(k_largest);
  std::uint64_t cosigned = 0;
  for (int round = 0; round < 25; ++round) {
    house.start();
    std::atomic<std::uint64_t> reached = cosigned;
    {
      const std::jthread submitting([&] {
        try {
          std::uint64_t known = std::stoull(house.post(growth(log, k_largest, k_largest)).body);
          EXPECT_GE(known, cosigned) << "the state went back";
          while (known < k_largest && house.post(growth(log, known, known + 1)).status == 200) reached = ++known;
        } catch (const std::exception&) {
          // It was killed meanwhile.
        }
      });
      const std::uint64_t enough = cosigned + 1 + static_cast<std::uint64_t>(round) % 5;
      EXPECT_TRUE(eventually([&] { return reached >= enough; }));
      house.kill();
    }
    cosigned = reached;
  }
  house.start();
  const HttpAnswer answer = house.post(growth(log, k_largest, k_largest));
  EXPECT_EQ(answer.status, 409);
  const std::uint64_t known = std::stoull(answer.body);
  EXPECT_GE(known, cosigned);
  EXPECT_EQ(house.post(growth(log, known, k_largest)).status, 200);
}

}  // namespace
}  // namespace strongroom::tests
