// Each limit of the transport: what the client is told, and that others go on.
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>

#include <memory>

#include <strongroom/client/client.h>

#include "tests/support/raw_socket.h"
#include "tests/support/test_server.h"
#include "tests/unit/daemon/ipc/feed.h"

namespace strongroom::ipc::feed {
namespace {

using std::chrono::milliseconds;
using tests::RawSocket;

std::string fetch(std::size_t size) {
  return R"({"method":"io.strongroom.test.Feed.Fetch","parameters":{"size":)" + std::to_string(size) + "}}";
}

class Limited : public testing::Test {
 protected:
  void serve(const Limits& limits) {
    server_ = std::make_unique<tests::TestServer>([this](Dispatcher& dispatcher) { bind_feed(dispatcher, service_); },
                                                  Server::Options{.limits = limits});
  }

  std::uint64_t dropped(DropReason reason) { return server_->server().dropped()[static_cast<std::size_t>(reason)]; }

  // The next message names the error and the limit, and the connection ends behind it.
  void expect_dropped(RawSocket& socket, std::string_view error, std::string_view limit) {
    const auto message = socket.receive().value_or("nothing");
    EXPECT_NE(message.find("io.strongroom." + std::string(error)), std::string::npos) << message;
    EXPECT_NE(message.find(R"("subject":"limits.)" + std::string(limit) + "\""), std::string::npos) << message;
    EXPECT_FALSE(socket.receive());
  }

  bool answers(RawSocket& socket) {
    socket.send_message(fetch(3));
    return socket.receive() == R"({"parameters":{"text":"xxx"}})";
  }

  Service service_;
  std::unique_ptr<tests::TestServer> server_;
};

TEST_F(Limited, ConnectionsOverTheLimitAreToldAndRoomIsFreedByLeaving) {
  serve({.connections = 2});
  auto first = std::make_unique<RawSocket>(server_->socket());
  RawSocket second(server_->socket());
  EXPECT_TRUE(answers(*first));
  EXPECT_TRUE(answers(second));
  RawSocket third(server_->socket());
  expect_dropped(third, "Busy", "connections");
  EXPECT_EQ(dropped(DropReason::connections), 1u);
  first.reset();
  EXPECT_TRUE(eventually([&] { return server_->server().connections() == 1; }));
  RawSocket fourth(server_->socket());
  EXPECT_TRUE(answers(fourth));
}

TEST_F(Limited, TheClientSaysWhyItIsNotServed) {
  serve({.connections = 1});
  RawSocket first(server_->socket());
  EXPECT_TRUE(answers(first));
  for (const bool wait : {false, true}) {
    auto client = client::Client::connect({.endpoint = server_->endpoint()});
    ASSERT_TRUE(client);
    if (wait) {
      EXPECT_TRUE(eventually([&] { return dropped(DropReason::connections) >= 2; }));
    }
    const auto answer = client->call<Fetch>({3});
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, ErrorCode::busy) << answer.error().message;
    EXPECT_EQ(answer.error().subject, "limits.connections");
  }
}

TEST_F(Limited, AMessageThatDoesNotEndInTimeIsRefused) {
  serve({.half_message = milliseconds(200)});
  RawSocket socket(server_->socket());
  ASSERT_TRUE(answers(socket));
  socket.send("{\"method\":");
  RawSocket other(server_->socket());
  EXPECT_TRUE(answers(other));
  expect_dropped(socket, "Timeout", "half_message_seconds");
  EXPECT_TRUE(answers(other));
  EXPECT_EQ(dropped(DropReason::half_message), 1u);
}

TEST_F(Limited, DrippingDoesNotMakeAMessagesTimeLonger) {
  serve({.half_message = milliseconds(200)});
  RawSocket socket(server_->socket());
  const auto start = std::chrono::steady_clock::now();
  while (socket.send(" ") && std::chrono::steady_clock::now() - start < std::chrono::seconds(5))
    std::this_thread::sleep_for(milliseconds(5));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
  expect_dropped(socket, "Timeout", "half_message_seconds");
}

