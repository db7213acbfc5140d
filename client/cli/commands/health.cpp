// health: a look at each part of the daemon.
#include <strongroom/protocol/methods/service.h>
#include <CLI/CLI.hpp>

#include "client/cli/command.h"
#include "client/cli/output.h"
#include "client/cli/print_json.h"

namespace strongroom::cli {

namespace service = protocol::service;

namespace {

std::string_view word_of(service::HealthState state) {
  return protocol::EnumNames<service::HealthState>::names[static_cast<std::size_t>(state)];
}

std::string milliseconds(std::int64_t microseconds) {
  const std::int64_t tenths = (microseconds + 50) / 100;
  return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " ms";
}

void print_health(const service::HealthResponse& health) {
  std::vector<std::vector<std::string>> rows{{"CHECK", "STATE", "TIME", "WHY", "REMEDY"}};
  for (const auto& check : health.checks)
    rows.push_back({check.name, std::string(word_of(check.state)), milliseconds(check.duration_us), check.detail,
                    check.remedy.value_or("")});
  print(as_table(rows) + "\nAll in all: " + std::string(word_of(health.state)) + ".\n");
}

int run_health(Session& session) {
  const auto client = session.client();
  const auto health =
      client ? (*client)->call<service::GetHealth>({}) : Result<service::HealthResponse>(client.error());
  if (!health) return session.fail(health.error());
  if (session.options().json)
    print_json(*health);
  else
    print_health(*health);
  return static_cast<int>(health->state == service::HealthState::unhealthy ? ExitCode::failed : ExitCode::done);
}

}  // namespace

std::function<int(Session&)> prepare_health(CLI::App&) {
  return [](Session& session) { return run_health(session); };
}

}  // namespace strongroom::cli
