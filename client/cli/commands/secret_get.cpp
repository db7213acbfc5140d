#include <algorithm>
#include <memory>

#include <strongroom/protocol/methods/secret.h>
#include <strongroom/protocol/secret_fields.h>
#include <CLI/CLI.hpp>

#include "client/cli/command.h"
#include "client/cli/output.h"
#include "client/cli/reference.h"
#include "client/cli/terminal.h"

namespace strongroom::cli {

namespace wire = protocol::secret;

namespace {

struct GetOptions {
  std::string path;
  std::int64_t version = 0;
  std::vector<std::string> fields;
};

int run_get(Session& session, const GetOptions& options) {
  wire::GetRequest request;
  request.path = options.path;
  if (options.version > 0) request.version = options.version;
  if (!options.fields.empty()) request.only = options.fields;
  auto client = session.client();
  if (!client) return session.fail(client.error());
  offer_recovery_code(session);
  const auto got = (*client)->call<wire::Get>(request);
  if (!got) return session.fail(got.error());
  WipedString text(wiped_heap());
  if (session.options().json) {
    protocol::JsonWriter writer(text);
    protocol::encode(*got, writer);
    text.push_back('\n');
  } else {
    std::size_t width = 0;
    for (const auto& [name, value] : got->fields_) width = std::max(width, name.size());
    for (const auto& [name, value] : got->fields_) {
      const bool encoded = got->base64 && std::ranges::find(*got->base64, name) != got->base64->end();
      std::string title = neutralised(name) + (encoded ? " (base64)" : "");
      title.resize(std::max(width, title.size()) + 2, ' ');
      text.append(title).append(neutralised(value.reveal_text(RevealReason::deliver))).append("\n");
    }
  }
  print(text);
  if (!session.options().json) tell_notice(options.path, got->notice);
  return 0;
}

struct ReadOptions {
  std::string reference;
  bool no_newline = false;
};

int run_read(Session& session, const ReadOptions& options) {
  const auto reference = parse_reference(options.reference);
  if (!reference) return session.fail(reference.error());
  wire::GetRequest request;
  request.path = reference->path;
  request.version = reference->version;
  request.only = {reference->field};
  auto client = session.client();
  if (!client) return session.fail(client.error());
  auto got = (*client)->call<wire::Get>(request);
  if (!got) return session.fail(got.error());
  if (auto unpacked = protocol::unpack_values(got->fields_, got->base64); !unpacked)
    return session.fail(unpacked.error());
  print(got->fields_.front().value.reveal_text(RevealReason::deliver));
  if (!options.no_newline) print("\n");
  tell_notice(reference->path, got->notice);
  return 0;
}

struct ListOptions {
  std::string prefix;
  bool recursive = false;
  bool deleted = false;
};

constexpr std::size_t k_sorted = 10'000;  // more names stay in the store's own order, so that they can be shown at once

void print_entries(std::vector<wire::ListEntry>& entries) {
  std::ranges::sort(entries, {}, &wire::ListEntry::path);
  std::vector<std::vector<std::string>> rows{{"path", "version", "updated"}};
  for (const auto& entry : entries)
    rows.push_back(
        {entry.path, entry.version ? std::to_string(*entry.version) : "",
         entry.updated_ms ? local_time(*entry.updated_ms) + (entry.deleted.value_or(false) ? "  deleted" : "") : ""});
  if (stdout_is_terminal()) return print_paged(as_table(rows));
  for (const auto& entry : entries) print(neutralised(entry.path) + "\n");
}

int run_list(Session& session, const ListOptions& options) {
  auto client = session.client();
  if (!client) return session.fail(client.error());
  offer_recovery_code(session);
  wire::ListRequest request;
  if (!options.prefix.empty()) request.prefix = options.prefix;
  request.recursive = options.recursive;
  request.deleted = options.deleted;
  std::vector<wire::ListEntry> entries;
  WipedString json(wiped_heap());
  protocol::JsonWriter writer(json);
  writer.begin_array();
  do {
    auto page = (*client)->call<wire::List>(request);
    if (!page) return session.fail(page.error());
    request.cursor = std::move(page->cursor);
    std::ranges::move(page->entries, std::back_inserter(entries));
    if (entries.size() <= k_sorted || session.options().json) continue;
    print_entries(entries);
    entries.clear();
  } while (request.cursor);
  if (!session.options().json) {
    if (!entries.empty()) print_entries(entries);
    return 0;
  }
  std::ranges::sort(entries, {}, &wire::ListEntry::path);
  for (const auto& entry : entries) protocol::encode(entry, writer);
  writer.end_array();
  json.push_back('\n');
  print(json);
  return 0;
}

}  // namespace

std::function<int(Session&)> prepare_secret_get(CLI::App& app) {
  auto options = std::make_shared<GetOptions>();
  app.add_option("path", options->path, "Path of the secret.")->required();
  app.add_option("--version", options->version, "Version to show; the current one by default.")
      ->check(CLI::PositiveNumber);
  app.add_option("--field", options->fields, "Field to show; all by default. May be repeated.")
      ->allow_extra_args(false);
  return [options](Session& session) { return run_get(session, *options); };
}

std::function<int(Session&)> prepare_secret_list(CLI::App& app) {
  auto options = std::make_shared<ListOptions>();
  app.add_option("prefix", options->prefix, "Folder to list; the top by default.");
  app.add_flag("-r,--recursive", options->recursive, "List all levels below.");
  app.add_flag("--deleted", options->deleted, "List deleted secrets too.");
  return [options](Session& session) { return run_list(session, *options); };
}

std::function<int(Session&)> prepare_read(CLI::App& app) {
  auto options = std::make_shared<ReadOptions>();
  app.add_option("reference", options->reference,
                 "strongroom://path[?version=N][#field]; the field is 'value' by default.")
      ->required();
  app.add_flag("-n,--no-newline", options->no_newline, "Print the exact bytes.");
  return [options](Session& session) { return run_read(session, *options); };
}

}  // namespace strongroom::cli