TEST_F(Limited, AHalfMessageBehindCallsInFlightIsRefusedBehindTheirAnswers) {
  serve({.half_message = milliseconds(100)});
  RawSocket socket(server_->socket());
  ASSERT_TRUE(socket.send_message(R"({"method":"io.strongroom.test.Feed.Hold","parameters":{"size":1}})"));
  socket.send("{\"method\":");
  EXPECT_TRUE(eventually([&] { return dropped(DropReason::half_message) == 1; }));
  service_.finish();
  EXPECT_EQ(socket.receive().value_or(""), R"({"parameters":{"text":"held"}})");
  expect_dropped(socket, "Timeout", "half_message_seconds");
}

TEST_F(Limited, AnIdleConnectionIsClosedWithAReasonAndABusyOneIsNot) {
  serve({.idle = milliseconds(1000)});
  RawSocket idle(server_->socket());
  RawSocket busy(server_->socket());
  ASSERT_TRUE(answers(idle));
  const auto start = std::chrono::steady_clock::now();
  while (std::chrono::steady_clock::now() - start < milliseconds(2500)) {
    ASSERT_TRUE(answers(busy));
    std::this_thread::sleep_for(milliseconds(20));
  }
  expect_dropped(idle, "Timeout", "idle_seconds");
  EXPECT_EQ(dropped(DropReason::idle), 1u);
}

TEST_F(Limited, AConnectionThatWaitsForAnAnswerIsNotIdle) {
  serve({.idle = milliseconds(100)});
  RawSocket socket(server_->socket());
  ASSERT_TRUE(socket.send_message(R"({"method":"io.strongroom.test.Feed.Hold","parameters":{"size":1}})"));
  std::this_thread::sleep_for(milliseconds(400));
  service_.finish();
  EXPECT_EQ(socket.receive().value_or(""), R"({"parameters":{"text":"held"}})");
}

TEST_F(Limited, TheClientDoesNotNoticeThatItsIdleConnectionWasClosed) {
  serve({.idle = milliseconds(100)});
  auto client = client::Client::connect({.endpoint = server_->endpoint()});
  ASSERT_TRUE(client);
  ASSERT_TRUE(client->call<Fetch>({3}));
  ASSERT_TRUE(eventually([&] { return server_->server().connections() == 0; }));
  const auto answer = client->call<Fetch>({4});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->text, "xxxx");
}

TEST_F(Limited, WithoutAnIdleTimeNothingIsClosed) {
  serve({.idle = milliseconds(0)});
  RawSocket socket(server_->socket());
  std::this_thread::sleep_for(milliseconds(200));
  EXPECT_TRUE(answers(socket));
}

TEST_F(Limited, WhoReadsNothingForLongIsCut) {
  serve({.unread_time = milliseconds(200)});
  RawSocket socket(server_->socket());
  ASSERT_TRUE(socket.send_message(fetch(2'000'000)));
  EXPECT_TRUE(eventually([&] { return dropped(DropReason::unread_time) == 1; }));
  EXPECT_TRUE(eventually([&] { return server_->server().connections() == 0; }));
}

TEST_F(Limited, WhoReadsSlowlyIsServed) {
  serve({.unread_time = milliseconds(1000)});
  RawSocket socket(server_->socket());
  ASSERT_TRUE(socket.send_message(fetch(3'000'000)));
  std::size_t got = 0;
  std::string text(200'000, 0);
  const auto start = std::chrono::steady_clock::now();
  while (got < 3'000'000) {
    const ssize_t n = recv(socket.descriptor(), text.data(), text.size(), 0);
    ASSERT_GT(n, 0) << got;
    got += static_cast<std::size_t>(n);
    std::this_thread::sleep_for(milliseconds(100));
  }
  EXPECT_GT(std::chrono::steady_clock::now() - start, milliseconds(1200)) << "this was no slow reader";
}

TEST_F(Limited, NoMoreIsReadFromWhoDoesNotReadItsAnswers) {
  serve({.unread = 64 * 1024});
  RawSocket socket(server_->socket());
  const timeval second{1, 0};
  setsockopt(socket.descriptor(), SOL_SOCKET, SO_SNDTIMEO, &second, sizeof second);
  std::size_t sent = 0;
  while (sent < 20'000 && socket.send_message(fetch(10'000))) ++sent;
  EXPECT_LT(sent, 20'000u) << "requests are taken without end";
  EXPECT_LT(server_->memory().bytes_in_use(), 1024u * 1024);
}

