// backup schedule: where, for whom and how often backups are made without being asked.
#include <unistd.h>

#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>

#include "client/cli/autostart.h"
#include "client/cli/command.h"
#include "client/cli/config_section.h"
#include "client/cli/keyrings/program_output.h"
#include "client/cli/private_output.h"
#include "client/cli/terminal.h"

namespace strongroom::cli {

namespace {

constexpr std::size_t k_longest = 1024 * 1024;
constexpr std::chrono::seconds k_patience(10);

struct Options {
  std::string folder;
  std::vector<std::string> recipients;
  std::int64_t every_hours = 0;
  std::int64_t keep = 0;
};

// What the daemon's executable says of its configuration.
Result<std::string> ask(Session& session, std::vector<std::string> words) {
  STRONGROOM_ASSIGN(const std::string executable, daemon_executable());
  words.insert(words.begin(), executable);
  if (session.of_machine()) words.emplace_back("--system");
  STRONGROOM_ASSIGN(const auto end, keyrings::output_of({std::move(words), k_longest, k_patience}));
  std::string said(end.output);
  if (end.exit_code != 0) return make_error(ErrorCode::configuration, "is not taken: " + end.errors, "configuration");
  while (said.ends_with('\n')) said.pop_back();
  return said;
}

Result<std::string> present_text(const std::string& path) {
  auto text = read_file(path, k_longest);
  if (!text && text.error().code == ErrorCode::not_found) return std::string();
  if (!text) return text.error();
  return std::string(text->reveal_text(RevealReason::inspect));
}

std::vector<std::pair<std::string, std::string>> entries_of(const Options& options) {
  std::vector<std::pair<std::string, std::string>> out;
  if (!options.folder.empty()) out.emplace_back("folder", toml_text(options.folder));
  if (!options.recipients.empty()) {
    std::string all;
    for (const auto& recipient : options.recipients) all += (all.empty() ? "" : ",") + recipient;
    out.emplace_back("recipients", toml_text(all));
  }
  if (options.every_hours != 0) out.emplace_back("every_hours", std::to_string(options.every_hours));
  if (options.keep != 0) out.emplace_back("keep", std::to_string(options.keep));
  return out;
}

// Root writes the configuration of the machine, and another user's daemon reads it.
Status make_folder(const Session& session, const std::filesystem::path& folder) {
  namespace fs = std::filesystem;
  constexpr fs::perms k_open = fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec |
                               fs::perms::others_read | fs::perms::others_exec;
  std::error_code failed;
  const bool made = fs::create_directories(folder, failed);
  if (made && session.of_machine()) fs::permissions(folder, k_open, failed);
  if (!failed) return {};
  return make_error(ErrorCode::denied, "'" + folder.string() + "' cannot be made: " + failed.message());
}

// The daemon judges the new text before it takes the place of the old one.
Status put_text(Session& session, const std::filesystem::path& named, const std::string& text) {
  STRONGROOM_CHECK(make_folder(session, named.parent_path()));
  std::error_code failed;
  // A link to a file among somebody's dotfiles stays one.
  const std::string path = std::filesystem::weakly_canonical(named, failed).string();
  if (failed)
    return make_error(ErrorCode::internal, "'" + named.string() + "' cannot be looked at: " + failed.message());
  STRONGROOM_ASSIGN(const auto present, find_rights(path));
  const std::string draft = path + ".new";
  STRONGROOM_CHECK(write_private_file(draft, text, Overwrite::yes));
  const auto judged = ask(session, {"--check-config", "--config", draft});
  (void)::unlink(draft.c_str());
  if (!judged) return judged.error();
  const mode_t usual = session.of_machine() ? 0644 : 0600;
  return replace_file(path, text, present.value_or(Rights{.mode = usual, .owner = {}}));
}

Status check_folder(const std::string& folder) {
  std::error_code failed;
  const auto found = std::filesystem::status(folder, failed);
  if (std::filesystem::is_directory(found)) return {};
  if (std::filesystem::status_known(found)) return make_error(ErrorCode::not_found, "there is no such folder", folder);
  return make_error(ErrorCode::denied, "the folder '" + folder + "' cannot be looked at: " + failed.message());
}

int run_schedule(Session& session, const Options& options) {
  const auto entries = entries_of(options);
  if (entries.empty())
    return session.fail(make_error(ErrorCode::invalid_argument,
                                   "say what is to change, like --folder and --recipient; 'strongroom backup list' "
                                   "shows what holds now"));
  if (!options.folder.empty())
    if (const Status folder = check_folder(options.folder); !folder) return session.fail(folder.error());
  const auto path = ask(session, {"--config-path"});
  if (!path) return session.fail(path.error());
  const auto text = present_text(*path);
  if (!text) return session.fail(text.error());
  if (auto put = put_text(session, *path, with_entries(*text, "backup", entries)); !put)
    return session.fail(put.error());
  session.note("Written into " + neutralised(*path) +
               ". It holds from the next start of the daemon; then 'strongroom backup list' shows it.");
  return 0;
}

}  // namespace

std::function<int(Session&)> prepare_backup_schedule(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("--folder", options->folder, "Folder for them, best on another disk.");
  app.add_option("--recipient", options->recipients, "Who can open them: an age recipient. May be repeated.")
      ->allow_extra_args(false);
  app.add_option("--every-hours", options->every_hours, "Hours from one to the next; 24 unless said.")
      ->check(CLI::Range(1, 8760));
  app.add_option("--keep", options->keep, "How many are kept; 10 unless said.")->check(CLI::Range(1, 10'000));
  return [options](Session& session) { return run_schedule(session, *options); };
}

}  // namespace strongroom::cli
