// doctor: what health has found, what it means, and what can be mended at once.
#include <array>
#include <memory>

#include <strongroom/protocol/methods/service.h>
#include <CLI/CLI.hpp>

#include "client/cli/command.h"
#include "client/cli/terminal.h"

namespace strongroom::cli {

namespace service = protocol::service;

namespace {

struct Options {
  bool yes = false;
};

// What a failure means for whoever trusts the store, by the name of the look.
std::string_view meaning_of(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 13> k_meanings{{
      {"store", "While this stands, nothing can be read, or what is read may not be the newest."},
      {"storage", "The database itself has a fault: make a backup of what still opens before anything else."},
      {"slots", "When this machine or one key is lost, so is everything in the store."},
      {"keychain", "The store opens by another slot meanwhile; without one it stays locked after the next start."},
      {"files", "Another user of this machine can read what protects the store, or could exchange it."},
      {"placement", "Values lie where a copy of the disk reaches them, or are lost when the daemon stops."},
      {"keys", "The longer one key is used, the more a leak of it opens."},
      {"memory", "Keys can end up in the swap space of the disk, and stay there."},
      {"masking", "A secret in an error message would end up in the log."},
      {"audit", "What happens is not written down, so nothing is revealed or changed until that is mended."},
      {"disk", "When the disk is full, nothing can be stored and nothing be written down."},
      {"clock", "Expiry and the times in the log cannot be trusted."},
      {"plugins", "What the plugin does is not done: exports fail, monitors see nothing."},
  }};
  for (const auto& [known, meaning] : k_meanings)
    if (known == name) return meaning;
  return {};
}

void print_finding(const service::HealthCheck& check) {
  const bool bad = check.state == service::HealthState::unhealthy;
  print((bad ? "Fault in " : "Weak: ") + check.name + "\n  " + neutralised(check.detail) + "\n");
  if (const auto meaning = meaning_of(check.name); !meaning.empty()) print("  " + std::string(meaning) + "\n");
  if (check.remedy && !check.mends) print("  To do: " + neutralised(*check.remedy) + "\n");
}

// Whether it is well now.
bool mend(Session& session, client::Client& client, const service::HealthCheck& check, bool yes) {
  if (!yes && !stdin_is_terminal()) {
    print("  'strongroom doctor --yes' " + neutralised(*check.mends) + ".\n");
    return false;
  }
  if (auto agreed = confirm("  Shall I? It " + *check.mends + ".", yes); !agreed) return false;
  const auto after = client.call<service::Mend>({.name = check.name});
  if (!after) {
    (void)session.fail(after.error());
    return false;
  }
  print("  " + std::string(after->state == service::HealthState::healthy ? "Mended: " : "Still so: ") +
        neutralised(after->detail) + "\n");
  return after->state == service::HealthState::healthy;
}

int run_doctor(Session& session, const Options& options) {
  auto client = session.client();
  if (!client) return session.fail(client.error());
  const auto health = (*client)->call<service::GetHealth>({});
  if (!health) return session.fail(health.error());
  int faults = 0;
  int weak = 0;
  for (const auto& check : health->checks) {
    if (check.state == service::HealthState::healthy) continue;
    print_finding(check);
    if (check.mends && mend(session, **client, check, options.yes)) continue;
    ++(check.state == service::HealthState::unhealthy ? faults : weak);
  }
  const auto count = [](int number, const char* one, const char* many) {
    return std::to_string(number) + " " + (number == 1 ? one : many);
  };
  if (faults == 0 && weak == 0)
    print("All is well: " + count(static_cast<int>(health->checks.size()), "look", "looks") +
          ", nothing left to do.\n");
  else
    print("Left to do: " + count(faults, "fault", "faults") + ", " + count(weak, "weakness", "weaknesses") + ".\n");
  return static_cast<int>(faults == 0 ? ExitCode::done : ExitCode::failed);
}

}  // namespace

std::function<int(Session&)> prepare_doctor(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_flag("-y,--yes", options->yes, "Mend what can be mended without asking.");
  return [options](Session& session) { return run_doctor(session, *options); };
}

}  // namespace strongroom::cli
