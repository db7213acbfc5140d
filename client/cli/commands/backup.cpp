// backup: copies of the store that open elsewhere.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>

#include <strongroom/backup/read_backup.h>
#include <strongroom/protocol/methods/backup.h>
#include <CLI/CLI.hpp>

#include "client/cli/autostart.h"
#include "client/cli/command.h"
#include "client/cli/given_secret.h"
#include "client/cli/new_file.h"
#include "client/cli/output.h"
#include "client/cli/print_json.h"
#include "client/cli/progress.h"
#include "client/cli/terminal.h"

namespace strongroom::cli {

namespace wire = protocol::backup;

namespace {

constexpr std::size_t k_longest_identity = 64 * 1024;

struct CreateOptions {
  std::string output;
  std::vector<std::string> recipients;
  bool passphrase = false;
  bool force = false;
};

using Told = std::function<bool(const wire::Progress&)>;

Result<wire::Progress> followed(Session& session, const std::function<Status(const Told&)>& call) {
  Progress progress(session, "Backing up", "bytes");
  wire::Progress last;
  STRONGROOM_CHECK(call([&](const wire::Progress& told) {
    last = told;
    progress.show(told.done, told.total);
    return true;
  }));
  return last;
}

Result<wire::Progress> create_into(Session& session, const CreateOptions& options, int descriptor) {
  wire::CreateRequest request;
  if (!options.recipients.empty()) request.recipients = options.recipients;
  if (options.passphrase) {
    auto given = stdin_is_terminal() ? ask_new_secret("Passphrase of the backup") : ask_or_read("");
    if (!given) return given.error();
    request.passphrase = std::move(*given);
  }
  STRONGROOM_ASSIGN(auto* const client, session.client());
  return followed(session,
                  [&](const Told& told) { return client->call_passing<wire::Create>(descriptor, request, told); });
}

Result<wire::Progress> create(Session& session, const CreateOptions& options) {
  if (options.output.empty()) {
    if (!options.recipients.empty() || options.passphrase)
      return make_error(ErrorCode::invalid_argument, "is missing: where shall the backup go?", "--output");
    STRONGROOM_ASSIGN(auto* const client, session.client());
    return followed(session, [&](const Told& told) { return client->call_streaming<wire::Run>({}, told); });
  }
  if (options.recipients.empty() == !options.passphrase)
    return make_error(ErrorCode::invalid_argument,
                      "give --recipient age1... ('age-keygen' makes a key) or --passphrase", "--recipient");
  if (options.output == "-") {
    if (stdout_is_terminal())
      return make_error(ErrorCode::invalid_argument, "an encrypted file is no text for a terminal; name a file",
                        "--output");
    return create_into(session, options, STDOUT_FILENO);
  }
  STRONGROOM_ASSIGN(auto file, NewFile::create(options.output, options.force ? Overwrite::yes : Overwrite::no));
  STRONGROOM_ASSIGN(auto last, create_into(session, options, file.descriptor()));
  STRONGROOM_CHECK(file.keep());
  return last;
}

int run_create(Session& session, const CreateOptions& options) {
  const auto last = create(session, options);
  if (!last) return session.fail(last.error());
  if (options.output == "-") return 0;
  if (session.options().json)
    print_json(*last);
  else if (!session.options().quiet)
    print("Backed up " + std::to_string(last->rows.value_or(0)) + " rows to " +
          neutralised(last->name.value_or(options.output)) +
          ".\nWhoever opens it holds every value and the key to them. 'strongroom backup verify' tries it.\n");
  return 0;
}

struct OpenOptions {
  std::string file;
  std::string identity;
  std::string signer;
  bool replace = false;
};

Result<age::Credentials> credentials_of(const OpenOptions& options) {
  age::Credentials credentials;
  if (options.identity.empty()) {
    auto given = ask_or_read("Passphrase of the backup: ");
    if (!given) return given.error();
    credentials.passphrase = std::move(*given);
    return credentials;
  }
  STRONGROOM_ASSIGN(const Secret text, read_file(options.identity, k_longest_identity));
  STRONGROOM_ASSIGN(credentials.identities, age::parse_identities(text.reveal_text(RevealReason::derive)));
  return credentials;
}

struct Looked {
  backup::Manifest manifest;
  std::string signers;
};

Result<Looked> look(Session& session, const OpenOptions& options) {
  std::optional<evidence::VerifierKey> signer;
  if (!options.signer.empty()) {
    STRONGROOM_ASSIGN(signer, evidence::VerifierKey::parse(options.signer));
  }
  const int descriptor = open(options.file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return make_error(ErrorCode::not_found, "the backup cannot be read", options.file);
  const std::unique_ptr<const int, void (*)(const int*)> closes(&descriptor, [](const int* open) { ::close(*open); });
  STRONGROOM_ASSIGN(auto credentials, credentials_of(options));
  Looked looked;
  const auto take_manifest = [&](const backup::Manifest& manifest, const evidence::Note& note) -> Status {
    STRONGROOM_CHECK(backup::check_signer(note, signer));
    looked.manifest = manifest;
    for (const auto& line : note.signatures)
      looked.signers.append(looked.signers.empty() ? "" : ", ").append(line.name);
    return {};
  };
  const off_t size = lseek(descriptor, 0, SEEK_END);
  Progress progress(session, "Verifying", "bytes");
  STRONGROOM_CHECK(backup::read_backup(
      descriptor, std::move(credentials), take_manifest, [](std::string_view, BytesView) { return Status(); },
      [&](std::uint64_t bytes) { progress.show(static_cast<std::int64_t>(bytes), size); }));
  return looked;
}

int run_verify(Session& session, const OpenOptions& options) {
  const auto looked = look(session, options);
  if (!looked) return session.fail(looked.error());
  const auto& m = looked->manifest;
  const bool known = !options.signer.empty();
  if (session.options().json) {
    WipedString text(wiped_heap());
    protocol::JsonWriter writer(text);
    writer.begin_object().key("store_id").string(to_hex(m.store_id)).key("created_ms").integer(m.created_ms);
    writer.key("rows").integer(static_cast<std::int64_t>(m.rows)).key("signer").string(looked->signers);
    writer.key("signer_known").boolean(known).key("log").string(m.log_origin);
    writer.key("log_entries").integer(static_cast<std::int64_t>(m.log_entries)).end_object();
    text.push_back('\n');
    print(text);
    return 0;
  }
  print("Good: " + std::to_string(m.rows) + " rows of store " + to_hex(m.store_id) + ", made " +
        local_time(m.created_ms) + ".\nSigned by " + neutralised(looked->signers) +
        (known ? ", as you wanted.\n"
               : "; signer unknown: --signer with what 'strongroom audit key' shows proves who it was.\n"));
  return 0;
}

// The passphrase goes through a pipe that holds it, never through an argument.
Status give_on_stdin(const Secret& secret) {
  int ends[2];
  if (pipe(ends) != 0) return make_error(ErrorCode::internal, "no pipe can be made");
  const std::string_view text = secret.reveal_text(RevealReason::transmit);
  const bool given = write(ends[1], text.data(), text.size()) == static_cast<ssize_t>(text.size());
  close(ends[1]);
  if (!given || dup2(ends[0], STDIN_FILENO) < 0)
    return make_error(ErrorCode::internal, "the passphrase cannot be given");
  close(ends[0]);
  return {};
}

// The daemon's program does it, alone with the folders; it becomes this process.
int run_restore(Session& session, const OpenOptions& options) {
  const auto program = daemon_executable();
  if (!program) return session.fail(program.error());
  std::vector<std::string> words{*program, "--restore", options.file};
  if (!options.identity.empty()) words.insert(words.end(), {"--identity", options.identity});
  if (!options.signer.empty()) words.insert(words.end(), {"--signer", options.signer});
  if (options.replace) words.emplace_back("--replace");
  if (session.of_machine()) words.emplace_back("--system");
  if (options.identity.empty() && stdin_is_terminal()) {
    const auto given = ask_secret("Passphrase of the backup: ");
    if (!given) return session.fail(given.error());
    if (const Status done = give_on_stdin(*given); !done) return session.fail(done.error());
  }
  std::vector<char*> arguments;
  for (auto& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  execv(program->c_str(), arguments.data());
  return session.fail(make_error(ErrorCode::unreachable, "strongroomd cannot be started"));
}

void print_list(const wire::ListResponse& list) {
  if (!list.folder) {
    print(
        "No backup is made without being asked: set backup.folder and backup.recipients ('strongroom config path').\n");
    return;
  }
  std::vector<std::vector<std::string>> rows{{"NAME", "MADE", "BYTES"}};
  for (const auto& file : list.files)
    rows.push_back({file.name, local_time(file.created_ms), std::to_string(file.bytes)});
  std::string text = rows.size() == 1 ? "There is no backup yet.\n" : as_table(rows);
  text += "\nFolder " + neutralised(*list.folder) + ", every " + std::to_string(list.every_hours) + " h, " +
          std::to_string(list.keep) + " kept" +
          (list.next_ms ? ", the next one " + local_time(*list.next_ms) : std::string(", but no recipient is set")) +
          ".\n";
  if (list.problem) text += "The last one failed: " + neutralised(*list.problem) + ".\n";
  print(text);
}

int run_list(Session& session) {
  const auto client = session.client();
  if (!client) return session.fail(client.error());
  const auto list = (*client)->call<wire::List>({});
  if (!list) return session.fail(list.error());
  if (session.options().json)
    print_json(*list);
  else
    print_list(*list);
  return 0;
}

std::shared_ptr<OpenOptions> add_open_options(CLI::App& app) {
  const auto options = std::make_shared<OpenOptions>();
  app.add_option("file", options->file, "The backup.")->required();
  app.add_option("--identity", options->identity,
                 "The file of an age identity that opens it, as 'age-keygen' writes it. Without one a passphrase is "
                 "asked for (or read from a pipe).");
  app.add_option("--signer", options->signer,
                 "The key that must have signed it, as 'strongroom audit key' shows it there.");
  return options;
}

}  // namespace

std::function<int(Session&)> prepare_backup_create(CLI::App& app) {
  const auto options = std::make_shared<CreateOptions>();
  app.add_option("-o,--output", options->output,
                 "The file to make, or - for standard output. Default: the configured folder and recipients.");
  app.add_option("--recipient", options->recipients, "Who can open it: an age recipient, 'age1...'; several times.");
  app.add_flag("--passphrase", options->passphrase, "Who knows a passphrase can open it.");
  app.add_flag("--force", options->force, "Replaces a file that exists.");
  return [options](Session& session) { return run_create(session, *options); };
}

std::function<int(Session&)> prepare_backup_verify(CLI::App& app) {
  const auto options = add_open_options(app);
  return [options](Session& session) { return run_verify(session, *options); };
}

std::function<int(Session&)> prepare_backup_restore(CLI::App& app) {
  const auto options = add_open_options(app);
  app.add_flag("--replace", options->replace, "In the place of a store that is there, which stays beside it.");
  return [options](Session& session) { return run_restore(session, *options); };
}

std::function<int(Session&)> prepare_backup_list(CLI::App&) {
  return [](Session& session) { return run_list(session); };
}

}  // namespace strongroom::cli
