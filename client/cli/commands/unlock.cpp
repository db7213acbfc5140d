#include <algorithm>
#include <memory>

#include <strongroom/protocol/methods/vault.h>
#include <CLI/CLI.hpp>

#include "client/cli/command.h"
#include "client/cli/given_secret.h"

namespace strongroom::cli {

namespace wire = protocol::vault;

namespace {

struct Options {
  bool recovery = false;
  bool passphrase = false;
  bool shares = false;
  bool accept_changes = false;
};

int run_unlock(Session& session, const Options& options) {
  auto client = session.client();
  if (!client) return session.fail(client.error());
  wire::UnlockRequest request;
  if (options.accept_changes) request.accept_changes = true;
  if (!options.recovery && !options.passphrase && !options.shares) {
    const auto opened = (*client)->call<wire::Unlock>(request);
    if (opened) {
      session.note("The store is open.");
      return 0;
    }
    const auto slots = (*client)->call<wire::ListSlots>({});
    const bool asks = slots && std::ranges::any_of(slots->slots, [](const wire::Slot& slot) {
                        return slot.type == wire::SlotType::passphrase;
                      });
    if (opened.error().code != ErrorCode::wrong_credential || !asks) return session.fail(opened.error());
  }
  auto secret = options.shares     ? ask_or_read_shares()
                : options.recovery ? ask_or_read("Recovery code: ")
                                   : ask_or_read("Passphrase: ");
  if (!secret) return session.fail(secret.error());
  (options.shares     ? request.shares
   : options.recovery ? request.recovery_code
                      : request.passphrase) = std::move(*secret);
  const auto opened = (*client)->call<wire::Unlock>(request);
  if (!opened) return session.fail(opened.error());
  session.note("The store is open.");
  return 0;
}

}  // namespace

std::function<int(Session&)> prepare_unlock(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_flag("--passphrase", options->passphrase, "Ask for the passphrase at once (or read it from a pipe).");
  app.add_flag("--recovery", options->recovery, "Ask for the recovery code (or read it from a pipe).");
  app.add_flag("--shares", options->shares, "Ask for shares, one a line (or read them from a pipe).");
  app.add_flag("--accept-changes", options->accept_changes,
               "Take the stored rows as they are although they were changed outside Strongroom.");
  return [options](Session& session) { return run_unlock(session, *options); };
}

}  // namespace strongroom::cli
