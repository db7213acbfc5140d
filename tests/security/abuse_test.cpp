// No client takes the daemon from the others: their p99 at most doubles, memory stays under 200 MiB, and all of it is
// free afterwards.
#include <gtest/gtest.h>

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include <array>
#include <atomic>
#include <cstring>

#include "tests/security/abuse.h"
#include "tests/support/secrets.h"

namespace strongroom::tests {
namespace {

constexpr std::size_t k_crowd = 1000;
constexpr std::size_t k_memory_kib = 200 * 1024;
// Below this nobody notices, and the machine's own noise is as large.
constexpr std::chrono::microseconds k_floor{1000};
// What a daemon may keep of memory that it used: one empty slab for each size and the scratch of its threads.
constexpr std::size_t k_kept_kib = 16 * 1024;

// One more reader of the storage, with its log, which was not needed before.
constexpr std::size_t k_kept_descriptors = 2;

class Abuse : public testing::Test {
 protected:
  void SetUp() override {
    raise_own_descriptor_limit();
    daemon_.start();
    client_.emplace(daemon_.client());
    ASSERT_TRUE(put(*client_, "small", "value"));
    ASSERT_TRUE(put(*client_, "big", std::string(1'000'000, 'b')));
    warm_up();
    for (int round = 0; round < 3; ++round) before_ = std::min(before_, measure_latency(*client_).gets);
    descriptors_ = open_descriptors(daemon_.pid());
    resident_ = resident_kib(daemon_.pid());
  }

  // The storage keeps as many connections for reading as were used at once.
  void warm_up() {
    std::vector<std::thread> readers;
    for (int r = 0; r < 4; ++r)
      readers.emplace_back([this] {
        auto other = daemon_.client();
        for (int i = 0; i < 50; ++i) EXPECT_TRUE(get(other, "big"));
      });
    for (auto& reader : readers) reader.join();
  }

