#include "daemon/app/health_checks.h"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include <strongroom/base/clock.h>

#include "daemon/lifecycle/security.h"

namespace strongroom::app {
namespace {

using lifecycle::Finding;

Finding examine_store(const Examined& examined) {
  switch (examined.vault.state()) {
    case vault::State::uninitialized:
      return Finding::degraded("there is no store yet", "strongroom init");
    case vault::State::locked:
      return Finding::degraded("the store is locked", "strongroom unlock");
    case vault::State::unlocked:
      break;
  }
  if (const auto report = examined.vault.header_report(); !report.problem.empty())
    return Finding::degraded(report.problem);
  switch (examined.freshness.state()) {
    case store::Freshness::mismatch:
      return Finding::bad("rows were replaced outside Strongroom", "strongroom unlock --accept-changes, after a look");
    case store::Freshness::pending:
      return Finding::good("the store is open; its rows are still compared");
    case store::Freshness::verified:
      break;
  }
  return Finding::good("the store is open, and no row was replaced");
}

Finding examine_storage(const Examined& examined) {
  const auto health = examined.store.storage().health(false);
  if (!health) return Finding::bad(health.error().message);
  return health->healthy ? Finding::good(health->detail) : Finding::bad(health->detail, "restore a backup");
}

constexpr mode_t k_others = S_IRWXG | S_IRWXO;

std::vector<std::filesystem::path> private_files(const Configuration& configuration) {
  return {configuration.data,
          configuration.state,
          configuration.data / "vault.a",
          configuration.data / "vault.b",
          configuration.state / "vault.key",
          configuration.state / "vault.keychain"};
}

Finding examine_files(const Examined& examined) {
  for (const auto& path : private_files(examined.configuration)) {
    struct stat found{};
    if (stat(path.c_str(), &found) != 0) continue;
    const std::string name = path.filename().string();
    if (found.st_uid != geteuid())
      return Finding::bad(name + " belongs to somebody else", "find out why, then chown it to the daemon's user");
    if ((found.st_mode & k_others) == 0) continue;
    Finding open = Finding::bad(name + " is open to other users", "chmod go= '" + path.string() + "'");
    open.mends = "closes " + name + " to other users; who has read it meanwhile has read it";
    return open;
  }
  return Finding::good("only this user can read or write what belongs to the store");
}

Status close_files(const Examined& examined) {
  for (const auto& path : private_files(examined.configuration)) {
    struct stat found{};
    if (lstat(path.c_str(), &found) != 0 || found.st_uid != geteuid() || S_ISLNK(found.st_mode)) continue;
    if ((found.st_mode & k_others) != 0 && chmod(path.c_str(), found.st_mode & 07777 & ~k_others) != 0)
      return make_error(ErrorCode::storage_failed, "the mode of " + path.filename().string() + " cannot be changed");
  }
  return {};
}

Finding examine_memory(const Examined& examined) {
  if (examined.memory_locked) return Finding::good("keys cannot reach swap space");
  return Finding::degraded("keys may reach swap space, as the configuration allows",
                           "raise LimitMEMLOCK and set vault.require_locked_memory = true");
}

Finding examine_masking() {
  return lifecycle::masking_works() ? Finding::good("known forms of secrets do not reach the log")
                                    : Finding::bad("a known form of a secret would reach the log");
}

Finding examine_audit(const Examined& examined) {
  const auto status = examined.audit.status();
  if (!status) return Finding::degraded("there is no log yet", "strongroom init");
  if (status->problem) return Finding::bad("the audit log takes no event: " + *status->problem);
  if (status->warning) return Finding::degraded(*status->warning);
  return Finding::good(std::to_string(status->entries) + " entries, " + std::to_string(status->signed_entries) +
                       " of them signed; 'strongroom audit verify' reads them all");
}

Finding examine_disk(const Examined& examined) {
  double least = 1;
  for (const auto& folder : {examined.configuration.data, examined.configuration.state}) {
    struct statvfs found{};
    if (statvfs(folder.c_str(), &found) != 0 || found.f_blocks == 0) continue;
    least = std::min(least, static_cast<double>(found.f_bavail) / static_cast<double>(found.f_blocks));
  }
  constexpr double k_little = 0.10;
  constexpr double k_none = 0.02;
  const std::string text = std::to_string(std::lround(least * 100)) + " % of the disk is free";
  if (least < k_none) return Finding::bad(text, "make room");
  return least < k_little ? Finding::degraded(text, "make room") : Finding::good(text);
}

// A clock behind what was signed makes expiries and the order of events doubtful.
Finding examine_clock(const Examined& examined) {
  constexpr std::int64_t k_minute_ms = 60'000;
  const auto status = examined.audit.status();
  if (status && status->checkpoint_ms && system_clock().now_ms() + k_minute_ms < *status->checkpoint_ms)
    return Finding::degraded("the clock is behind the newest signed checkpoint", "set the clock");
  return Finding::good("the clock is not behind what was signed");
}

Finding examine_slots(const Examined& examined) {
  const auto slots = examined.vault.slots();
  if (slots.empty()) return Finding::degraded("there is no way in yet", "strongroom init");
  const bool recovery =
      std::ranges::any_of(slots, [](const auto& slot) { return slot.type == vault::SlotType::recovery; });
  if (!recovery) return Finding::degraded("there is no recovery code", "strongroom init");
  if (slots.size() == 1) return Finding::degraded("there is one way in only", "strongroom slot add passphrase");
  return Finding::good(std::to_string(slots.size()) + " ways in, a recovery code among them");
}

Finding examine_keychain(const Examined& examined) {
  const auto slots = examined.vault.slots();
  const auto slot = std::ranges::find(slots, vault::SlotType::keychain, &vault::SlotInfo::type);
  if (slot == slots.end()) return Finding::good("no slot uses the keychain");
  const auto item =
      examined.outside.fetch_from_keychain(to_hex(examined.vault.store_id()) + "-" + slot->id, vault::Asking::no);
  if (!item) return Finding::degraded(item.error().message);
  return Finding::good("the keychain gives the key of this store");
}

Finding examine_placement(const Examined& examined) {
  if (const Status usable = examined.secrets.probe_keychain(); !usable)
    return Finding::degraded("the keychain cannot be used: " + usable.error().message,
                             "mend that; what it was to take is moved there then");
  const auto state = examined.secrets.placing_state();
  if (!state.looked) return Finding::good("where values lie is still being looked at");
  if (state.waiting == 0) return Finding::good("every value lies where the configuration places it");
  Finding waiting =
      Finding::degraded(std::to_string(state.waiting) + " versions do not lie where the configuration places them",
                        "strongroom secret promote");
  waiting.mends = "brings those values to where they are placed";
  return waiting;
}

Status promote(const Examined& examined) {
  STRONGROOM_ASSIGN(const auto done, examined.secrets.promote(""));
  return done.problem ? Status(make_error(ErrorCode::unreachable, *done.problem)) : Status();
}

Finding examine_keys(const Examined& examined) {
  const auto keys = examined.vault.keys();
  if (!keys) return Finding::good("the store is closed; no key is in memory");
  const std::int64_t now = system_clock().now_ms();
  for (const auto& key : *keys) {
    using Kind = vault::KeyInfo::Kind;
    if (!key.current || key.kind == Kind::system || now - key.created_ms < lifecycle::k_key_age_ms) continue;
    const bool root = key.kind == Kind::root;
    return Finding::degraded((root ? std::string("the root key") : "the key of '" + key.name + "'") +
                                 " is older than a year, or of an unknown age",
                             root ? "strongroom key rotate root" : "strongroom key rotate namespace " + key.name);
  }
  if (examined.vault.has_old_keks()) return Finding::good("a rewrapping is under way: strongroom key list");
  return Finding::good("no key is older than a year");
}

Finding examine_plugins(const Examined& examined) {
  const auto problems = examined.plugins.problems();
  if (problems.empty()) return Finding::good("no plugin has failed");
  std::string all;
  for (const auto& problem : problems) all += (all.empty() ? "" : "; ") + problem;
  return Finding::degraded(all, "strongroom plugin list");
}

}  // namespace

std::vector<lifecycle::HealthCheck> health_checks(const Examined& examined) {
  return {{"store", [examined] { return examine_store(examined); }},
          {"storage", [examined] { return examine_storage(examined); }},
          {"slots", [examined] { return examine_slots(examined); }},
          {"keychain", [examined] { return examine_keychain(examined); }},
          {"files", [examined] { return examine_files(examined); }, [examined] { return close_files(examined); }},
          {"placement", [examined] { return examine_placement(examined); }, [examined] { return promote(examined); }},
          {"keys", [examined] { return examine_keys(examined); }},
          {"memory", [examined] { return examine_memory(examined); }},
          {"masking", [] { return examine_masking(); }},
          {"audit", [examined] { return examine_audit(examined); }},
          {"disk", [examined] { return examine_disk(examined); }},
          {"clock", [examined] { return examine_clock(examined); }},
          {"plugins", [examined] { return examine_plugins(examined); }}};
}

}  // namespace strongroom::app
