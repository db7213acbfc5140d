#include "daemon/vault/writer_first_mutex.h"

#include <gtest/gtest.h>

#include <thread>

namespace strongroom::vault {
namespace {

TEST(WriterFirstMutex, AWaitingWriterKeepsNewReadersOut) {
  WriterFirstMutex mutex;
  mutex.lock_shared();
  ASSERT_TRUE(mutex.try_lock_shared()) << "readers share while no writer waits";
  mutex.unlock_shared();
  bool written = false;
  std::thread writer([&] {
    const std::unique_lock guard(mutex);
    written = true;
  });
  while (!mutex.writers_wait()) std::this_thread::yield();
  EXPECT_FALSE(mutex.try_lock_shared());
  std::thread reader([&] {
    const std::shared_lock guard(mutex);
    EXPECT_TRUE(written) << "a reader that came later goes later";
  });
  mutex.unlock_shared();
  writer.join();
  reader.join();
}

TEST(WriterFirstMutex, WritersExcludeEachOtherAndReaders) {
  WriterFirstMutex mutex;
  int value = 0;
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&, t] {
      for (int i = 0; i < 2000; ++i) {
        if (t % 2 == 0) {
          const std::unique_lock guard(mutex);
          value += 2;
          value -= 1;
        } else {
          const std::shared_lock guard(mutex);
          const int seen = value;
          EXPECT_EQ(seen, value);
        }
      }
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(value, 4000);
}

}  // namespace
}  // namespace strongroom::vault
