// Promises that every method keeps, read off the catalogue and asked of a real daemon.
#include <gtest/gtest.h>

#include <memory>
#include <set>

#include <strongroom/protocol/message.h>

#include "tests/protocol/sample.h"
#include "tests/support/raw_socket.h"
#include "tests/support/test_daemon.h"

namespace strongroom::tests {
namespace {

// One daemon for all tests of this file; none of them leaves a mark on it.
class Catalogue : public testing::TestWithParam<NamedMethod> {
 public:
  static void SetUpTestSuite() {
    daemon_ = new TestDaemon({"--storage", "memory"});
    daemon_->start();
  }

  static void TearDownTestSuite() {
    delete daemon_;
    daemon_ = nullptr;
  }

 protected:
  static std::string call_of(const NamedMethod& method, const std::string& parameters) {
    const bool streams = method.entry->info->streaming == protocol::Streaming::required;
    return R"({"method":")" + method.name + (streams ? R"(","more":true)" : "\"") + R"(,"parameters":)" + parameters +
           "}";
  }

  // The error's name of an answer, empty for success; and the parameter it names.
  static std::pair<std::string, std::string> error_of(const std::string& answer) {
    protocol::JsonDocument document;
    EXPECT_TRUE(document.parse(answer)) << answer;
    const auto* error = document.root().find("error");
    const auto* parameters = document.root().find("parameters");
    const auto* parameter = parameters ? parameters->find("parameter") : nullptr;
    return {error ? std::string(error->string()) : "", parameter ? std::string(parameter->string()) : ""};
  }

  static TestDaemon* daemon_;
};

TestDaemon* Catalogue::daemon_ = nullptr;

constexpr const char* k_invalid = "org.varlink.service.InvalidParameter";

TEST_P(Catalogue, AcceptsWhatItsDeclarationSays) {
  protocol::JsonDocument sample;
  ASSERT_TRUE(sample.parse(sample_of(*GetParam().entry->request)));
  WipedString once(wiped_heap());
  protocol::JsonWriter writer(once);
  const auto status = GetParam().entry->round_trip(sample.root(), writer);
  ASSERT_TRUE(status) << status.error().subject << " " << status.error().message;
  protocol::JsonDocument again;
  ASSERT_TRUE(again.parse(once));
  WipedString twice(wiped_heap());
  protocol::JsonWriter second(twice);
  ASSERT_TRUE(GetParam().entry->round_trip(again.root(), second));
  EXPECT_EQ(once, twice);
}

TEST_P(Catalogue, NamesEveryFieldOfAWrongType) {
  RawSocket socket(daemon_->socket());
  for (const auto& spoiled : wrongly_typed(*GetParam().entry->request)) {
    ASSERT_TRUE(socket.send_message(call_of(GetParam(), spoiled.parameters)));
    const auto answer = socket.receive();
    ASSERT_TRUE(answer) << spoiled.parameters;
    const auto [error, parameter] = error_of(*answer);
    // Init is refused for its state before its parameters are read.
    if (error == "io.strongroom.AlreadyInitialized") continue;
    EXPECT_EQ(error, k_invalid) << spoiled.parameters << *answer;
    EXPECT_EQ(parameter, spoiled.field) << spoiled.parameters;
  }
}

TEST_P(Catalogue, NamesAnUnknownField) {
  RawSocket socket(daemon_->socket());
  ASSERT_TRUE(socket.send_message(call_of(GetParam(), R"({"no_such_field":1})")));
  const auto answer = socket.receive();
  ASSERT_TRUE(answer);
  const auto [error, parameter] = error_of(*answer);
  if (error != "io.strongroom.AlreadyInitialized") {
    EXPECT_EQ(error, k_invalid) << *answer;
    EXPECT_EQ(parameter, "no_such_field");
  }
}

TEST_P(Catalogue, AMessageCutAtAnyByteIsMalformedAndClosesTheConnection) {
  const std::string whole = call_of(GetParam(), sample_of(*GetParam().entry->request));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    RawSocket socket(daemon_->socket());
    ASSERT_TRUE(socket.send_message(std::string_view(whole).substr(0, size)));
    const auto answer = socket.receive();
    ASSERT_TRUE(answer) << size;
    EXPECT_EQ(error_of(*answer).first, "io.strongroom.Malformed") << size;
    EXPECT_TRUE(socket.is_closed_by_peer()) << size;
  }
}

