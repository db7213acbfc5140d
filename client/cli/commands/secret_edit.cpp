// secret edit: a value in the editor, in a file that lies in memory and is gone afterwards.
#include <signal.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>

#include <strongroom/protocol/methods/secret.h>
#include <strongroom/protocol/secret_fields.h>
#include <CLI/CLI.hpp>

#include "client/cli/command.h"
#include "client/cli/reference.h"
#include "client/cli/run/memory_folder.h"
#include "client/cli/run/watcher.h"
#include "client/cli/terminal.h"

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

// Its empty value when there is no such secret, or no such field.
Result<Edited> current(client::Client& client, const Options& options) {
  auto got = client.call<wire::Get>({.path = options.path, .version = {}, .only = {}});
  Edited edited;
  if (!got && got.error().code == ErrorCode::not_found) return edited;
  if (!got) return got.error();
  STRONGROOM_CHECK(protocol::unpack_values(got->fields_, got->base64));
  edited.version = got->version;
  const auto field = std::ranges::find(got->fields_, options.field, &protocol::NamedSecret::name);
  if (field != got->fields_.end()) edited.value = std::move(field->value);
  return edited;
}

// Editors of the vi family keep traces of what they edit in the home folder unless told otherwise.
std::string editor() {
  std::string command = "vi";
  for (const char* name : {"EDITOR", "VISUAL"})
    if (const char* value = std::getenv(name); value && *value) command = value;
  const std::string program = command.substr(0, command.find(' '));
  const std::string name = program.substr(program.rfind('/') + 1);
  if (name == "vim" || name == "nvim" || name == "gvim")
    command += " -n -i NONE --cmd 'set nobackup nowritebackup noundofile'";
  return command;
}

// The keys that end a program belong to the editor meanwhile.
class TerminalKeysIgnored {
 public:
  TerminalKeysIgnored() {
    struct sigaction ignore{};
    ignore.sa_handler = SIG_IGN;
    sigaction(SIGINT, &ignore, &interrupt_);
    sigaction(SIGQUIT, &ignore, &quit_);
  }

  ~TerminalKeysIgnored() {
    sigaction(SIGINT, &interrupt_, nullptr);
    sigaction(SIGQUIT, &quit_, nullptr);
  }

  TerminalKeysIgnored(const TerminalKeysIgnored&) = delete;
  TerminalKeysIgnored& operator=(const TerminalKeysIgnored&) = delete;

 private:
  struct sigaction interrupt_{};
  struct sigaction quit_{};
};

Status run_editor(const std::string& file) {
  std::string shell = "/bin/sh";
  std::string option = "-c";
  std::string command = editor() + " \"$1\"";
  std::string name = "strongroom";
  std::string path = file;
  char* arguments[] = {shell.data(), option.data(), command.data(), name.data(), path.data(), nullptr};
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t usual;
  sigemptyset(&usual);
  for (const int signal : {SIGINT, SIGQUIT, SIGPIPE}) sigaddset(&usual, signal);
  posix_spawnattr_setsigdefault(&attributes, &usual);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  const TerminalKeysIgnored ignored;
  pid_t child = 0;
  const int failed = posix_spawn(&child, shell.c_str(), nullptr, &attributes, arguments, environ);
  posix_spawnattr_destroy(&attributes);
  if (failed) return make_error(ErrorCode::internal, "the editor cannot be started");
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  return make_error(ErrorCode::cancelled, "the editor failed; nothing was stored");
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
  if (auto done = run_editor(*file); !done) return session.fail(done.error());
  auto value = read_file(*file, wire::k_max_version_bytes);
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
