// What was approved is what runs, also while somebody exchanges the file.
#include <gtest/gtest.h>

#include <atomic>
#include <iostream>
#include <thread>

#include "tests/plugin_runner/hostile/zoo.h"

namespace strongroom::tests::hostile {
namespace {

namespace fs = std::filesystem;

constexpr const char* k_id = "com.example.ordinary";

// Puts one or the other in the place of the library, by renaming and by writing over it, until it is told to stop.
class Swapper {
 public:
  explicit Swapper(fs::path library)
      : library_(std::move(library)), thread_([this] {
          while (!stop_) swap();
          put(approved_);
        }) {}

  ~Swapper() {
    stop_ = true;
    thread_.join();
  }

  Swapper(const Swapper&) = delete;
  Swapper& operator=(const Swapper&) = delete;

 private:
  void put(const std::string& content) const {
    const fs::path beside = library_.string() + ".new";
    write_file(beside, content);
    fs::rename(beside, library_);
  }

  void swap() const {
    put(other_);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    put(approved_);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
    write_file(library_, other_);
    write_file(library_, approved_);
  }

  const fs::path library_;
  const std::string approved_ = content_of(module_of("ordinary"));
  const std::string other_ = content_of(module_of("swapped_in"));
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

fs::path library_below(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".so") return entry.path();
  return {};
}

TEST(HostileSwap, OnlyWhatWasApprovedRuns) {
  Zoo zoo({});
  ASSERT_TRUE(zoo.install("ordinary", k_id));
  const fs::path library = library_below(zoo.house().folder() / "plugins" / k_id);
  ASSERT_FALSE(library.empty());
  int done = 0;
  int refused = 0;
  {
    const Swapper swapper(library);
    for (int i = 0; i < 400; ++i) {
      zoo.forgive(k_id);
      const Outcome outcome = zoo.run(k_id);
      ++(outcome.error ? refused : done);
      if (outcome.error) {
        ASSERT_EQ(outcome.error->code, ErrorCode::untrusted) << outcome.error->message;
        ASSERT_EQ(outcome.file, "");
      } else {
        ASSERT_EQ(outcome.file, "complete\n");
      }
    }
  }
  std::cout << done << " exports, " << refused << " refused\n";
  EXPECT_GT(done, 0);
  EXPECT_GT(refused, 0);
}

}  // namespace
}  // namespace strongroom::tests::hostile
