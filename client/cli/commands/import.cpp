#include <algorithm>
#include <filesystem>
#include <memory>

#include <strongroom/protocol/methods/secret.h>
#include <strongroom/protocol/secret_fields.h>
#include <CLI/CLI.hpp>

#include "client/cli/command.h"
#include "client/cli/env_file.h"
#include "client/cli/terminal.h"

namespace strongroom::cli {

namespace wire = protocol::secret;

namespace {

constexpr std::size_t k_largest_file = 8 * 1024 * 1024;

struct Options {
  std::string file;
  std::string folder;
  bool dry_run = false;
};

// "prod" of prod.env; the folder that a plain .env lies in.
std::string folder_for(const std::string& file) {
  std::error_code error;
  const std::filesystem::path path = std::filesystem::absolute(file, error);
  std::string name = path.filename().string();
  if (name == ".env") return path.parent_path().filename().string();
  if (name.ends_with(".env")) name.resize(name.size() - 4);
  return name;
}

struct Outcome {
  std::size_t stored = 0;
  std::optional<Error> problem;
};

Outcome store(client::Client& client, std::vector<EnvironmentVariable>& variables, const std::string& folder) {
  constexpr std::size_t k_batch = 256;
  Outcome outcome;
  for (std::size_t start = 0; start < variables.size() && !outcome.problem; start += k_batch) {
    wire::PutManyRequest request;
    for (std::size_t i = start; i < std::min(start + k_batch, variables.size()); ++i) {
      wire::PutRequest& item = request.items.emplace_back();
      item.path = folder + "/" + variables[i].name;
      item.fields_.push_back({"value", std::move(variables[i].value)});
      item.base64 = protocol::pack_values(item.fields_);
      item.merge = true;
    }
    const auto answer = client.call<wire::PutMany>(request);
    if (!answer) {
      outcome.problem = answer.error();
      break;
    }
    for (const auto& item : answer->items) {
      if (!item.problem)
        ++outcome.stored;
      else if (!outcome.problem)
        outcome.problem =
            make_error(error_code_of_varlink(item.problem->error), item.path + ": " + item.problem->message);
    }
  }
  return outcome;
}

int run_import(Session& session, const Options& options) {
  auto content = read_file(options.file, k_largest_file);
  if (!content) return session.fail(content.error());
  auto variables = parse_env_file(content->reveal_text(RevealReason::inspect));
  if (!variables) {
    Error error = variables.error();
    error.subject = options.file + ", " + error.subject;
    error.message = error.subject + ": " + error.message + "; nothing was imported";
    return session.fail(error);
  }
  const auto empty = std::erase_if(*variables, [](const auto& variable) { return variable.value.empty(); });
  const std::string folder = options.folder.empty() ? folder_for(options.file) : options.folder;
  if (empty > 0) session.note(std::to_string(empty) + " variables without a value were left out.");
  if (options.dry_run) {
    for (const auto& variable : *variables) print(neutralised(folder + "/" + variable.name) + "\n");
    return 0;
  }
  auto client = session.client();
  if (!client) return session.fail(client.error());
  offer_recovery_code(session);
  const std::size_t count = variables->size();
  const Outcome outcome = store(**client, *variables, folder);
  if (session.options().json)
    print("{\"stored\":" + std::to_string(outcome.stored) + ",\"failed\":" + std::to_string(count - outcome.stored) +
          "}\n");
  else if (!session.options().quiet)
    print("Stored " + std::to_string(outcome.stored) + " of " + std::to_string(count) + " secrets in " +
          neutralised(folder) + "/.\n");
  return outcome.problem ? session.fail(*outcome.problem) : 0;
}

}  // namespace

std::function<int(Session&)> prepare_import(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("file", options->file, "File of NAME=VALUE lines.")->required();
  app.add_option(
      "--to", options->folder,
      "Folder for the secrets. Default: the file's name without .env, or the folder that a plain .env lies in.");
  app.add_flag("--dry-run", options->dry_run, "Only say which secrets would be stored.");
  return [options](Session& session) { return run_import(session, *options); };
}

}  // namespace strongroom::cli
