// Peers that mean no good, or no HTTP.
#include <gtest/gtest.h>

#include "tests/integration/witness/witness_house.h"

namespace strongroom::tests {
namespace {

class HostilePeer : public testing::Test {
 protected:
  void SetUp() override { house_.start(); }

  void TearDown() override {
    EXPECT_EQ(house_.post("x").status, 400) << "the witness does not serve any more";
    EXPECT_EQ(house_.stop().exit_code, 0);
  }

  HttpAnswer say(std::string_view request) { return http_exchange(house_.port(), request); }

  WitnessHouse house_;
};

TEST_F(HostilePeer, GetsNoMoreThan64KiBIn) {
  EXPECT_EQ(house_.post(std::string(65'536, 'x')).status, 400);
  EXPECT_EQ(say("POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: 65537\r\n\r\n").status, 413);
  EXPECT_EQ(say("POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: 9223372036854775807\r\n\r\n").status, 413);
  std::string chunked = "POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 40; ++i) chunked += "800\r\n" + std::string(2048, 'x') + "\r\n";
  EXPECT_EQ(say(chunked + "0\r\n\r\n").status, 413);
}

TEST_F(HostilePeer, GetsAnAnswerToWhatIsNotAddCheckpoint) {
  EXPECT_EQ(say("GET /add-checkpoint HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").status, 405);
  EXPECT_EQ(say("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").status, 404);
  EXPECT_EQ(http_post(house_.port(), "/add-checkpoint/", "x").status, 404);
  EXPECT_EQ(http_post(house_.port(), "//add-checkpoint", "x").status, 404);
  EXPECT_EQ(say("POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").status, 411);
}

TEST_F(HostilePeer, IsNotUnderstoodWithoutHttp) {
  for (const std::string& bytes : {std::string("\r\n\r\n"), std::string("old 0\n\n\n\n"), std::string(100'000, 'A'),
                                   std::string(300, '\0'), "POST /" + std::string(100'000, 'a') + " HTTP/1.1\r\n\r\n",
                                   "POST /add-checkpoint HTTP/1.1\r\n" + std::string(200'000, 'a') + ": b\r\n\r\n"}) {
    TcpSocket socket(house_.port());
    socket.send(bytes);
    socket.shut_down_writing();
    EXPECT_NE(socket.receive().status, 200);
  }
  std::string headers = "POST /add-checkpoint HTTP/1.1\r\n";
  for (int i = 0; i < 5000; ++i) headers += "X-" + std::to_string(i) + ": y\r\n";
  EXPECT_NE(say(headers + "\r\n").status, 200);
  EXPECT_NE(say("POST /add-checkpoint HTTP/1.1\r\nContent-Length: -1\r\nConnection: close\r\n\r\n").status, 200);
}

TEST_F(HostilePeer, WhoLeavesInTheMiddleTakesNothingAlong) {
  for (int i = 0; i < 50; ++i) {
    TcpSocket socket(house_.port());
    socket.send("POST /add-checkpoint HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nold 0\n");
  }
}

TEST_F(HostilePeer, WhoSaysNothingIsDropped) {
  // As many as are worked on at a time.
  std::vector<std::unique_ptr<TcpSocket>> silent;
  for (int i = 0; i < 16; ++i) silent.push_back(std::make_unique<TcpSocket>(house_.port()));
  const evidence::SampleLog log(5);
  EXPECT_EQ(house_.post(growth(log, 0, 5)).status, 200);
  for (auto& socket : silent) EXPECT_NE(socket->receive().status, 200);
}

}  // namespace
}  // namespace strongroom::tests
