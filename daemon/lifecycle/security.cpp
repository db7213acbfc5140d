#include "daemon/lifecycle/security.h"

#include <algorithm>

namespace strongroom::lifecycle {

namespace wire = protocol::service;
using Level = wire::SecurityLevel;
using vault::SlotType;

namespace {

wire::SecurityPoint point(std::string name, Level level, std::string why, std::string remedy = {}) {
  wire::SecurityPoint out{.name = std::move(name), .level = level, .why = std::move(why)};
  if (!remedy.empty()) out.remedy = std::move(remedy);
  return out;
}

bool has(const SecurityFacts& facts, SlotType type) {
  return std::ranges::find(facts.slots, type) != facts.slots.end();
}

// What is weakest of all that opens decides, whichever opened this time.
wire::SecurityPoint opening(const SecurityFacts& facts) {
  if (has(facts, SlotType::key_file))
    return point("opening", Level::fallback, "a key file beside the store opens it: a copy of the whole disk is enough",
                 "strongroom slot add keychain (or credential), then strongroom slot remove the key file");
  if (has(facts, SlotType::keychain))
    return point("opening", Level::secure, "half of the key lies in the desktop's keychain");
  if (has(facts, SlotType::credential))
    return point("opening", Level::secure, "the service manager hands the key over");
  return point("opening", Level::secure, "it opens only for a person");
}

wire::SecurityPoint way_out(const SecurityFacts& facts) {
  const bool person = std::ranges::any_of(facts.slots, [](SlotType type) { return !vault::is_unattended(type); });
  if (person) return point("recovery", Level::secure, "a person can open it when this machine is lost");
  return point("recovery", Level::fallback, "nothing opens it when this machine is lost",
               "strongroom slot add recovery");
}

wire::SecurityPoint memory(const SecurityFacts& facts) {
  if (facts.memory_locked) return point("memory", Level::secure, "keys cannot reach swap space");
  return point("memory", Level::insecure, "keys may reach swap space, as the configuration allows",
               "raise the limit of locked memory (ulimit -l) and set vault.require_locked_memory = true");
}

wire::SecurityPoint durability(const SecurityFacts& facts) {
  if (facts.storage_keeps) return point("durability", Level::secure, "what is stored is on the disk, encrypted");
  return point("durability", Level::fallback, "what is stored is lost when the daemon stops",
               "set storage.plugin = \"sqlite\"");
}

wire::SecurityPoint sandbox(const SecurityFacts& facts) {
  if (facts.sandbox_required) return point("sandbox", Level::secure, "a plugin that cannot be confined is refused");
  return point("sandbox", Level::fallback, "a plugin may run where it cannot be confined",
               "set plugins.require_sandbox = true");
}

wire::SecurityPoint freshness(const SecurityFacts& facts) {
  if (facts.freshness != store::Freshness::mismatch)
    return point("freshness", Level::secure, "no row was replaced outside Strongroom, as far as this machine can tell");
  return point("freshness", Level::insecure, "rows were replaced outside Strongroom",
               "restore a backup, or strongroom unlock --accept-changes");
}

wire::SecurityPoint audit(const SecurityFacts& facts) {
  if (facts.audit_works) return point("audit", Level::secure, "every use is in a log that can be proved");
  return point("audit", Level::insecure, "the audit log takes no event, so nothing is revealed or changed",
               "strongroom audit verify says what is wrong with it");
}

wire::SecurityPoint masking(const SecurityFacts& facts) {
  if (facts.masking_works) return point("masking", Level::secure, "secrets are masked before anything is logged");
  return point("masking", Level::insecure, "a known form of a secret would reach the log",
               "set log.level = \"error\", and install Strongroom anew");
}

wire::SecurityPoint keys(const SecurityFacts& facts) {
  if (facts.oldest_key_ms == 0 || facts.now_ms - facts.oldest_key_ms < k_key_age_ms)
    return point("keys", Level::secure, "no key is older than a year");
  return point("keys", Level::fallback, "a key is older than a year",
               "strongroom key rotate namespace, and strongroom key rotate root");
}

wire::SecurityPoint placement(const SecurityFacts& facts) {
  const PlacingFacts& placing = facts.placing;
  if (placing.development)
    return point("placement", Level::insecure, "this is development mode: values may be stored as plain text",
                 "set daemon.mode = \"production\", restart, then strongroom secret promote");
  if (!placing.problem.empty())
    return point("placement", Level::fallback, "the keychain cannot be used: " + placing.problem,
                 "strongroom secret promote, once that is mended");
  if (placing.waiting != 0)
    return point("placement", Level::fallback,
                 std::to_string(placing.waiting) + " versions do not lie where the configuration places them",
                 "strongroom secret promote");
  if (!placing.looked) return point("placement", Level::secure, "where values lie is still being looked at");
  if (placing.keychain) return point("placement", Level::secure, "every value lies where the configuration places it");
  return point("placement", Level::secure, "every value lies in the encrypted store");
}

wire::StorageMethod method_of(const SecurityFacts& facts) {
  if (!facts.has_store) return wire::StorageMethod::none;
  if (!facts.storage_keeps) return wire::StorageMethod::session_only;
  return facts.opened_by == SlotType::keychain ? wire::StorageMethod::keychain : wire::StorageMethod::encrypted_db;
}

}  // namespace

wire::SecurityStatus assess(const SecurityFacts& facts) {
  wire::SecurityStatus status;
  status.method = method_of(facts);
  if (facts.has_store)
    for (auto* look : {&opening, &way_out, &keys, &freshness}) status.points.push_back(look(facts));
  for (auto* look : {&memory, &durability, &placement, &sandbox, &masking, &audit})
    status.points.push_back(look(facts));
  for (const auto& each : status.points) status.level = std::max(status.level, each.level);
  return status;
}

}  // namespace strongroom::lifecycle
