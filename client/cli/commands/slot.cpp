// slot: add, test and rotate, where a person is asked for something.
#include <algorithm>
#include <memory>

#include <strongroom/protocol/methods/vault.h>
#include <CLI/CLI.hpp>

#include "client/cli/command.h"
#include "client/cli/given_secret.h"
#include "client/cli/rotate_slot.h"
#include "client/cli/terminal.h"

namespace strongroom::cli {

namespace wire = protocol::vault;

namespace {

void append_shares(WipedString& text, std::string_view shares) {
  text.append("\nShares. Give each to a different person; they are shown this once:\n\n");
  while (!shares.empty()) {
    const std::size_t end = std::min(shares.find('\n'), shares.size());
    text.append("    ").append(shares.substr(0, end)).push_back('\n');
    shares.remove_prefix(std::min(end + 1, shares.size()));
  }
}

int show(Session& session, const char* what, const wire::AddSlotResponse& added) {
  WipedString text(wiped_heap());
  if (session.options().json) {
    protocol::JsonWriter writer(text);
    protocol::encode(added, writer);
  } else {
    text.append(what).append(" ").append(added.id).append(".");
    if (added.recovery_code)
      text.append("\nRecovery code. Write it down and keep it elsewhere; it is shown this once:\n\n    ")
          .append(added.recovery_code->reveal_text(RevealReason::deliver));
    if (added.shares) append_shares(text, added.shares->reveal_text(RevealReason::deliver));
  }
  text.push_back('\n');
  print(text);
  return 0;
}

Result<Secret> new_passphrase() {
  return stdin_is_terminal() ? ask_new_secret("New passphrase") : ask_or_read("");
}

Result<wire::SlotType> type_of(client::Client& client, const std::string& id) {
  STRONGROOM_ASSIGN(const auto slots, client.call<wire::ListSlots>({}));
  const auto found = std::ranges::find(slots.slots, id, &wire::Slot::id);
  if (found == slots.slots.end()) return make_error(ErrorCode::not_found, "there is no such slot", "id");
  return found->type;
}

struct AddOptions {
  std::string type;
  std::string label;
  std::int64_t shares = 0;
  std::int64_t needed = 0;
};

int run_slot_add(Session& session, const AddOptions& options) {
  wire::AddSlotRequest request;
  const auto& names = protocol::EnumNames<wire::SlotType>::names;
  const auto type = std::ranges::find(names, options.type);
  if (type == names.end())
    return session.fail(make_error(ErrorCode::invalid_argument,
                                   "must be passphrase, key_file, recovery, keychain, credential or shares", "type"));
  request.type = static_cast<wire::SlotType>(type - names.begin());
  if (!options.label.empty()) request.label = options.label;
  if (options.shares != 0) request.shares = options.shares;
  if (options.needed != 0) request.needed = options.needed;
  if (request.type == wire::SlotType::shares && (!request.shares || !request.needed))
    return session.fail(make_error(ErrorCode::invalid_argument,
                                   "needs how many are made and how many open the store: --shares 5 --needed 3",
                                   "type"));
  if (request.type == wire::SlotType::passphrase) {
    auto passphrase = new_passphrase();
    if (!passphrase) return session.fail(passphrase.error());
    request.passphrase = std::move(*passphrase);
  }
  auto client = session.client();
  if (!client) return session.fail(client.error());
  const auto added = (*client)->call<wire::AddSlot>(request);
  return added ? show(session, "Added slot", *added) : session.fail(added.error());
}

int run_slot_test(Session& session, const std::string& id) {
  auto client = session.client();
  if (!client) return session.fail(client.error());
  const auto type = type_of(**client, id);
  if (!type) return session.fail(type.error());
  wire::TestSlotRequest request{.id = id, .passphrase = {}, .recovery_code = {}, .shares = {}};
  std::optional<Secret>* const asked = *type == wire::SlotType::passphrase ? &request.passphrase
                                       : *type == wire::SlotType::recovery ? &request.recovery_code
                                       : *type == wire::SlotType::shares   ? &request.shares
                                                                           : nullptr;
  if (asked != nullptr) {
    auto given = *type == wire::SlotType::shares     ? ask_or_read_shares()
                 : *type == wire::SlotType::recovery ? ask_or_read("Recovery code: ")
                                                     : ask_or_read("Passphrase: ");
    if (!given) return session.fail(given.error());
    *asked = std::move(*given);
  }
  const auto tested = (*client)->call<wire::TestSlot>(request);
  if (!tested) return session.fail(tested.error());
  session.note("The slot opens.");
  return 0;
}

}  // namespace

int rotate_slot(Session& session, const std::string& id) {
  auto client = session.client();
  if (!client) return session.fail(client.error());
  const auto type = type_of(**client, id);
  if (!type) return session.fail(type.error());
  wire::RotateSlotRequest request{.id = id, .passphrase = {}};
  if (*type == wire::SlotType::passphrase) {
    auto passphrase = new_passphrase();
    if (!passphrase) return session.fail(passphrase.error());
    request.passphrase = std::move(*passphrase);
  }
  const auto rotated = (*client)->call<wire::RotateSlot>(request);
  return rotated ? show(session, "In its place is slot", *rotated) : session.fail(rotated.error());
}

std::function<int(Session&)> prepare_slot_add(CLI::App& app) {
  auto options = std::make_shared<AddOptions>();
  app.add_option("type", options->type,
                 "passphrase, key_file, recovery, keychain (of the desktop), credential (of the service manager) or "
                 "shares.")
      ->required();
  app.add_option("--label", options->label, "Text to recognise it by.");
  app.add_option("--shares", options->shares, "For shares: how many are made, 2 to 16.");
  app.add_option("--needed", options->needed, "For shares: how many of them open the store.");
  return [options](Session& session) { return run_slot_add(session, *options); };
}

std::function<int(Session&)> prepare_slot_test(CLI::App& app) {
  auto id = std::make_shared<std::string>();
  app.add_option("id", *id, "Identity of the slot, as 'slot list' shows it.")->required();
  return [id](Session& session) { return run_slot_test(session, *id); };
}

std::function<int(Session&)> prepare_slot_rotate(CLI::App& app) {
  auto id = std::make_shared<std::string>();
  app.add_option("id", *id, "Identity of the slot, as 'slot list' shows it.")->required();
  return [id](Session& session) { return rotate_slot(session, *id); };
}

}  // namespace strongroom::cli
