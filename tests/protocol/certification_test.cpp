// Our server and our client against each other and against the Go implementation, both ways.
#include <gtest/gtest.h>

#include <chrono>
#include <thread>

#include <strongroom/client/client.h>
#include <strongroom/protocol/catalogue.h>
#include <strongroom/protocol/fold.h>

#include "daemon/ipc/bind.h"
#include "tests/protocol/certification_service.h"
#include "tests/support/process.h"
#include "tests/support/temporary_folder.h"
#include "tests/support/test_server.h"

namespace strongroom::certification {
namespace {

const protocol::InterfaceInfo& certification_area() {
  static const protocol::InterfaceInfo info{interface, "The public test interface.", protocol::fold(Methods{})};
  return info;
}

void bind_certification(ipc::Dispatcher& dispatcher, Service& service) {
  dispatcher.add_interface(std::string(interface), protocol::varlink_text(certification_area()));
  ipc::bind(dispatcher, interface, Methods{}, service, ipc::Ordering::pipelined);
}

// The whole chain as a client; returns what End answered.
bool run_client(client::Client& client) {
  const auto id = client.call<Start>({});
  EXPECT_TRUE(id) << id.error().message;
  if (!id) return false;
  const std::string who = id->client_id;
  const auto flag = client.call<Test01>({who});
  const auto number = client.call<Test02>({who, flag->flag});
  const auto fraction = client.call<Test03>({who, number->number});
  const auto text = client.call<Test04>({who, fraction->fraction});
  const auto values = client.call<Test05>({who, text->text});
  const auto structure = client.call<Test06>({who, values->flag, values->number, values->fraction, values->text});
  const auto map = client.call<Test07>({who, structure->structure});
  const auto set = client.call<Test08>({who, map->map});
  auto mine = client.call<Test09>({who, set->set});
  EXPECT_TRUE(mine) << mine.error().message << " " << mine.error().subject;
  if (!mine) return false;
  TextsRequest texts{who, {}};
  const auto streamed = client.call_streaming<Test10>({who, mine->mytype}, [&](const TextResult& result) {
    texts.texts.push_back(result.text);
    return true;
  });
  EXPECT_TRUE(streamed) << streamed.error().message;
  EXPECT_GT(texts.texts.size(), 1u);
  const auto sent = client.call_oneway<Test11>(texts);
  EXPECT_TRUE(sent) << sent.error().message;
  const auto end = client.call<End>({who});
  EXPECT_TRUE(end) << end.error().message;
  return end && end->all_ok;
}

TEST(Certification, OurClientPassesOurServer) {
  Service service;
  tests::TestServer server([&](ipc::Dispatcher& dispatcher) { bind_certification(dispatcher, service); });
  auto client = client::Client::connect({.endpoint = server.endpoint()});
  ASSERT_TRUE(client) << client.error().message;
  EXPECT_TRUE(run_client(*client));
  EXPECT_TRUE(service.finished());
}

TEST(Certification, TheGoClientPassesOurServer) {
  Service service;
  tests::TestServer server([&](ipc::Dispatcher& dispatcher) { bind_certification(dispatcher, service); });
  tests::Process client({"varlink-go-certification", "--client", "--varlink=unix:" + server.socket()});
  const auto outcome = client.wait();
  EXPECT_EQ(outcome.exit_code, 0) << outcome.output << outcome.errors;
  EXPECT_TRUE(service.finished()) << outcome.output << outcome.errors;
}

TEST(Certification, OurClientPassesTheGoServer) {
  const tests::TemporaryFolder folder;
  const std::string socket = (folder.path() / "go").string();
  tests::Process server({"varlink-go-certification", "--varlink=unix:" + socket});
  const client::Endpoint endpoint{socket, geteuid()};
  auto client = client::Client::connect({.endpoint = endpoint});
  for (int tries = 0; !client && tries < 500; ++tries) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    client = client::Client::connect({.endpoint = endpoint});
  }
  ASSERT_TRUE(client) << client.error().message;
  EXPECT_TRUE(run_client(*client));
}

TEST(Certification, AStreamingMethodIsRefusedWithoutMore) {
  Service service;
  tests::TestServer server([&](ipc::Dispatcher& dispatcher) { bind_certification(dispatcher, service); });
  auto client = client::Client::connect({.endpoint = server.endpoint()});
  ASSERT_TRUE(client);
  const auto id = client->call<Start>({});
  const auto answer = client->call<Test10>({id->client_id, some_type()});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, ErrorCode::expected_more);
}

}  // namespace
}  // namespace strongroom::certification
