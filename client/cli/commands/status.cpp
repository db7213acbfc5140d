// status, once or with all that changes.
#include <algorithm>
#include <memory>
#include <sstream>

#include <strongroom/protocol/methods/service.h>
#include <CLI/CLI.hpp>

#include "client/cli/command.h"
#include "client/cli/duration.h"
#include "client/cli/output.h"
#include "client/cli/print_json.h"

namespace strongroom::cli {

namespace service = protocol::service;

namespace {

std::string counted(std::int64_t count, const char* one, const char* many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

// "90 s", "12 min", "5 h", "3 d"
std::string ago(std::int64_t since_ms) {
  const std::int64_t seconds = std::max<std::int64_t>(now_ms() - since_ms, 0) / 1000;
  constexpr std::int64_t k_minute = 60;
  constexpr std::int64_t k_hour = 60 * k_minute;
  constexpr std::int64_t k_day = 24 * k_hour;
  if (seconds < 2 * k_minute) return std::to_string(seconds) + " s ago";
  if (seconds < 2 * k_hour) return std::to_string(seconds / k_minute) + " min ago";
  if (seconds < 2 * k_day) return std::to_string(seconds / k_hour) + " h ago";
  return std::to_string(seconds / k_day) + " d ago";
}

std::string log_line(const service::AuditStatus& audit) {
  const std::int64_t waiting = audit.entries - audit.durable_entries;
  return counted(audit.entries, "entry", "entries") + ", " +
         (waiting <= 0 ? "all on the disk" : std::to_string(waiting) + " not yet on the disk");
}

std::string checkpoint_line(const service::AuditStatus& audit) {
  if (audit.signed_entries == 0) return "none yet";
  std::string line = counted(audit.signed_entries, "entry", "entries") + " signed";
  if (audit.checkpoint_ms) line += ", " + local_time(*audit.checkpoint_ms) + " (" + ago(*audit.checkpoint_ms) + ")";
  return line + ", epoch " + std::to_string(audit.epoch);
}

// What a witness has not vouched for yet could be rolled back unnoticed.
std::string witness_line(const service::AuditStatus& audit) {
  if (!audit.witnesses) return "none: nobody outside this machine would notice a rollback of store and log together";
  const std::string many = *audit.witnesses == 1 ? "" : std::to_string(*audit.witnesses) + " witnesses; ";
  if (!audit.cosigned_entries || !audit.cosigned_ms) return many + "nothing is vouched for yet";
  return many + counted(*audit.cosigned_entries, "entry", "entries") + " vouched for, " +
         local_time(*audit.cosigned_ms) + " (" + ago(*audit.cosigned_ms) + "); " +
         std::to_string(audit.entries - *audit.cosigned_entries) + " since then are not";
}

std::string line_of(std::string title, std::size_t width, const std::string& text) {
  title.resize(width, ' ');
  return title + text + "\n";
}

std::string audit_text(const service::AuditStatus& audit, std::size_t width) {
  std::string text = line_of("audit log", width, log_line(audit)) +
                     line_of("checkpoint", width, checkpoint_line(audit)) +
                     line_of("witness", width, witness_line(audit)) +
                     line_of("reveals", width,
                             audit.reveals == "synced" ? "answered when their event is on the disk"
                                                       : "answered when their event is written");
  constexpr std::int64_t k_little = 10;
  if (audit.free_percent < k_little)
    text += line_of("free disk", width, std::to_string(audit.free_percent) + " % where the log lies");
  if (audit.problem) text += line_of("audit problem", width, neutralised(*audit.problem));
  return text;
}

std::string_view word_of(service::SecurityLevel level) {
  return protocol::EnumNames<service::SecurityLevel>::names[static_cast<std::size_t>(level)];
}

// The level, and what keeps it from being better.
std::string security_text(const service::SecurityStatus& security, std::size_t width) {
  std::string text = line_of("security", width, std::string(word_of(security.level)));
  for (const auto& point : security.points) {
    if (point.level == service::SecurityLevel::secure) continue;
    text += line_of("", width, std::string(word_of(point.level)) + ": " + neutralised(point.why));
    if (point.remedy) text += line_of("", width, "  better: " + neutralised(*point.remedy));
  }
  return text;
}

std::string health_text(service::HealthState health, std::int64_t looked_ms, std::size_t width) {
  const auto word = protocol::EnumNames<service::HealthState>::names[static_cast<std::size_t>(health)];
  return line_of("health", width, std::string(word) + ", looked at " + local_time(looked_ms));
}

// The answer for a person: the log has its own lines, before what needs attention.
std::string status_text(service::StatusResponse status) {
  const auto audit = std::exchange(status.audit, std::nullopt);
  const auto security = std::exchange(status.security, std::nullopt);
  const auto health = std::exchange(status.health, std::nullopt);
  const auto looked_ms = std::exchange(status.health_ms, std::nullopt);
  WipedString json(wiped_heap());
  protocol::JsonWriter writer(json);
  protocol::encode(status, writer);
  protocol::JsonDocument document(wiped_heap());
  if (!document.parse(json)) return {};
  std::string text = as_text(protocol::describe<service::StatusResponse>(), document.root());
  if (!audit && !security) return text;
  const std::size_t place = std::min(text.find("problems:\n"), text.size());
  const std::size_t width = text.find_first_not_of(' ', text.find(' ', text.find("\npid ") + 1));
  const std::size_t column = width == std::string::npos ? 18 : width - text.find("\npid ") - 1;
  const std::size_t at = std::max<std::size_t>(column, 15);
  return text.insert(place, (health && looked_ms ? health_text(*health, *looked_ms, at) : "") +
                                (security ? security_text(*security, at) : "") + (audit ? audit_text(*audit, at) : ""));
}

std::vector<std::string> lines_of(const service::StatusResponse& status) {
  std::istringstream text(status_text(status));
  std::vector<std::string> lines;
  for (std::string line; std::getline(text, line);) lines.push_back(std::move(line));
  return lines;
}

// What differs from one moment to the next without meaning anything.
bool always_changes(std::string_view line) {
  constexpr std::string_view k_names[] = {"uptime",     "connections", "stored bytes", "audit log",
                                          "checkpoint", "witness",     "free disk"};
  return std::ranges::any_of(k_names, [&](std::string_view name) { return line.starts_with(name); });
}

int watch_status(Session& session) {
  auto client = session.client();
  if (!client) return session.fail(client.error());
  std::vector<std::string> before;
  const Status ended = (*client)->call_streaming<service::WatchStatus>({}, [&](const service::StatusResponse& status) {
    if (session.options().json) return print_json(status), !output_failed();
    auto now = lines_of(status);
    for (const auto& line : now) {
      if (before.empty()) print(line + "\n");
      if (before.empty() || always_changes(line) || line.ends_with(":") ||
          std::ranges::find(before, line) != before.end())
        continue;
      print(local_time(now_ms()) + "  " + line + "\n");
    }
    for (const auto& line : before)
      if (line.starts_with("  ") && std::ranges::find(now, line) == now.end())
        print(local_time(now_ms()) + "  no longer:" + line.substr(1) + "\n");
    before = std::move(now);
    return !output_failed();
  });
  return ended ? 0 : session.fail(ended.error());
}

// For scripts: whether all is as safe as it can be.
int check_status(Session& session) {
  const auto client = session.client();
  if (!client) return session.fail(client.error());
  const auto status = (*client)->call<service::GetStatus>({});
  if (!status) return session.fail(status.error());
  if (!status->security)
    return session.fail(make_error(ErrorCode::unsupported, "this daemon does not tell how safe it is"));
  const auto& security = *status->security;
  if (session.options().json)
    print_json(security);
  else if (!session.options().quiet)
    print(security_text(security, 10));
  return static_cast<int>(security.level == service::SecurityLevel::secure ? ExitCode::done : ExitCode::failed);
}

int show_status(Session& session) {
  auto client = session.client();
  if (!client) return session.fail(client.error());
  offer_recovery_code(session);
  const auto status = (*client)->call<service::GetStatus>({});
  if (!status) return session.fail(status.error());
  if (session.options().json)
    print_json(*status);
  else if (!session.options().quiet)
    print(status_text(*status));
  return 0;
}

}  // namespace

std::function<int(Session&)> prepare_status(CLI::App& app) {
  auto watch = std::make_shared<bool>(false);
  app.add_flag("-w,--watch", *watch, "Go on and print what changes. With --json: one document a line.");
  auto check = std::make_shared<bool>(false);
  app.add_flag("--check", *check, "Tells only how safe the keys are, and ends with 1 unless that is \"secure\".")
      ->excludes("--watch");
  return [watch, check](Session& session) {
    if (*check) return check_status(session);
    return *watch ? watch_status(session) : show_status(session);
  };
}

}  // namespace strongroom::cli
