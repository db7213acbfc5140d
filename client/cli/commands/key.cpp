// key: the keys of the store, and new ones.
#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>

#include <strongroom/protocol/methods/vault.h>
#include <CLI/CLI.hpp>

#include "client/cli/command.h"
#include "client/cli/output.h"
#include "client/cli/print_json.h"
#include "client/cli/progress.h"
#include "client/cli/rotate_slot.h"
#include "client/cli/terminal.h"

namespace strongroom::cli {

namespace wire = protocol::vault;

namespace {

std::string_view word_of(wire::KeyKind kind) {
  return protocol::EnumNames<wire::KeyKind>::names[static_cast<std::size_t>(kind)];
}

std::string sentence_of(const wire::Rewrapping& state) {
  const std::string done = std::to_string(state.rewrapped) + " items were wrapped anew";
  if (state.problem) return "Not everything could be wrapped anew, so the older keys stay: " + *state.problem + ".";
  if (!state.running) return "The last rewrapping is done: " + done + ".";
  return "A rewrapping is under way: " + done + " so far.";
}

void print_keys(const wire::ListKeysResponse& response) {
  std::vector<std::vector<std::string>> rows{{"KIND", "NAME", "VERSION", "CREATED", "STATE", "EXCHANGED"}};
  for (const auto& key : response.keys)
    rows.push_back({std::string(word_of(key.kind)), key.name, std::to_string(key.version),
                    key.created_ms ? local_time(*key.created_ms) : "-", key.current ? "current" : "retiring",
                    key.due_ms                                          ? "by itself " + local_time(*key.due_ms)
                    : key.kind == wire::KeyKind::system || !key.current ? ""
                                                                        : "when asked"});
  std::string text = as_table(rows);
  if (response.rewrapping) text += "\n" + sentence_of(*response.rewrapping) + "\n";
  print(text);
}

int run_key_list(Session& session) {
  const auto client = session.client();
  if (!client) return session.fail(client.error());
  const auto keys = (*client)->call<wire::ListKeys>({});
  if (!keys) return session.fail(keys.error());
  if (session.options().json)
    print_json(*keys);
  else
    print_keys(*keys);
  return 0;
}

struct RotateOptions {
  std::string kind;
  std::string name;
  bool no_wait = false;
};

// It goes on without us; what is waited for is only said.
int wait(Session& session, client::Client& client) {
  Progress progress(session, "Wrapping anew", "rows");
  for (;;) {
    const auto keys = client.call<wire::ListKeys>({});
    if (!keys) return session.fail(keys.error());
    if (!keys->rewrapping) return 0;
    if (keys->rewrapping->problem)
      return session.fail(make_error(ErrorCode::tampered, "the older keys stay: " + *keys->rewrapping->problem));
    if (!keys->rewrapping->running) return 0;
    progress.show(keys->rewrapping->rows, keys->rewrapping->of);
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
}

int run_key_rotate(Session& session, const RotateOptions& options) {
  wire::RotateKeyRequest request;
  if (options.kind == "slot" && options.name.empty())
    return session.fail(
        make_error(ErrorCode::invalid_argument, "is missing: which slot? 'strongroom slot list' shows them", "name"));
  if (options.kind == "slot") return rotate_slot(session, options.name);
  const auto& names = protocol::EnumNames<wire::KeyKind>::names;
  const auto kind = std::ranges::find(names, options.kind);
  if (kind == names.end() || options.kind == word_of(wire::KeyKind::system))
    return session.fail(make_error(ErrorCode::invalid_argument, "must be root, namespace, audit or slot", "kind"));
  request.kind = static_cast<wire::KeyKind>(kind - names.begin());
  if (!options.name.empty()) request.name = options.name;
  const auto client = session.client();
  if (!client) return session.fail(client.error());
  const auto rotated = (*client)->call<wire::RotateKey>(request);
  if (!rotated) return session.fail(rotated.error());
  if (!options.no_wait)
    if (const int failed = wait(session, **client); failed != 0) return failed;
  session.note(request.kind == wire::KeyKind::root    ? "The store has a new root key."
               : request.kind == wire::KeyKind::audit ? "The audit log is signed with a new key from now on."
               : options.no_wait                      ? "The name space has a new key; what is stored follows."
                                 : "The name space has a new key; what is stored is wrapped under it.");
  return 0;
}

}  // namespace

std::function<int(Session&)> prepare_key_list(CLI::App&) {
  return [](Session& session) { return run_key_list(session); };
}

std::function<int(Session&)> prepare_key_rotate(CLI::App& app) {
  auto options = std::make_shared<RotateOptions>();
  app.add_option("kind", options->kind, "root, namespace, audit (what signs the log) or slot.")->required();
  app.add_option("name", options->name, "The name space (\"default\" when absent), or the identity of the slot.");
  app.add_flag("--no-wait", options->no_wait, "Do not wait until all that is stored is wrapped anew.");
  return [options](Session& session) { return run_key_rotate(session, *options); };
}

}  // namespace strongroom::cli
