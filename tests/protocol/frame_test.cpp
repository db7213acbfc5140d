// What the connection does with bytes: limits, order, descriptors.
#include <gtest/gtest.h>

#include <sys/socket.h>

#include <algorithm>
#include <array>

#include <strongroom/protocol/methods/secret.h>

#include "tests/support/raw_socket.h"
#include "tests/support/test_daemon.h"

namespace strongroom::tests {
namespace {

class Frames : public testing::Test {
 protected:
  void SetUp() override { daemon_.start(); }

  // The answer to one message that must be malformed; the connection must be closed behind it and the daemon go on.
  void expect_malformed(std::string_view message) {
    RawSocket socket(daemon_.socket());
    socket.send_message(message);
    const auto answer = socket.receive();
    ASSERT_TRUE(answer) << message.substr(0, 80);
    EXPECT_NE(answer->find("io.strongroom.Malformed"), std::string::npos) << *answer;
    EXPECT_TRUE(socket.is_closed_by_peer());
    EXPECT_TRUE(client::Client::connect({.endpoint = daemon_.endpoint()}));
  }

  TestDaemon daemon_{{"--storage", "memory", "--message-bytes", "65536"}};
};

constexpr std::string_view k_info = R"({"method":"org.varlink.service.GetInfo"})";

TEST_F(Frames, MalformedMessagesAreNamedAndCloseTheConnection) {
  expect_malformed("");
  expect_malformed("null");
  expect_malformed("[]");
  expect_malformed("{}");
  expect_malformed("{\"method\":7}");
  expect_malformed(R"({"method":"a.B","parameters":[]})");
  expect_malformed(R"({"method":"a.B","more":1})");
  expect_malformed(R"({"method":"a.B","more":true,"oneway":true})");
  expect_malformed(R"({"method":"a.B","surprise":true})");
  expect_malformed(R"({"method":"a.B"} {"method":"a.B"})");
  expect_malformed(R"({"method":"a.B","parameters":{"a":1,"a":2}})");
  expect_malformed("{\"method\":\"a.B\",\"parameters\":{\"a\":1,\"\\u0061\":2}}");
  expect_malformed(R"({"method":"a.B","parameters":{"a":9223372036854775808}})");
  expect_malformed(R"({"method":"a.B","parameters":{"a":-9223372036854775809}})");
  expect_malformed(R"({"method":"a.B","parameters":{"a":99999999999999999999999999}})");
  expect_malformed("{\"method\":\"a.B\",\"parameters\":{\"a\":\"\xff\xfe\"}}");
  expect_malformed("{\"method\":\"a.B\",\"parameters\":{\"a\":\"\xc0\x80\"}}");
  expect_malformed(R"({"method":"a.B","parameters":{"a":"\ud800"}})");
  expect_malformed("{\"method\":\"a.B\",\"parameters\":" + std::string(40, '[') + std::string(40, ']') + "}");
}

TEST_F(Frames, NestingOf32IsTakenAnd33IsNot) {
  const auto nested = [](std::size_t depth) {
    return R"({"method":"a.B","parameters":{"a":)" + std::string(depth, '[') + std::string(depth, ']') + "}}";
  };
  RawSocket socket(daemon_.socket());
  socket.send_message(nested(30));
  EXPECT_NE(socket.receive()->find("InterfaceNotFound"), std::string::npos);
  expect_malformed(nested(31));
}

TEST_F(Frames, AMessageThatIsTooLongIsRefusedWhetherItEndsOrNot) {
  expect_malformed("{\"method\":\"" + std::string(70'000, 'a') + "\"}");
  RawSocket socket(daemon_.socket());
  socket.send(std::string(70'000, ' '));
  const auto answer = socket.receive();
  ASSERT_TRUE(answer);
  EXPECT_NE(answer->find("too long"), std::string::npos);
  EXPECT_TRUE(socket.is_closed_by_peer());
}

TEST_F(Frames, AMessageOfTheLongestLengthIsTaken) {
  RawSocket socket(daemon_.socket());
  std::string message(k_info);
  message.resize(65536, ' ');
  socket.send_message(message);
  EXPECT_NE(socket.receive()->find("Strongroom"), std::string::npos);
}

TEST_F(Frames, BytesMayComeOneByOne) {
  RawSocket socket(daemon_.socket());
  for (const char c : std::string(k_info) + '\0') ASSERT_TRUE(socket.send(std::string_view(&c, 1)));
  EXPECT_NE(socket.receive()->find("Strongroom"), std::string::npos);
}

TEST_F(Frames, ManyMessagesInOneWriteAreAnsweredInOrder) {
  RawSocket socket(daemon_.socket());
  std::string all;
  for (int i = 0; i < 100; ++i) {
    const std::string path = "order/" + std::to_string(i);
    all += R"({"method":"io.strongroom.Secret.Put","parameters":{"path":")" + path + R"(","fields":{"value":"v"}}})" +
           '\0';
    all += R"({"method":"io.strongroom.Secret.Get","parameters":{"path":")" + path + R"("}})" + '\0';
    all += R"({"method":"io.strongroom.Secret.Such)" + std::to_string(i) + "\"}" + '\0';
  }
  ASSERT_TRUE(socket.send(all));
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(socket.receive().value_or(""), R"({"parameters":{"version":1,"placed":"store"}})") << i;
    const auto got = socket.receive().value_or("");
    EXPECT_NE(got.find(R"("fields":{"value":"v"})"), std::string::npos) << i << got;
    EXPECT_NE(socket.receive().value_or("").find("Secret.Such" + std::to_string(i)), std::string::npos) << i;
  }
}

TEST_F(Frames, APipelinedCallAfterAnUnlockFindsTheStoreOpen) {
  RawSocket socket(daemon_.socket());
  ASSERT_TRUE(socket.send(
      std::string(R"({"method":"io.strongroom.Vault.Lock"})") + '\0' + R"({"method":"io.strongroom.Secret.List"})" +
      '\0' + R"({"method":"io.strongroom.Vault.Unlock"})" + '\0' + R"({"method":"io.strongroom.Secret.List"})" + '\0'));
  EXPECT_EQ(socket.receive().value_or(""), R"({"parameters":{}})");
  EXPECT_NE(socket.receive().value_or("").find("Locked"), std::string::npos);
  EXPECT_EQ(socket.receive().value_or(""), R"({"parameters":{}})");
  EXPECT_NE(socket.receive().value_or("").find("entries"), std::string::npos);
}

TEST_F(Frames, AClientThatSendsAndStopsWritingGetsItsAnswers) {
  RawSocket socket(daemon_.socket());
  ASSERT_TRUE(socket.send(
      std::string(R"({"method":"io.strongroom.Secret.Put","parameters":{"path":"a","fields":{"value":"v"}}})") + '\0'));
  socket.shut_down_writing();
  EXPECT_EQ(socket.receive().value_or(""), R"({"parameters":{"version":1,"placed":"store"}})");
  EXPECT_TRUE(socket.is_closed_by_peer());
}

TEST_F(Frames, AnswersThatDoNotFitTheSocketWaitAndArriveWhole) {
  RawSocket socket(daemon_.socket());
  const std::string value(40'000, 'x');
  ASSERT_TRUE(socket.send_message(
      R"({"method":"io.strongroom.Secret.Put","parameters":{"path":"big","fields":{"value":")" + value + "\"}}}"));
  ASSERT_TRUE(socket.receive());
  std::string all;
  for (int i = 0; i < 200; ++i)
    all += std::string(R"({"method":"io.strongroom.Secret.Get","parameters":{"path":"big"}})") + '\0';
  ASSERT_TRUE(socket.send(all));
  for (int i = 0; i < 200; ++i) {
    const auto answer = socket.receive();
    ASSERT_TRUE(answer) << i;
    EXPECT_NE(answer->find(value), std::string::npos) << i;
  }
}

TEST_F(Frames, AnUnexpectedDescriptorClosesTheConnection) {
  const std::string message = std::string(R"({"method":"io.strongroom.Service.GetInfo"})") + '\0';
  for (const std::size_t count : {std::size_t{1}, std::size_t{2}, std::size_t{253}}) {
    RawSocket socket(daemon_.socket());
    ASSERT_TRUE(socket.send_descriptors(STDIN_FILENO, count, message));
    // One belongs to a message that may take it, so the messages it came with are looked at.
    EXPECT_EQ(socket.receive().has_value(), count == 1) << count;
    EXPECT_TRUE(socket.is_closed_by_peer());
  }
  EXPECT_TRUE(client::Client::connect({.endpoint = daemon_.endpoint()}));
}

TEST_F(Frames, UnknownNamesAndUpgradesGetTheirStandardErrors) {
  RawSocket socket(daemon_.socket());
  socket.send_message(R"({"method":"io.strongroom.Secret.Nothing"})");
  EXPECT_NE(
      socket.receive()->find(
          R"("error":"org.varlink.service.MethodNotFound","parameters":{"method":"io.strongroom.Secret.Nothing")"),
      std::string::npos);
  socket.send_message(R"({"method":"io.nobody.X"})");
  EXPECT_NE(socket.receive()->find(
                R"("error":"org.varlink.service.InterfaceNotFound","parameters":{"interface":"io.nobody")"),
            std::string::npos);
  socket.send_message(R"({"method":"org.varlink.service.GetInfo","upgrade":true})");
  EXPECT_NE(socket.receive()->find("MethodNotImplemented"), std::string::npos);
  socket.send_message(
      R"({"method":"org.varlink.service.GetInterfaceDescription","parameters":{"interface":"io.nobody"}})");
  EXPECT_NE(socket.receive()->find("InterfaceNotFound"), std::string::npos);
}

TEST_F(Frames, TheClientMakesANewConnectionAfterARestart) {
  auto client = daemon_.client();
  ASSERT_TRUE(client.call<protocol::service::GetInfo>({}));
  daemon_.stop();
  daemon_.start();
  const auto again = client.call<protocol::service::GetInfo>({});
  EXPECT_TRUE(again) << again.error().message;
}

}  // namespace
}  // namespace strongroom::tests
