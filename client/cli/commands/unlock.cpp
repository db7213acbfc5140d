#include <algorithm>
#include <memory>

#include <strongroom/protocol/methods/vault.h>
#include <CLI/CLI.hpp>

#include "client/cli/command.h"
#include "client/cli/terminal.h"

namespace strongroom::cli {

namespace wire = protocol::vault;

namespace {

constexpr std::size_t k_longest = 4096;

struct Options {
  bool recovery = false;
  bool passphrase = false;
  bool accept_changes = false;
};

Result<Secret> ask_or_read(const char* prompt) {
  if (stdin_is_terminal()) return ask_secret(prompt);
  STRONGROOM_ASSIGN(Secret value, read_stdin(k_longest));
  drop_newline(value);
  return value;
}

int run_unlock(Session& session, const Options& options) {
  auto client = session.client();
  if (!client) return session.fail(client.error());
  wire::UnlockRequest request;
  if (options.accept_changes) request.accept_changes = true;
  if (!options.recovery && !options.passphrase) {
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
  auto secret = ask_or_read(options.recovery ? "Recovery code: " : "Passphrase: ");
  if (!secret) return session.fail(secret.error());
  (options.recovery ? request.recovery_code : request.passphrase) = std::move(*secret);
  const auto opened = (*client)->call<wire::Unlock>(request);
  if (!opened) return session.fail(opened.error());
  session.note("The store is open.");
  return 0;
}

struct AddOptions {
  std::string type;
  std::string label;
};

int run_slot_add(Session& session, const AddOptions& options) {
  wire::AddSlotRequest request;
  const auto& names = protocol::EnumNames<wire::SlotType>::names;
  const auto type = std::ranges::find(names, options.type);
  if (type == names.end())
    return session.fail(make_error(ErrorCode::invalid_argument,
                                   "must be passphrase, key_file, recovery, keychain or credential", "type"));
  request.type = static_cast<wire::SlotType>(type - names.begin());
  if (!options.label.empty()) request.label = options.label;
  if (request.type == wire::SlotType::passphrase) {
    auto passphrase = stdin_is_terminal() ? ask_new_secret("New passphrase") : ask_or_read("");
    if (!passphrase) return session.fail(passphrase.error());
    request.passphrase = std::move(*passphrase);
  }
  auto client = session.client();
  if (!client) return session.fail(client.error());
  const auto added = (*client)->call<wire::AddSlot>(request);
  if (!added) return session.fail(added.error());
  WipedString text(wiped_heap());
  if (session.options().json) {
    protocol::JsonWriter writer(text);
    protocol::encode(*added, writer);
  } else {
    text.append("Added slot ").append(added->id).append(".");
    if (added->recovery_code)
      text.append("\nRecovery code. Write it down and keep it elsewhere; it is shown this once:\n\n    ")
          .append(added->recovery_code->reveal_text(RevealReason::deliver));
  }
  text.push_back('\n');
  print(text);
  return 0;
}

}  // namespace

std::function<int(Session&)> prepare_unlock(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_flag("--passphrase", options->passphrase, "Ask for the passphrase at once (or read it from a pipe).");
  app.add_flag("--recovery", options->recovery, "Ask for the recovery code (or read it from a pipe).");
  app.add_flag("--accept-changes", options->accept_changes,
               "Take the stored rows as they are although they were changed outside Strongroom.");
  return [options](Session& session) { return run_unlock(session, *options); };
}

std::function<int(Session&)> prepare_slot_add(CLI::App& app) {
  auto options = std::make_shared<AddOptions>();
  app.add_option("type", options->type,
                 "passphrase, key_file, recovery, keychain (of the desktop) or credential (of the service manager).")
      ->required();
  app.add_option("--label", options->label, "Text to recognise it by.");
  return [options](Session& session) { return run_slot_add(session, *options); };
}

}  // namespace strongroom::cli