  // Everyone has got the beginning of an answer or was sent away; what the kernel did not take waits in the daemon.
  void expect_answers_wait(const Crowd& clients) {
    for (const auto& client : clients) {
      pollfd answered{client->descriptor(), POLLIN, 0};
      ASSERT_EQ(poll(&answered, 1, 60'000), 1);
    }
    EXPECT_GT(status_of(*client_).connections, 16);
  }

  // In one of a few rounds; a machine that is busy with something else is given more time, not more than twice its own.
  void expect_others_served() {
    Latency now;
    for (int round = 0; round < 8; ++round) {
      now = measure_latency(*client_);
      std::printf("p99 before %ld us, during %ld us, of the machine itself %ld us\n",
                  static_cast<long>(before_.count()), static_cast<long>(now.gets.count()),
                  static_cast<long>(now.machine.count()));
      if (now.gets <= bound(now)) break;
    }
    EXPECT_LE(now.gets, bound(now));
  }

  std::chrono::microseconds bound(const Latency& now) const {
    return std::max({2 * before_, 2 * now.machine, k_floor});
  }

  void expect_all_released() {
    EXPECT_TRUE(eventually([&] { return open_descriptors(daemon_.pid()) <= descriptors_ + k_kept_descriptors; }))
        << open_descriptors(daemon_.pid()) << " descriptors, before " << descriptors_;
    EXPECT_TRUE(eventually([&] { return status_of(*client_).connections == 1; })) << status_of(*client_).connections;
    EXPECT_TRUE(eventually([&] { return resident_kib(daemon_.pid()) <= resident_ + k_kept_kib; }))
        << resident_kib(daemon_.pid()) << " KiB, before " << resident_;
    EXPECT_LT(peak_resident_kib(daemon_.pid()), k_memory_kib);
    std::printf("peak memory %zu MiB\n", peak_resident_kib(daemon_.pid()) / 1024);
  }

  TestDaemon daemon_{{"--unread-seconds", "5", "--half-message-seconds", "2"}};
  std::optional<client::Client> client_;
  std::chrono::microseconds before_ = std::chrono::microseconds::max();
  std::size_t descriptors_ = 0;
  std::size_t resident_ = 0;
};

constexpr std::string_view k_get_big = R"({"method":"io.strongroom.Secret.Get","parameters":{"path":"big"}})";

TEST_F(Abuse, AThousandClientsThatNeverReadTheirAnswers) {
  auto clients = crowd(daemon_, k_crowd, std::string(k_get_big) + '\0');
  expect_answers_wait(clients);
  expect_others_served();
  // Nobody has to leave: they are sent away.
  EXPECT_TRUE(eventually([&] { return status_of(*client_).connections == 1; })) << status_of(*client_).connections;
  expect_all_released();
}

TEST_F(Abuse, ManyClientsThatAskOnAndOnWithoutReading) {
  std::string questions;
  for (int i = 0; i < 50; ++i) questions += std::string(k_get_big) + '\0';
  auto clients = crowd(daemon_, k_crowd / 4, questions);
  expect_answers_wait(clients);
  expect_others_served();
  clients.clear();
  expect_all_released();
}

TEST_F(Abuse, AThousandMessagesThatNeverEnd) {
  auto clients = crowd(daemon_, k_crowd, "{\"method\":\"" + std::string(150'000, 'a'));
  expect_others_served();
  EXPECT_TRUE(eventually([&] { return status_of(*client_).connections == 1; })) << status_of(*client_).connections;
  EXPECT_NE(clients.front()->receive().value_or("").find("limits.half_message_bytes"), std::string::npos);
  EXPECT_NE(clients.back()->receive().value_or("").find("limits.half_message_seconds"), std::string::npos);
  expect_all_released();
}

TEST_F(Abuse, AFloodOfConnects) {
  std::atomic<bool> stop = false;
  std::atomic<std::size_t> connects = 0;
  std::thread flood([&] {
    while (!stop) {
      try {
        crowd(daemon_, 50, "");
        connects += 50;
      } catch (const std::runtime_error&) {
      }
    }
  });
  EXPECT_TRUE(eventually([&] { return connects > 100; }));
  expect_others_served();
  EXPECT_TRUE(eventually([&] { return connects > 1000; }));
  stop = true;
  flood.join();
  expect_all_released();
}

TEST_F(Abuse, AFloodOfConnectsOverTheLimit) {
  auto clients = crowd(daemon_, 2199, "");
  std::atomic<bool> stop = false;
  std::atomic<std::size_t> refused = 0;
  std::thread flood([&] {
    while (!stop) {
      RawSocket socket(daemon_.socket());
      refused += socket.receive().value_or("").find("limits.connections") != std::string::npos ? 1u : 0u;
    }
  });
  EXPECT_TRUE(eventually([&] { return refused > 100; }));
  expect_others_served();
  EXPECT_TRUE(eventually([&] { return refused > 1000; }));
  stop = true;
  flood.join();
  clients.clear();
  expect_all_released();
}

TEST_F(Abuse, DescriptorsWhereNoneBelong) {
  const std::string fifo = (daemon_.folder() / "fifo").string();
  ASSERT_EQ(mkfifo(fifo.c_str(), 0600), 0);
  // Nobody reads the other end: whoever would write to it or open it again waits for ever.
  const int writing = open(fifo.c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_GE(writing, 0);
  for (int i = 0; i < 100; ++i) {
    for (const std::size_t count : {std::size_t{1}, std::size_t{253}}) {
      RawSocket socket(daemon_.socket());
      socket.send_descriptors(writing, count);
      socket.send_descriptors(writing, count);
      EXPECT_FALSE(socket.receive());
    }
    // After an answered call, and in the middle of a message.
    RawSocket socket(daemon_.socket());
    socket.send_message(R"({"method":"org.varlink.service.GetInfo"})");
    EXPECT_TRUE(socket.receive());
    socket.send("{\"method\":");
    socket.send_descriptors(writing, 253);
    EXPECT_FALSE(socket.receive());
  }
  close(writing);
  expect_others_served();
  expect_all_released();
}

}  // namespace
}  // namespace strongroom::tests
