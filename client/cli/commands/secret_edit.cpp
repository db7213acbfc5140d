// secret edit: a value in the editor, in a file that lies in memory and is gone afterwards.
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <sstream>

#include <strongroom/protocol/methods/secret.h>
#include <strongroom/protocol/secret_fields.h>
#include <CLI/CLI.hpp>

#include "client/cli/command.h"
#include "client/cli/reference.h"
#include "client/cli/run/memory_folder.h"
#include "client/cli/run/watcher.h"
#include "client/cli/terminal.h"
#include "client/cli/terminal_keys.h"

extern char** environ;

namespace strongroom::cli {

namespace wire = protocol::secret;

namespace {

struct Options {
  std::string path;
  std::string field{k_default_field};
  bool allow_disk = false;
};

struct Edited {
  Secret value;
  std::int64_t version = 0;  // 0: there is no such secret yet
};

// An empty value when there is no such secret or field, or when its current version was destroyed.
Result<Edited> current(client::Client& client, const Options& options) {
  auto got = client.call<wire::Get>({.path = options.path, .version = {}, .only = {}});
  Edited edited;
  if (!got && got.error().code == ErrorCode::not_found) {
    const auto history = client.call<wire::GetHistory>({options.path});
    if (!history && history.error().code != ErrorCode::not_found) return history.error();
    if (history && !history->versions.empty()) edited.version = history->versions.front().version;
    return edited;
  }
  if (!got) return got.error();
  STRONGROOM_CHECK(protocol::unpack_values(got->fields_, got->base64));
  edited.version = got->version;
  const auto field = std::ranges::find(got->fields_, options.field, &protocol::NamedSecret::name);
  if (field != got->fields_.end()) edited.value = std::move(field->value);
  return edited;
}

// The file behind a name as a shell would find it, links followed: "vi" is often vim.
std::string real_program(const std::string& name) {
  std::error_code error;
  std::vector<std::string> places{""};
  if (name.find('/') == std::string::npos) {
    std::istringstream path(std::getenv("PATH") ? std::getenv("PATH") : "/usr/bin:/bin");
    places.clear();
    for (std::string folder; std::getline(path, folder, ':');) places.push_back(folder + "/");
  }
  for (const auto& place : places)
    if (access((place + name).c_str(), X_OK) == 0)
      return std::filesystem::canonical(place + name, error).filename().string();
  return name;
}

// vim keeps traces of what it edits in the home folder unless told otherwise. An option that a small build of it does
// not know is no reason to stop.
std::string editor() {
  std::string command = "vi";
  for (const char* name : {"EDITOR", "VISUAL"})
    if (const char* value = std::getenv(name); value && *value) command = value;
  if (real_program(command.substr(0, command.find(' '))).find("vim") != std::string::npos)
    command += " -n -i NONE --cmd 'silent! set nobackup nowritebackup' --cmd 'silent! set noundofile'";
  return command;
}

Status run_editor(const std::string& file) {
  const int code = run_in_foreground((editor() + " \"$1\"").c_str(), file.c_str(), -1, environ);
  if (code == 0) return {};
  return make_error(ErrorCode::cancelled, "the editor failed; nothing was stored");
}

// What was typed, as often as it takes to make it one that can be stored. Nothing typed is dropped unasked.
Result<Secret> edit(Session& session, const std::string& file) {
  for (;;) {
    STRONGROOM_CHECK(run_editor(file));
    auto value = read_file(file, wire::k_max_version_bytes);
    if (value) return value;
    (void)session.fail(value.error());
    STRONGROOM_CHECK(confirm("Open the editor again?", false));
  }
}

// Editors end a file with a newline although the value had none.
void drop_added_newline(const Secret& before, Secret& after) {
  const bool had_one = before.reveal_text(RevealReason::inspect).ends_with('\n');
  if (!had_one) drop_newline(after);
}

int store(Session& session, client::Client& client, const Options& options, Edited& edited, const Secret& value) {
  for (;;) {
    wire::PutRequest request;
    request.path = options.path;
    request.fields_.push_back({options.field, value.clone()});
    request.base64 = protocol::pack_values(request.fields_);
    request.merge = true;
    request.check_version = edited.version;
    const auto put = client.call<wire::Put>(request);
    if (put) {
      session.note("Stored version " + std::to_string(put->version) + " of " + neutralised(options.path) + ".");
      return 0;
    }
    // What was typed must not be lost because something else happened meanwhile.
    (void)session.fail(put.error());
    const bool changed = put.error().code == ErrorCode::conflict;
    if (auto again = confirm(changed ? "It was changed meanwhile. Store yours over it?" : "Try again?", false); !again)
      return static_cast<int>(error_info(put.error().code).exit_code);
    if (!changed) continue;
    auto now = current(client, options);
    if (now) edited.version = now->version;
  }
}

int run_edit(Session& session, const Options& options) {
  auto folder = run::MemoryFolder::make(options.allow_disk ? run::Disk::allowed : run::Disk::refused);
  if (!folder) return session.fail(folder.error());
  auto watcher = run::Watcher::start(folder->path());
  if (!watcher) return session.fail(watcher.error());
  auto client = session.client();
  if (!client) return session.fail(client.error());
  auto edited = current(**client, options);
  if (!edited) return session.fail(edited.error());
  const auto file = folder->write(options.path, edited->value);
  if (!file) return session.fail(file.error());
  if (chmod(file->c_str(), S_IRUSR | S_IWUSR) != 0)
    return session.fail(make_error(ErrorCode::internal, "the file cannot be made writable"));
  auto value = edit(session, *file);
  if (!value) return session.fail(value.error());
  folder->remove();
  drop_added_newline(edited->value, *value);
  if (*value == edited->value) {
    session.note("Nothing was changed.");
    return 0;
  }
  if (value->empty())
    return session.fail(make_error(ErrorCode::invalid_argument, "the value is empty; nothing was stored"));
  return store(session, **client, options, *edited, *value);
}

}  // namespace

std::function<int(Session&)> prepare_secret_edit(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("path", options->path, "Path of the secret; a new one is made.")->required();
  app.add_option("--field", options->field, "Field to edit. Default: value.");
  app.add_flag("--allow-disk", options->allow_disk, "Edit also where the file would lie on a disk.");
  return [options](Session& session) { return run_edit(session, *options); };
}

}  // namespace strongroom::cli
