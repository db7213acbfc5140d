#include "client/witness/commands.h"

#include <cstdio>
#include <fstream>
#include <iostream>

#include <CLI/CLI.hpp>

#include "client/witness/log_state.h"
#include "client/witness/server.h"
#include "client/witness/submit.h"

namespace strongroom::witness {
namespace {

constexpr unsigned k_submit_deadline_s = 10;

struct Options {
  std::string state;
  std::string name;
  std::string vkey;
  std::string listen = "127.0.0.1:7743";
  std::string checkpoint_file;
  std::string proof_file;
  std::string url;
};

Status print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0)
    return make_error(ErrorCode::storage_failed, "the output could not be written");
  return {};
}

// Everything, as long as a request may be.
Result<std::string> read_all(std::istream& in, const std::string& name) {
  std::string text(evidence::k_add_checkpoint_max + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad() || (in.fail() && !in.eof())) return make_error(ErrorCode::not_found, name + " cannot be read");
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (text.size() > evidence::k_add_checkpoint_max)
    return make_error(ErrorCode::too_large, name + " is longer than 64 KiB");
  return text;
}

Result<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return make_error(ErrorCode::not_found, path + " cannot be read");
  return read_all(in, path);
}

Status init(const Options& options) {
  STRONGROOM_ASSIGN(const WitnessKey key, WitnessKey::create(options.state, options.name));
  return print(key.verifier().text() + "\n");
}

Status add(const Options& options) {
  // A state without a key would be one that nobody can serve.
  STRONGROOM_CHECK(WitnessKey::load(options.state));
  STRONGROOM_ASSIGN(const evidence::VerifierKey log, evidence::VerifierKey::parse(options.vkey));
  STRONGROOM_CHECK(LogState::trust(options.state, log));
  return print("Trusts " + log.name + ".\n");
}

Status serve_requests(const Options& options) {
  STRONGROOM_ASSIGN(WitnessKey key, WitnessKey::load(options.state));
  const Witness witness(options.state, std::move(key), system_clock());
  return serve(witness, options.listen);
}

// The request that the files stand for. Without a proof it is for a log that is new here or that has not grown.
Result<Decision> decide(const Witness& witness, const Options& options, const std::string& note) {
  if (!options.proof_file.empty()) {
    STRONGROOM_ASSIGN(const std::string proof, read_file(options.proof_file));
    STRONGROOM_ASSIGN(const auto request, evidence::AddCheckpoint::parse(proof + "\n" + note));
    return witness.add_checkpoint(request);
  }
  STRONGROOM_ASSIGN(auto request, evidence::AddCheckpoint::parse("old 0\n\n" + note));
  const Decision first = witness.add_checkpoint(request);
  const auto checkpoint = evidence::Checkpoint::parse(request.checkpoint.text);
  if (first.verdict != Verdict::stale || !checkpoint || checkpoint->size != first.size) return first;
  request.old_size = first.size;
  return witness.add_checkpoint(request);
}

Status cosign(const Options& options) {
  STRONGROOM_ASSIGN(WitnessKey key, WitnessKey::load(options.state));
  STRONGROOM_ASSIGN(const std::string note, read_file(options.checkpoint_file));
  const Witness witness(options.state, std::move(key), system_clock());
  STRONGROOM_ASSIGN(const Decision decision, decide(witness, options, note));
  if (decision.verdict == Verdict::cosigned) return print(note + decision.cosignature);
  std::string why = "not cosigned: " + decision.why;
  if (decision.verdict == Verdict::stale) why += " (" + std::to_string(decision.size) + "); a proof must begin there";
  return make_error(ErrorCode::denied, std::move(why));
}

Status submit_input(const Options& options) {
  STRONGROOM_ASSIGN(const std::string body, read_all(std::cin, "the request"));
  end_process_in(k_submit_deadline_s);
  STRONGROOM_ASSIGN(const Response response, submit(options.url, body));
  return print(std::to_string(response.status) + "\n" + response.body);
}

using Act = Status (*)(const Options&);

CLI::App* command(CLI::App& app, const char* name, const char* summary, Act& chosen, Act act) {
  CLI::App* made = app.add_subcommand(name, summary);
  made->callback([&chosen, act] { chosen = act; });
  return made;
}

void add_state(CLI::App* app, Options& options) {
  app->add_option("--state", options.state, "Folder of the witness's key and of what it has cosigned.")->required();
}

void declare(CLI::App& app, Options& options, Act& chosen) {
  app.require_subcommand(1);
  auto* made = command(app, "init", "Make the witness's key and print its public half.", chosen, init);
  add_state(made, options);
  made->add_option("--name", options.name, "Name of the witness, such as example.com/witness.")->required();
  made = command(app, "add", "Trust a log; its origin is the name of its key.", chosen, add);
  add_state(made, options);
  made->add_option("VKEY", options.vkey, "Public key that the log shows: name+id+base64.")->required();
  made = command(app, "serve", "Answer logs over HTTP until interrupted.", chosen, serve_requests);
  add_state(made, options);
  made->add_option("--listen", options.listen, "Address and port. Default: 127.0.0.1:7743.");
  made = command(app, "cosign", "Cosign a checkpoint in a file and print it.", chosen, cosign);
  add_state(made, options);
  made->add_option("CHECKPOINT", options.checkpoint_file, "File with the signed checkpoint.")->required();
  made->add_option("--proof", options.proof_file,
                   "File with the line 'old SIZE' and the consistency proof from there.");
  made = command(app, "submit", "Post a request from standard input to a witness and print status and answer.", chosen,
                 submit_input);
  made->add_option("URL", options.url, "Where the witness is, such as https://witness.example.")->required();
}

}  // namespace

int run_command_line(int argc, char** argv) {
  CLI::App app("A witness of logs: cosigns what only grows (docs/witness.md).", "strongroom-witness");
  Options options;
  Act chosen = nullptr;
  declare(app, options, chosen);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& problem) {
    if (problem.get_exit_code() == 0) return app.exit(problem);
    std::fprintf(stderr, "strongroom-witness: %s\nTry 'strongroom-witness --help'.\n", problem.what());
    return static_cast<int>(ExitCode::usage);
  }
  const Status done = chosen(options);
  if (done) return 0;
  std::fprintf(stderr, "strongroom-witness: %s\n", done.error().message.c_str());
  return done.error().code == ErrorCode::invalid_argument ? static_cast<int>(ExitCode::usage)
                                                          : static_cast<int>(ExitCode::failed);
}

}  // namespace strongroom::witness
