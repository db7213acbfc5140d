#include <algorithm>
#include <memory>
#include <optional>

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
  int descriptor = -1;
};

Result<Secret> given(const Options& options) {
  if (options.shares) return ask_or_read_shares();
  return ask_or_read(options.recovery ? "Recovery code: " : "Passphrase: ");
}

int run_unlock(Session& session, const Options& options) {
  // Before there is a connection, which might get the number of a descriptor that is not open.
  std::optional<Result<Secret>> handed_over;
  if (options.descriptor >= 0) handed_over = read_given(options.descriptor);
  if (handed_over && !*handed_over) return session.fail(handed_over->error());
  auto client = session.client();
  if (!client) return session.fail(client.error());
  wire::UnlockRequest request;
  if (options.accept_changes) request.accept_changes = true;
  if (!options.recovery && !options.passphrase && !options.shares && options.descriptor < 0) {
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
  auto secret = handed_over ? *std::move(handed_over) : given(options);
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
  app.add_option("--fd", options->descriptor,
                 "Read the passphrase, or the code or shares, from this open descriptor, like 3 for 3<file.")
      ->check(CLI::Range(0, 1 << 20));
  app.add_flag("--accept-changes", options->accept_changes,
               "Take the stored rows as they are although they were changed outside Strongroom.");
  return [options](Session& session) { return run_unlock(session, *options); };
}

}  // namespace strongroom::cli