TEST_F(Limited, ThoseThatStalledLongestGiveWayWhenAllAnswersTogetherAreTooMany) {
  serve({.unread_total = 8 * 1024 * 1024});
  std::vector<std::unique_ptr<RawSocket>> stalled;
  for (std::uint64_t i = 0; i < 20; ++i) {
    stalled.push_back(std::make_unique<RawSocket>(server_->socket()));
    ASSERT_TRUE(stalled.back()->send_message(fetch(1'000'000)));
    // The answer waits: the order in which they stall is known.
    pollfd readable{stalled.back()->descriptor(), POLLIN, 0};
    poll(&readable, 1, 5000);
  }
  EXPECT_TRUE(eventually([&] { return dropped(DropReason::unread_total) >= 10; }));
  EXPECT_LT(server_->memory().bytes_in_use(), 14u * 1024 * 1024);
  RawSocket reader(server_->socket());
  ASSERT_TRUE(reader.send_message(fetch(3'000'000)));
  EXPECT_GT(reader.receive().value_or("").size(), 3'000'000u) << "who reads is served";
  EXPECT_GT(stalled.back()->receive().value_or("").size(), 1'000'000u) << "the youngest was dropped";
  EXPECT_FALSE(stalled.front()->receive()) << "the oldest was kept";
}

TEST_F(Limited, TheOldestHalfMessagesGiveWayWhenTheyAreTooLong) {
  serve({.half_messages_total = 4 * 1024 * 1024});
  std::vector<std::unique_ptr<RawSocket>> half;
  for (int i = 0; i < 12; ++i) {
    half.push_back(std::make_unique<RawSocket>(server_->socket()));
    ASSERT_TRUE(half.back()->send(std::string(1'000'000, ' ')));
    RawSocket other(server_->socket());
    EXPECT_TRUE(answers(other));
  }
  expect_dropped(*half.front(), "Busy", "half_message_bytes");
  EXPECT_LT(server_->memory().bytes_in_use(), 8u * 1024 * 1024);
  ASSERT_TRUE(half.back()->send_message(fetch(3)));
  EXPECT_EQ(half.back()->receive().value_or(""), R"({"parameters":{"text":"xxx"}})");
}

TEST_F(Limited, CallsOverTheLimitWaitAndAreAllAnswered) {
  serve({.calls_in_flight = 4});
  RawSocket socket(server_->socket());
  for (int i = 0; i < 10; ++i)
    ASSERT_TRUE(socket.send_message(R"({"method":"io.strongroom.test.Feed.Hold","parameters":{"size":1}})"));
  EXPECT_TRUE(eventually([&] { return service_.held() == 4; }));
  std::this_thread::sleep_for(milliseconds(50));
  EXPECT_EQ(service_.held(), 4u);
  for (int i = 0; i < 10; ++i) {
    EXPECT_TRUE(eventually([&] { return service_.held() > 0 || i % 4 != 0; }));
    if (i % 4 == 0) {
      EXPECT_TRUE(eventually([&] { return service_.held() == static_cast<std::size_t>(std::min(4, 10 - i)); }));
      service_.finish();
    }
    EXPECT_EQ(socket.receive().value_or(""), R"({"parameters":{"text":"held"}})") << i;
  }
}

TEST_F(Limited, AMessageThatIsTooLongNamesItsLimit) {
  serve({.message = 4096});
  RawSocket socket(server_->socket());
  socket.send(std::string(5000, ' '));
  expect_dropped(socket, "Malformed", "message_bytes");
  EXPECT_EQ(dropped(DropReason::message_size), 1u);
}

TEST_F(Limited, ChangedLimitsCountForOpenConnections) {
  serve({.idle = milliseconds(0)});
  RawSocket socket(server_->socket());
  ASSERT_TRUE(answers(socket));
  server_->server().set_limits({.connections = 1, .idle = milliseconds(100)});
  expect_dropped(socket, "Timeout", "idle_seconds");
}

// An ended deadline must not leave a timer that ticks.
TEST_F(Limited, NothingRunsWhileNothingHappens) {
#if defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "the sanitizer has a thread of its own, which wakes up";
#endif
  serve({});
  RawSocket socket(server_->socket());
  ASSERT_TRUE(answers(socket));
  std::this_thread::sleep_for(milliseconds(100));
  const auto switches = [] {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_nvcsw;
  };
  const auto before = switches();
  std::this_thread::sleep_for(milliseconds(1500));
  EXPECT_LE(switches() - before, 2) << "the I/O threads wake up";
}

}  // namespace
}  // namespace strongroom::ipc::feed
