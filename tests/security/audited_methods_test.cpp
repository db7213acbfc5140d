// Every method leaves in the audit log what its policy says, and never a value.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include <strongroom/protocol/catalogue.h>
#include <strongroom/protocol/methods/audit.h>

#include "tests/security/canary.h"
#include "tests/support/raw_socket.h"
#include "tests/support/secrets.h"
#include "tests/support/test_daemon.h"

namespace strongroom::tests {
namespace {

namespace audit = protocol::audit;

struct Case {
  std::string parameters;
  std::string object;  // empty: none
  bool more = false;
  std::string result = "ok";
};

// One call of each audited method, in a store that holds secrets a, b, c (two versions), d/x and d/y.
const std::map<std::string, Case>& cases() {
  static const std::map<std::string, Case> all{
      {"io.strongroom.Secret.Get", {R"({"path":"a"})", "a"}},
      {"io.strongroom.Secret.GetMany", {R"({"items":[{"path":"a"},{"path":"b"}]})", "b"}},
      {"io.strongroom.Secret.Put", {R"({"path":"a","fields":{"value":"CANARY"}})", "a"}},
      {"io.strongroom.Secret.PutMany", {R"({"items":[{"path":"n","fields":{"value":"CANARY"}}]})", "n"}},
      {"io.strongroom.Secret.List", {R"({"prefix":"d"})", "d"}},
      {"io.strongroom.Secret.GetHistory", {R"({"path":"a"})", "a"}},
      {"io.strongroom.Secret.Search", {R"({"text":"a","prefix":"d"})", "d"}},
      {"io.strongroom.Secret.Delete", {R"({"path":"b"})", "b"}},
      {"io.strongroom.Secret.Undelete", {R"({"path":"gone"})", "gone"}},
      {"io.strongroom.Secret.Destroy", {R"({"path":"c","versions":[1]})", "c"}},
      {"io.strongroom.Secret.Purge", {R"({"path":"p"})", "p"}},
      {"io.strongroom.Secret.Move", {R"({"from":"m","to":"moved"})", "moved"}},
      {"io.strongroom.Secret.Copy", {R"({"from":"a","to":"copied"})", "copied"}},
      {"io.strongroom.Secret.Rollback", {R"({"path":"r","version":1})", "r"}},
      {"io.strongroom.Secret.Update", {R"({"path":"a","add_labels":["CANARY"]})", "a"}},
      {"io.strongroom.Secret.Watch", {R"({"prefix":"d"})", "d", true}},
      {"io.strongroom.Secret.Promote", {R"({"prefix":"d"})", "d"}},
      {"io.strongroom.Secret.ForgetSession", {"{}", ""}},
      {"io.strongroom.Service.Mend", {R"({"name":"weather"})", "weather", false, "not_found"}},
      {"io.strongroom.Vault.Init", {"{}", "", false, "already_initialized"}},
      {"io.strongroom.Vault.Unlock", {R"({"passphrase":"CANARY"})", "", false, "wrong_credential"}},
      {"io.strongroom.Vault.Lock", {"{}", ""}},
      {"io.strongroom.Vault.ListSlots", {"{}", ""}},
      {"io.strongroom.Vault.AddSlot", {R"({"type":"recovery","label":"x"})", ""}},
      {"io.strongroom.Vault.RemoveSlot", {R"({"id":"0123456789abcdef"})", "0123456789abcdef", false, "not_found"}},
      {"io.strongroom.Vault.TestSlot", {R"({"id":"0123456789abcdef"})", "0123456789abcdef", false, "not_found"}},
      {"io.strongroom.Vault.RotateSlot", {R"({"id":"0123456789abcdef"})", "0123456789abcdef", false, "not_found"}},
      {"io.strongroom.Vault.ListKeys", {"{}", ""}},
      {"io.strongroom.Vault.RotateKey", {R"({"kind":"root"})", "root"}},
      {"io.strongroom.Backup.Create", {"{}", "", true}},
      {"io.strongroom.Backup.Run", {"{}", "", true}},
      {"io.strongroom.Backup.List", {"{}", ""}},
      {"io.strongroom.Backup.Prune", {"{}", "", false, "configuration"}},
      {"io.strongroom.Vault.AcceptRollback", {"{}", "", false, "conflict"}},
      {"io.strongroom.Audit.List", {R"({"path":"a"})", "a"}},
      {"io.strongroom.Audit.Get", {R"({"seq":1})", ""}},
      {"io.strongroom.Audit.Tail", {"{}", "", true}},
      {"io.strongroom.Audit.GetSummary", {"{}", ""}},
      {"io.strongroom.Audit.Verify", {"{}", ""}},
      {"io.strongroom.Audit.GetCheckpoint", {"{}", ""}},
      {"io.strongroom.Audit.Prove", {R"({"seq":1})", ""}},
      {"io.strongroom.Audit.Archive", {R"({"before_ms":1})", ""}},
      {"io.strongroom.Audit.AddWitness",
       {R"({"key":"no key","url":"http://127.0.0.1:1"})", "no key", false, "invalid_argument"}},
      {"io.strongroom.Audit.RemoveWitness", {R"({"key":"nobody"})", "nobody", false, "not_found"}},
      {"io.strongroom.Audit.Export", {"{}", "", true}},
      {"io.strongroom.Export.Run", {R"({"what":"audit","format":"csv"})", "audit", true}},
      {"io.strongroom.Plugin.Install", {R"({"manifest":"{}"})", "", false, "invalid_argument"}},
      {"io.strongroom.Plugin.Remove", {R"({"id":"com.example.none"})", "com.example.none", false, "not_found"}},
      {"io.strongroom.Plugin.Enable", {R"({"id":"com.example.none"})", "com.example.none", false, "not_found"}},
      {"io.strongroom.Plugin.Disable", {R"({"id":"com.example.none"})", "com.example.none", false, "not_found"}},
      {"io.strongroom.Plugin.Configure", {R"({"id":"com.example.none"})", "com.example.none", false, "not_found"}},
      {"io.strongroom.Plugin.GetLogs", {R"({"id":"com.example.none"})", "com.example.none", false, "not_found"}},
      {"io.strongroom.Log.SetLogMode", {R"({"mode":"debug"})", "debug"}},
      {"io.strongroom.Audit.Redact", {R"({"seq":0})", "0", false, "not_found"}},
  };
  return all;
}

class AuditedMethods : public testing::Test {
 protected:
  AuditedMethods() : daemon_({"--kdf-memory-mib", "64"}) {
    daemon_.start();
    auto client = daemon_.client();
    for (const char* path : {"a", "b", "c", "c", "d/x", "d/y", "gone", "p", "m", "r", "r"})
      EXPECT_TRUE(put(client, path, canary_)) << path;
    EXPECT_TRUE(client.call<wire::Delete>({.path = "gone"}));
    const Secret passphrase(as_bytes("a passphrase that is right"));
    EXPECT_TRUE(client.call<protocol::vault::AddSlot>(
        {.type = protocol::vault::SlotType::passphrase, .passphrase = passphrase.clone(), .label = {}}));
  }

  std::string filled(std::string text) const {
    const std::string word = "CANARY";
    for (std::size_t at = 0; (at = text.find(word, at)) != std::string::npos;) text.replace(at, word.size(), canary_);
    return text;
  }

  // The newest events of an action, newest first.
  std::vector<audit::Event> events_of(std::string_view action) {
    auto client = daemon_.client();
    if (status_of(client).state != protocol::service::StoreState::unlocked) {
      EXPECT_TRUE(client.call<protocol::vault::Unlock>({}));
    }
    audit::ListRequest request;
    request.action = std::string(action);
    request.limit = 10;
    auto listed = client.call<audit::List>(request);
    EXPECT_TRUE(listed) << listed.error().message;
    return listed ? std::move(listed->events) : std::vector<audit::Event>{};
  }

  TestDaemon daemon_;
  const std::string canary_ = random_text(40);
};

void expect_told(const audit::Event& event, const Case& expected) {
  EXPECT_EQ(event.actor, "uid:" + std::to_string(geteuid()));
  EXPECT_EQ(event.auth, "peer");
  EXPECT_EQ(event.uid, static_cast<std::int64_t>(geteuid()));
  EXPECT_EQ(event.pid, static_cast<std::int64_t>(getpid()));
  EXPECT_EQ(event.client, "a test");
  EXPECT_TRUE(event.session && event.request && event.time_ns && event.boot_ns);
  if (expected.object.empty()) return;
  ASSERT_TRUE(event.paths);
  EXPECT_TRUE(std::ranges::find(*event.paths, expected.object) != event.paths->end());
  ASSERT_TRUE(event.objects);
  EXPECT_EQ(event.objects->size(), event.paths->size());
}

TEST_F(AuditedMethods, EachIsCalledHere) {
  for (const auto* area : protocol::catalogue())
    for (const auto& method : area->methods) {
      const bool audited = method.info->audit.kind != protocol::Audited::no;
      const std::string name = std::string(area->name) + "." + std::string(method.info->name);
      EXPECT_EQ(audited, cases().contains(name)) << name;
    }
}

TEST_F(AuditedMethods, ActionsAreNamedAfterTheirMethods) {
  std::set<std::string_view> actions;
  for (const auto* area : protocol::catalogue())
    for (const auto& method : area->methods)
      if (method.info->audit.kind != protocol::Audited::no) {
        EXPECT_TRUE(actions.insert(method.info->audit.action).second) << method.info->audit.action;
      }
}

TEST_F(AuditedMethods, EachLeavesItsEventWithActorObjectAndDecision) {
  for (const auto& [name, expected] : cases()) {
    SCOPED_TRACE(name);
    const auto* method = protocol::find_method(name);
    ASSERT_NE(method, nullptr);
    {
      RawSocket socket(daemon_.socket(), 30);
      ASSERT_TRUE(socket.send_message(
          R"({"method":"io.strongroom.Service.Identify","parameters":{"client":"a test"},"oneway":true})"));
      ASSERT_TRUE(socket.send_message(R"({"method":")" + name + R"(","parameters":)" + filled(expected.parameters) +
                                      (expected.more ? R"(,"more":true})" : "}")));
      ASSERT_TRUE(socket.receive());
    }
    const auto events = events_of(method->info->audit.action);
    ASSERT_FALSE(events.empty());
    // Looking is an event of its own.
    const auto& event =
        name == "io.strongroom.Audit.List" && events.size() > 1 && !events.front().paths ? events[1] : events.front();
    const bool denied = expected.result == "already_initialized";
    EXPECT_EQ(event.decision, denied ? audit::Decision::denied : audit::Decision::allowed);
    EXPECT_EQ(event.result, expected.result);
    expect_told(event, expected);
    if (method->info->audit.kind != protocol::Audited::change || denied) continue;
    ASSERT_GT(events.size(), 1U);
    EXPECT_EQ(event.phase, "outcome");
    EXPECT_EQ(events[1].phase, "intent");
    EXPECT_EQ(event.intent, events[1].seq);
    EXPECT_EQ(event.request, events[1].request);
  }
}

TEST_F(AuditedMethods, NoEventHoldsAValue) {
  for (const auto& [name, expected] : cases()) {
    RawSocket socket(daemon_.socket(), 30);
    ASSERT_TRUE(socket.send_message(R"({"method":")" + name + R"(","parameters":)" + filled(expected.parameters) +
                                    (expected.more ? R"(,"more":true})" : "}")));
    (void)socket.receive();
  }
  (void)events_of("secret.get");
  RawSocket socket(daemon_.socket(), 30);
  std::string before;
  for (int pages = 0; pages < 50; ++pages) {
    ASSERT_TRUE(socket.send_message(
        R"({"method":"io.strongroom.Audit.List","parameters":{"limit":1000,"records":true)" + before + "}}"));
    const auto page = socket.receive();
    ASSERT_TRUE(page);
    EXPECT_EQ(page->find(canary_), std::string::npos);
    const auto cursor = page->find("\"cursor\":");
    if (cursor == std::string::npos) break;
    before = ",\"before\":" + std::to_string(std::stoll(page->substr(cursor + 9)));
  }
  Needles needles;
  needles.add("the canary", canary_);
  daemon_.stop();
  for (const auto& line : find_in_files(daemon_.state(), needles)) ADD_FAILURE() << line;
}

TEST_F(AuditedMethods, DenialsAreToldWhileLocked) {
  auto client = daemon_.client();
  ASSERT_TRUE(client.call<protocol::vault::Lock>({}));
  EXPECT_EQ(get(client, "a").error().code, ErrorCode::locked);
  const auto events = events_of("secret.get");
  ASSERT_FALSE(events.empty());
  EXPECT_EQ(events.front().decision, audit::Decision::denied);
  EXPECT_EQ(events.front().rule, "state");
  EXPECT_EQ(events.front().result, "locked");
}

TEST_F(AuditedMethods, DroppedClientsAndStartsAndStopsAreTold) {
  {
    RawSocket socket(daemon_.socket());
    ASSERT_TRUE(socket.send_message("this is no message"));
    (void)socket.receive();
  }
  const auto dropped = events_of("client.dropped");
  ASSERT_FALSE(dropped.empty());
  EXPECT_EQ(dropped.front().detail, "malformed");
  daemon_.stop();
  daemon_.start();
  EXPECT_EQ(events_of("daemon.stop").size(), 1U);
  EXPECT_EQ(events_of("daemon.start").size(), 2U);
}

}  // namespace
}  // namespace strongroom::tests