TEST_P(Catalogue, ABrokenOffMessageGetsNoAnswer) {
  const std::string whole = call_of(GetParam(), sample_of(*GetParam().entry->request));
  RawSocket socket(daemon_->socket());
  ASSERT_TRUE(socket.send(whole));  // no NUL
  socket.shut_down_writing();
  EXPECT_TRUE(socket.is_closed_by_peer());
}

TEST_P(Catalogue, OnewayGetsNoAnswer) {
  RawSocket socket(daemon_->socket());
  // Refused parameters, so that no method changes the shared daemon.
  const std::string parameters = R"({"no_such_field":1})";
  ASSERT_TRUE(
      socket.send_message(R"({"method":")" + GetParam().name + R"(","oneway":true,"parameters":)" + parameters + "}"));
  ASSERT_TRUE(socket.send_message(R"({"method":"org.varlink.service.GetInfo"})"));
  const auto answer = socket.receive();
  ASSERT_TRUE(answer);
  EXPECT_NE(answer->find("vendor"), std::string::npos) << *answer;
}

INSTANTIATE_TEST_SUITE_P(EveryMethod, Catalogue, testing::ValuesIn(all_methods()), [](const auto& chosen) {
  std::string name = chosen.param.name.substr(chosen.param.name.find('.') + 1);
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
});

TEST(LockStates, EveryMethodIsRefusedWhileLockedAsItsDeclarationSays) {
  TestDaemon daemon({"--storage", "memory"});
  daemon.start();
  RawSocket socket(daemon.socket());
  ASSERT_TRUE(socket.send_message(R"({"method":"io.strongroom.Vault.Lock"})"));
  ASSERT_TRUE(socket.receive());
  for (const auto& method : all_methods()) {
    if (method.entry->info->states != protocol::LockStates::unlocked) continue;
    ASSERT_TRUE(socket.send_message(R"({"method":")" + method.name + R"(","parameters":)" +
                                    sample_of(*method.entry->request) + "}"));
    const auto answer = socket.receive();
    ASSERT_TRUE(answer);
    EXPECT_NE(answer->find("io.strongroom.Locked"), std::string::npos) << method.name << *answer;
  }
}

TEST(LockStates, EveryMethodIsRefusedBeforeThereIsAStoreAsItsDeclarationSays) {
  TestDaemon daemon({"--storage", "memory", "--create", "false"});
  daemon.start();
  RawSocket socket(daemon.socket());
  std::size_t refused = 0;
  for (const auto& method : all_methods()) {
    const auto states = method.entry->info->states;
    if (states == protocol::LockStates::any || states == protocol::LockStates::uninitialized) continue;
    ASSERT_TRUE(socket.send_message(R"({"method":")" + method.name + R"(","parameters":)" +
                                    sample_of(*method.entry->request) + "}"));
    const auto answer = socket.receive();
    ASSERT_TRUE(answer);
    EXPECT_NE(answer->find("io.strongroom.NotInitialized"), std::string::npos) << method.name << *answer;
    ++refused;
  }
  EXPECT_GT(refused, 10u);
}

TEST(Descriptions, EveryInterfaceDescribesItselfAsTheCatalogueSays) {
  TestDaemon daemon({"--storage", "memory"});
  daemon.start();
  auto client = daemon.client();
  for (const auto* area : protocol::catalogue()) {
    const auto answer = client.call_raw("org.varlink.service.GetInterfaceDescription",
                                        R"({"interface":")" + std::string(area->name) + R"("})");
    ASSERT_TRUE(answer) << area->name;
    EXPECT_EQ(answer->find("description")->string(), protocol::varlink_text(*area));
  }
  const auto info = client.call_raw("org.varlink.service.GetInfo", "{}");
  ASSERT_TRUE(info);
  std::set<std::string> names;
  for (const auto& name : info->find("interfaces")->array()) names.emplace(name.string());
  EXPECT_TRUE(names.contains("io.strongroom"));
  EXPECT_TRUE(names.contains("org.varlink.service"));
  EXPECT_TRUE(names.contains("io.strongroom.Secret"));
}

}  // namespace
}  // namespace strongroom::tests
