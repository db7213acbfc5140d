#include "daemon/app/health_checks.h"

#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>

#include <strongroom/base/clock.h>
#include <strongroom/base/masking.h>

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

// A file or folder with its mode is ours, and nobody else may do what `forbidden` says.
std::string problem_of(const std::filesystem::path& path, mode_t forbidden) {
  struct stat found{};
  if (stat(path.c_str(), &found) != 0) return {};
  if (found.st_uid != geteuid()) return path.filename().string() + " belongs to somebody else";
  if ((found.st_mode & forbidden) != 0) return path.filename().string() + " is open to other users";
  return {};
}

Finding examine_files(const Examined& examined) {
  const auto& configuration = examined.configuration;
  constexpr mode_t k_others = S_IRWXG | S_IRWXO;
  for (const auto& path :
       {configuration.data, configuration.state, configuration.data / "vault.a", configuration.data / "vault.b",
        configuration.state / "vault.key", configuration.state / "vault.keychain"})
    if (const std::string problem = problem_of(path, k_others); !problem.empty())
      return Finding::bad(problem, "chmod go= '" + path.string() + "'");
  return Finding::good("only this user can read or write what belongs to the store");
}

Finding examine_memory(const Examined& examined) {
  if (examined.memory_locked) return Finding::good("keys cannot reach swap space");
  return Finding::degraded("keys may reach swap space, as the configuration allows",
                           "raise LimitMEMLOCK and set vault.require_locked_memory = true");
}

Finding examine_masking() {
  const std::string key = "sk-ant-" + std::string(40, 'k');
  const std::string shown = mask_secrets("key " + key + " password=hunter2-hunter2");
  const bool masked = shown.find(key) == std::string::npos && shown.find("hunter2") == std::string::npos;
  return masked ? Finding::good("known forms of secrets do not reach the log")
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
          {"files", [examined] { return examine_files(examined); }},
          {"memory", [examined] { return examine_memory(examined); }},
          {"masking", [] { return examine_masking(); }},
          {"audit", [examined] { return examine_audit(examined); }},
          {"disk", [examined] { return examine_disk(examined); }},
          {"clock", [examined] { return examine_clock(examined); }},
          {"plugins", [examined] { return examine_plugins(examined); }}};
}

}  // namespace strongroom::app
