// inject: a template with its references replaced by values.
#include <memory>

#include <CLI/CLI.hpp>

#include "client/cli/command.h"
#include "client/cli/fetch.h"
#include "client/cli/private_output.h"
#include "client/cli/template.h"
#include "client/cli/terminal.h"

namespace strongroom::cli {

namespace {

constexpr std::size_t k_largest_template = 8 * 1024 * 1024;

struct Options {
  std::string in;
  std::string out;
  bool force = false;
};

Error at_line(Error error, const std::string& file, std::size_t line) {
  const std::string place = (file.empty() ? "standard input" : file) + ", line " + std::to_string(line);
  error.message = place + ": " + (error.subject.empty() ? "" : error.subject + ": ") + error.message;
  error.subject.clear();
  return error;
}

// The references of a template, with the first line of each.
std::vector<Reference> references_of(const std::vector<TemplatePiece>& pieces) {
  std::vector<Reference> references;
  for (const auto& piece : pieces)
    if (piece.is_reference) references.push_back(piece.reference);
  return references;
}

Result<WipedString> filled(Session& session, const std::vector<TemplatePiece>& pieces, const std::string& file) {
  const auto references = references_of(pieces);
  std::vector<Secret> values;
  if (!references.empty()) {
    STRONGROOM_ASSIGN(auto* const client, session.client());
    auto fetched = fetch_values(*client, references);
    if (!fetched) {
      for (const auto& piece : pieces)
        if (piece.is_reference && to_text(piece.reference) == fetched.error().subject)
          return at_line(fetched.error(), file, piece.line);
      return fetched.error();
    }
    values = std::move(*fetched);
  }
  WipedString out(wiped_heap());
  auto value = values.begin();
  for (const auto& piece : pieces)
    if (piece.is_reference)
      out.append((value++)->reveal_text(RevealReason::deliver));
    else
      out.append(piece.text);
  return out;
}

int run_inject(Session& session, const Options& options) {
  if (options.in.empty() && stdin_is_terminal())
    return session.fail(make_error(ErrorCode::invalid_argument, "give a template with --in, or pipe one in"));
  auto text = options.in.empty() ? read_stdin(k_largest_template) : read_file(options.in, k_largest_template);
  if (!text) return session.fail(text.error());
  const auto pieces = parse_template(text->reveal_text(RevealReason::inspect));
  if (!pieces) {
    Error error = pieces.error();
    error.message = (options.in.empty() ? "standard input" : options.in) + ", " + error.subject + ": " + error.message;
    error.subject.clear();
    return session.fail(error);
  }
  const auto out = filled(session, *pieces, options.in);
  if (!out) return session.fail(out.error());
  if (options.out.empty()) {
    print(*out);
    return 0;
  }
  const Status written = write_private_file(options.out, *out, options.force ? Overwrite::yes : Overwrite::no);
  return written ? 0 : session.fail(written.error());
}

}  // namespace

std::function<int(Session&)> prepare_inject(CLI::App& app) {
  auto options = std::make_shared<Options>();
  app.add_option("-i,--in", options->in, "Template. Default: standard input.");
  app.add_option("-o,--out", options->out, "File to write, readable by you alone. Default: standard output.");
  app.add_flag("-f,--force", options->force, "Replace the file when it exists.");
  return [options](Session& session) { return run_inject(session, *options); };
}

}  // namespace strongroom::cli
