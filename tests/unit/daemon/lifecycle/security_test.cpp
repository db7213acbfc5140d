#include "daemon/lifecycle/security.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace strongroom::lifecycle {
namespace {

namespace wire = protocol::service;
using Level = wire::SecurityLevel;
using vault::SlotType;

SecurityFacts safe() {
  SecurityFacts facts;
  facts.slots = {SlotType::keychain, SlotType::recovery};
  facts.opened_by = SlotType::keychain;
  facts.freshness = store::Freshness::verified;
  facts.now_ms = 1'700'000'000'000;
  facts.oldest_key_ms = facts.now_ms - 1000;
  return facts;
}

Level level_of(const wire::SecurityStatus& status, const std::string& name) {
  const auto found = std::ranges::find(status.points, name, &wire::SecurityPoint::name);
  return found == status.points.end() ? Level::insecure : found->level;
}

TEST(Security, IsSecureWithAKeychainAndAWayOut) {
  const auto status = assess(safe());
  EXPECT_EQ(status.level, Level::secure);
  EXPECT_EQ(status.method, wire::StorageMethod::keychain);
  for (const auto& point : status.points) EXPECT_FALSE(point.remedy) << point.name;
}

// Each with its own point and its own remedy.
TEST(Security, IsAsGoodAsItsWorstPoint) {
  const struct {
    const char* point;
    Level level;
    void (*spoil)(SecurityFacts&);
  } cases[] = {
      {"opening", Level::fallback, [](SecurityFacts& f) { f.slots.push_back(SlotType::key_file); }},
      {"recovery", Level::fallback, [](SecurityFacts& f) { f.slots = {SlotType::keychain}; }},
      {"memory", Level::insecure, [](SecurityFacts& f) { f.memory_locked = false; }},
      {"durability", Level::fallback, [](SecurityFacts& f) { f.storage_keeps = false; }},
      {"sandbox", Level::fallback, [](SecurityFacts& f) { f.sandbox_required = false; }},
      {"masking", Level::insecure, [](SecurityFacts& f) { f.masking_works = false; }},
      {"placement", Level::insecure, [](SecurityFacts& f) { f.placing.development = true; }},
      {"placement", Level::fallback, [](SecurityFacts& f) { f.placing.problem = "it is locked"; }},
      {"placement", Level::fallback, [](SecurityFacts& f) { f.placing.waiting = 3; }},
      {"audit", Level::insecure, [](SecurityFacts& f) { f.audit_works = false; }},
      {"freshness", Level::insecure, [](SecurityFacts& f) { f.freshness = store::Freshness::mismatch; }},
      {"keys", Level::fallback, [](SecurityFacts& f) { f.oldest_key_ms = f.now_ms - k_key_age_ms; }},
  };

  for (const auto& each : cases) {
    SecurityFacts facts = safe();
    each.spoil(facts);
    const auto status = assess(facts);
    EXPECT_EQ(level_of(status, each.point), each.level) << each.point;
    EXPECT_EQ(status.level, each.level) << each.point;
    for (const auto& point : status.points) EXPECT_EQ(point.remedy.has_value(), point.level != Level::secure);
  }
}

TEST(Security, TheMethodIsWhereThingsLie) {
  SecurityFacts facts = safe();
  facts.opened_by = SlotType::passphrase;
  EXPECT_EQ(assess(facts).method, wire::StorageMethod::encrypted_db);
  facts.storage_keeps = false;
  EXPECT_EQ(assess(facts).method, wire::StorageMethod::session_only);
  facts.has_store = false;
  EXPECT_EQ(assess(facts).method, wire::StorageMethod::none);
}

}  // namespace
}  // namespace strongroom::lifecycle
