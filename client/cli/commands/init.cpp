#include <algorithm>
#include <memory>

#include <strongroom/protocol/methods/vault.h>
#include <CLI/CLI.hpp>

#include "client/cli/command.h"
#include "client/cli/terminal.h"

namespace strongroom::cli {

namespace wire = protocol::vault;

namespace {

struct Options {
  bool passphrase = false;
  bool no_key_file = false;
  bool no_recovery = false;
};

int show(Session& session, const std::optional<Secret>& code, std::string_view notice) {
  WipedString text(wiped_heap());
  if (session.options().json) {
    protocol::JsonWriter writer(text);
    writer.begin_object();
    if (code) writer.key("recovery_code").string(code->reveal_text(RevealReason::deliver));
    writer.key("notice").string(notice).end_object();
    text.push_back('\n');
  } else {
    if (code) {
      text.append("Recovery code. Write it down and keep it elsewhere; it is shown this once:\n\n    ");
      text.append(code->reveal_text(RevealReason::deliver)).append("\n\n");
    }
    text.append(notice).append("\n");
  }
  print(text);
  return 0;
}

constexpr const char* k_protects =
    "The store opens without a person from a key file of this machine. The key file protects copies of the data "
    "folder, "
    "such as backups and synchronised folders; it does not protect against somebody who can read the disk that it lies "
    "on.";

bool has_recovery_slot(const wire::ListSlotsResponse& response) {
  return std::ranges::any_of(response.slots,
                             [](const wire::Slot& slot) { return slot.type == wire::SlotType::recovery; });
}

// A store that its first start has made lacks only the recovery code.
int add_recovery_code(Session& session, client::Client& client) {
  const auto slots = client.call<wire::ListSlots>({});
  if (!slots) return session.fail(slots.error());
  if (has_recovery_slot(*slots))
    return session.fail(
        make_error(ErrorCode::already_initialized,
                   "there is a store already, with a recovery code; 'strongroom slot add recovery' makes another"));
  const auto added = client.call<wire::AddSlot>({.type = wire::SlotType::recovery, .passphrase = {}, .label = {}});
  if (!added) return session.fail(added.error());
  return show(session, added->recovery_code, k_protects);
}

int run_init(Session& session, const Options& options) {
  wire::InitRequest request;
  if (options.passphrase) {
    auto passphrase = stdin_is_terminal() ? ask_new_secret("New passphrase") : read_stdin(4096);
    if (!passphrase) return session.fail(passphrase.error());
    if (!stdin_is_terminal()) drop_newline(*passphrase);
    request.passphrase = std::move(*passphrase);
  }
  if (options.no_key_file) request.key_file = false;
  if (options.no_recovery) request.recovery = false;
  session.leave_store_to_me();
  auto client = session.client();
  if (!client) return session.fail(client.error());
  auto made = (*client)->call<wire::Init>(request);
  if (made) return show(session, made->recovery_code, made->notice);
  const bool plain = !options.passphrase && !options.no_key_file && !options.no_recovery;
  if (made.error().code == ErrorCode::already_initialized && plain) return add_recovery_code(session, **client);
  if (made.error().code == ErrorCode::already_initialized)
    return session.fail(make_error(ErrorCode::already_initialized,
                                   "there is a store already; 'strongroom slot add' and 'strongroom slot remove' "
                                   "change what opens it"));
  return session.fail(made.error());
}

}  // namespace

std::function<int(Session&)> prepare_init(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_flag("--passphrase", options->passphrase,
               "Ask for a passphrase that opens the store too (or read it from a pipe).");
  app.add_flag("--no-key-file", options->no_key_file, "Make no key file: every start needs a person.");
  app.add_flag("--no-recovery", options->no_recovery, "Make no recovery code.");
  return [options](Session& session) { return run_init(session, *options); };
}

// On standard error, so that what a script reads from standard output stays what it asked for.
void offer_recovery_code(Session& session) {
  if (!session.started_daemon()) return;
  const auto client = session.client();
  if (!client) return;
  const auto slots = (*client)->call<wire::ListSlots>({});
  if (!slots || has_recovery_slot(*slots)) return;
  if (!stderr_is_terminal()) {
    session.note(std::string("strongroom: a new store was made. 'strongroom init' shows its recovery code. ") +
                 k_protects);
    return;
  }
  const auto added = (*client)->call<wire::AddSlot>({.type = wire::SlotType::recovery, .passphrase = {}, .label = {}});
  if (!added) return;
  WipedString text(wiped_heap());
  text.append(
      "A new store was made. Recovery code; write it down and keep it elsewhere, it is shown this once:\n\n    ");
  text.append(added->recovery_code->reveal_text(RevealReason::deliver))
      .append("\n\n")
      .append(k_protects)
      .append("\n\n");
  print_error(text);
}

}  // namespace strongroom::cli
