// log tail, search, export and mode: what the daemon says of its work.
#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>

#include <CLI/CLI.hpp>

#include "client/cli/command.h"
#include "client/cli/log_lines.h"
#include "client/cli/print_json.h"
#include "client/cli/private_output.h"

namespace strongroom::cli {

namespace wire = protocol::log;

namespace {

constexpr std::chrono::milliseconds k_between_looks{500};

struct Options {
  bool follow = false;
  bool force = false;
  std::int64_t lines = 20;
  std::string level;
  std::string text;
  std::string output;
  std::string mode;
};

wire::GetLogRequest request_of(const Options& options) {
  wire::GetLogRequest request;
  if (!options.level.empty()) request.level = log_level_of(options.level);
  if (!options.text.empty()) request.text = options.text;
  return request;
}

Result<wire::GetLogResponse> get_log(Session& session, const wire::GetLogRequest& request) {
  STRONGROOM_ASSIGN(auto* const client, session.client());
  return client->call<wire::GetLog>(request);
}

int show(Session& session, const wire::GetLogRequest& request) {
  const auto got = get_log(session, request);
  if (!got) return session.fail(got.error());
  if (session.options().json)
    print_json(*got);
  else if (got->entries.empty())
    session.note("The log holds no such line.");
  else
    print_paged(log_lines(got->entries));
  return 0;
}

// The daemon is asked again and again: while nobody follows, a line of the log wakes nobody.
int follow(Session& session, wire::GetLogRequest request) {
  while (!output_failed()) {
    const auto got = get_log(session, request);
    if (!got) return session.fail(got.error());
    for (const auto& entry : got->entries)
      if (session.options().json)
        print_json(entry);
      else
        print(log_line(entry));
    if (!request.after) session.note("Following the log. Ctrl-C ends it.");
    const std::int64_t newest = got->entries.empty() ? 0 : got->entries.back().id;
    request.after = std::max(got->last, newest);
    request.limit = wire::k_most;
    std::this_thread::sleep_for(k_between_looks);
  }
  return 0;
}

int run_tail(Session& session, const Options& options) {
  wire::GetLogRequest request = request_of(options);
  request.limit = options.lines;
  return options.follow ? follow(session, std::move(request)) : show(session, request);
}

int run_export(Session& session, const Options& options) {
  const auto got = get_log(session, request_of(options));
  if (!got) return session.fail(got.error());
  const std::string text = log_lines(got->entries);
  if (options.output == "-") return print(text), 0;
  const auto written = write_private_file(options.output, text, options.force ? Overwrite::yes : Overwrite::no);
  if (!written) return session.fail(written.error());
  session.note("Wrote " + std::to_string(got->entries.size()) + (got->entries.size() == 1 ? " line" : " lines") +
               " to " + neutralised(options.output) + ".");
  return 0;
}

Result<wire::Mode> mode_after(client::Client& client, const std::string& word) {
  if (word.empty()) {
    STRONGROOM_ASSIGN(const auto got, client.call<wire::GetLog>({.after = {}, .level = {}, .text = {}, .limit = 1}));
    return got.mode;
  }
  const wire::Mode wanted = word == "debug" ? wire::Mode::debug : wire::Mode::standard;
  STRONGROOM_ASSIGN(const auto set, client.call<wire::SetLogMode>({wanted}));
  return set.mode;
}

int run_mode(Session& session, const Options& options) {
  const auto client = session.client();
  const auto mode = client ? mode_after(**client, options.mode) : Result<wire::Mode>(client.error());
  if (!mode) return session.fail(mode.error());
  if (session.options().json)
    print_json(wire::ModeMessage{*mode});
  else if (!session.options().quiet)
    print(std::string(protocol::EnumNames<wire::Mode>::names[static_cast<std::size_t>(*mode)]) + "\n");
  return 0;
}

void add_level(CLI::App& app, Options& options) {
  app.add_option("-l,--level", options.level, "Only of this level and above: debug, info, warning or error.")
      ->check(CLI::IsMember({"debug", "info", "warning", "warn", "error"}));
}

}  // namespace

std::function<int(Session&)> prepare_log_tail(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_flag("-f,--follow", options->follow, "Go on with what comes. With --json: one document a line.");
  app.add_option("-n,--lines", options->lines, "How many of the newest lines to begin with. Default: 20.")
      ->check(CLI::Range(std::int64_t{1}, wire::k_most));
  add_level(app, *options);
  return [options](Session& session) { return run_tail(session, *options); };
}

std::function<int(Session&)> prepare_log_search(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("text", options->text, "What the line contains, whatever the case.")->required();
  add_level(app, *options);
  return [options](Session& session) { return show(session, request_of(*options)); };
}

std::function<int(Session&)> prepare_log_export(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("-o,--output", options->output, "The file to make, or - for standard output.")->required();
  app.add_flag("--force", options->force, "Replaces a file that exists.");
  add_level(app, *options);
  return [options](Session& session) { return run_export(session, *options); };
}

std::function<int(Session&)> prepare_log_mode(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("mode", options->mode, "standard or debug; without it the present one is shown.")
      ->check(CLI::IsMember({"standard", "debug"}));
  return [options](Session& session) { return run_mode(session, *options); };
}

}  // namespace strongroom::cli
