// Streams through a real server: order, ends, and readers that do not read.
#include <gtest/gtest.h>

#include <strongroom/client/client.h>

#include "tests/support/raw_socket.h"
#include "tests/support/test_server.h"
#include "tests/unit/daemon/ipc/feed.h"

namespace strongroom::ipc::feed {
namespace {

using std::chrono::milliseconds;
using tests::RawSocket;

constexpr std::string_view k_watch =
    R"({"method":"io.strongroom.test.Feed.Watch","more":true,"parameters":{"size":0}})";
constexpr std::string_view k_fetch = R"({"method":"io.strongroom.test.Feed.Fetch","parameters":{"size":5}})";

class Streams : public testing::Test {
 protected:
  static Limits small() {
    Limits limits;
    limits.unread = 256 * 1024;
    limits.unread_time = milliseconds(500);
    return limits;
  }

  void subscribe(RawSocket& socket, std::size_t watchers = 1) {
    ASSERT_TRUE(socket.send_message(k_watch));
    ASSERT_TRUE(eventually([&] { return service_.watchers() == watchers; }));
  }

  std::uint64_t dropped(DropReason reason) { return server_.server().dropped()[static_cast<std::size_t>(reason)]; }

  Service service_;
  tests::TestServer server_{[this](Dispatcher& dispatcher) { bind_feed(dispatcher, service_); },
                            Server::Options{.limits = small()}};
};

TEST_F(Streams, AnswersComeInOrderAndTheLastEndsTheStream) {
  RawSocket socket(server_.socket());
  subscribe(socket);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(service_.publish(std::to_string(i)), 1u);
  service_.finish();
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(socket.receive().value_or(""),
              R"({"continues":true,"parameters":{"text":")" + std::to_string(i) + "\"}}");
  EXPECT_EQ(socket.receive().value_or(""), R"({"parameters":{"text":"last"}})");
  EXPECT_EQ(service_.ended(), 0u);
  ASSERT_TRUE(socket.send_message(k_fetch));
  EXPECT_EQ(socket.receive().value_or(""), R"({"parameters":{"text":"xxxxx"}})");
}

TEST_F(Streams, WithoutMoreThereIsOneAnswer) {
  auto client = client::Client::connect({.endpoint = server_.endpoint()});
  ASSERT_TRUE(client);
  const auto answer = client->call<Watch>({});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->text, "once");
}

TEST_F(Streams, WhatIsAskedDuringAStreamWaitsForItsEnd) {
  RawSocket socket(server_.socket());
  subscribe(socket);
  ASSERT_TRUE(socket.send_message(k_fetch));
  EXPECT_EQ(service_.publish("event"), 1u);
  EXPECT_NE(socket.receive().value_or("").find("event"), std::string::npos);
  service_.finish();
  EXPECT_NE(socket.receive().value_or("").find("last"), std::string::npos);
  EXPECT_NE(socket.receive().value_or("").find("xxxxx"), std::string::npos);
}

TEST_F(Streams, AReaderThatGoesAwayEndsTheStreamAtOnce) {
  {
    RawSocket socket(server_.socket());
    subscribe(socket);
  }
  EXPECT_TRUE(eventually([&] { return service_.ended() == 1; })) << "nothing was sent, and the end was not noticed";
  EXPECT_EQ(service_.publish("event"), 0u);
  EXPECT_TRUE(eventually([&] { return server_.server().connections() == 0; }));
}

TEST_F(Streams, AReaderThatStopsWritingStillGetsItsStream) {
  RawSocket socket(server_.socket());
  subscribe(socket);
  socket.shut_down_writing();
  std::this_thread::sleep_for(milliseconds(50));
  EXPECT_EQ(service_.publish("event"), 1u);
  EXPECT_NE(socket.receive().value_or("").find("event"), std::string::npos);
}

TEST_F(Streams, AReaderThatStallsIsDroppedAndFindsTheReasonLast) {
  RawSocket socket(server_.socket());
  subscribe(socket);
  const std::string event(10'000, 'e');
  std::size_t sent = 0;
  while (service_.publish(event) == 1 && sent < 1000) ++sent;
  EXPECT_LT(sent, 200u) << "a stalled reader is not dropped";
  EXPECT_TRUE(eventually([&] { return service_.ended() == 1 && dropped(DropReason::unread_stream) == 1; }));
  std::size_t events = 0;
  std::string last;
  while (const auto message = socket.receive()) {
    last = *message;
    events += last.find("continues") != std::string::npos ? 1u : 0u;
  }
  EXPECT_EQ(events, sent);
  EXPECT_NE(last.find("io.strongroom.Busy"), std::string::npos) << last.substr(0, 200);
  EXPECT_NE(last.find("limits.unread_bytes"), std::string::npos) << last.substr(0, 200);
  EXPECT_TRUE(eventually([&] { return server_.server().connections() == 0; }));
}

TEST_F(Streams, ADroppedReaderThatNeverReadsIsClosedAndItsMemoryIsFree) {
  RawSocket socket(server_.socket());
  subscribe(socket);
  const std::string event(10'000, 'e');
  while (service_.publish(event) == 1) {
  }
  EXPECT_TRUE(eventually([&] { return server_.server().connections() == 0; }));
  EXPECT_TRUE(eventually([&] { return server_.memory().bytes_in_use() < 192 * 1024; }))
      << server_.memory().bytes_in_use();
}

TEST_F(Streams, AStalledReaderSlowsNeitherThePublisherNorOtherReaders) {
  RawSocket stalled(server_.socket());
  subscribe(stalled);
  auto reader = client::Client::connect({.endpoint = server_.endpoint()});
  ASSERT_TRUE(reader);
  std::atomic<int> seen = 0;
  std::thread reading([&] {
    const auto streamed = reader->call_streaming<Watch>({}, [&](const Text& text) {
      ++seen;
      return text.text != "end";
    });
    EXPECT_TRUE(streamed) << streamed.error().message;
  });
  ASSERT_TRUE(eventually([&] { return service_.watchers() == 2; }));
  const std::string event(10'000, 'e');
  for (int i = 0; i < 300; ++i) {
    EXPECT_GE(service_.publish(event), 1u);
    ASSERT_TRUE(eventually([&] { return seen == i + 1; }));
  }
  EXPECT_EQ(service_.publish("end"), 1u) << "the stalled reader is still there";
  reading.join();
}

TEST_F(Streams, TheClientWaitsLongerForAnEventThanForAnAnswer) {
  auto reader = client::Client::connect({.endpoint = server_.endpoint(), .deadline = milliseconds(50)});
  ASSERT_TRUE(reader);
  std::thread publisher([&] {
    ASSERT_TRUE(eventually([&] { return service_.watchers() == 1; }));
    std::this_thread::sleep_for(milliseconds(200));
    service_.publish("late");
    service_.finish();
  });
  std::vector<std::string> seen;
  const auto streamed = reader->call_streaming<Watch>({}, [&](const Text& text) {
    seen.push_back(text.text);
    return true;
  });
  publisher.join();
  EXPECT_TRUE(streamed) << streamed.error().message;
  EXPECT_EQ(seen, (std::vector<std::string>{"late", "last"}));
}

TEST_F(Streams, AStopEndsStreamsWithAReason) {
  RawSocket socket(server_.socket());
  subscribe(socket);
  const auto start = std::chrono::steady_clock::now();
  server_.server().stop(std::chrono::seconds(5));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(2));
  EXPECT_NE(socket.receive().value_or("").find("io.strongroom.Cancelled"), std::string::npos);
  EXPECT_EQ(service_.ended(), 1u);
  EXPECT_EQ(service_.publish("event"), 0u);
}

TEST_F(Streams, HandlesMayOutliveTheServer) {
  Service outliving;
  {
    tests::TestServer server([&](Dispatcher& dispatcher) { bind_feed(dispatcher, outliving); });
    RawSocket socket(server.socket());
    ASSERT_TRUE(socket.send_message(k_watch));
    ASSERT_TRUE(eventually([&] { return outliving.watchers() == 1; }));
  }
  EXPECT_EQ(outliving.publish("event"), 0u);
  outliving.finish();
}

// Thousands of watchers come and go while somebody publishes; nothing may be left behind.
TEST_F(Streams, ComingAndGoingWhileEventsFlowLeavesNothing) {
  std::atomic<bool> stop = false;
  std::thread publisher([&] {
    const std::string event(2'000, 'e');
    while (!stop) service_.publish(event);
  });
  std::vector<std::thread> readers;
  for (int r = 0; r < 4; ++r)
    readers.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        RawSocket socket(server_.socket());
        socket.send_message(k_watch);
        for (int n = 0; n < i % 5; ++n) (void)socket.receive();
      }
    });
  for (auto& reader : readers) reader.join();
  stop = true;
  publisher.join();
  EXPECT_TRUE(eventually([&] { return server_.server().connections() == 0; }));
  EXPECT_EQ(service_.publish("event"), 0u);
  EXPECT_TRUE(eventually([&] { return service_.ended() == 200; })) << service_.ended();
}

}  // namespace
}  // namespace strongroom::ipc::feed
