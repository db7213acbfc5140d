#include "client/cli/evidence_file.h"

#include "client/cli/terminal.h"

namespace strongroom::cli {

int deliver(const Session& session, const OutputFile& file, std::string_view text, std::string_view what) {
  if (file.path.empty()) {
    print(text);
    return 0;
  }
  const Status written = write_private_file(file.path, text, file.force ? Overwrite::yes : Overwrite::no);
  if (!written) return session.fail(written.error());
  session.note("Wrote " + std::string(what) + " to " + neutralised(file.path) + ".");
  return 0;
}

Result<std::string> read_evidence(const std::string& path) {
  constexpr std::size_t k_longest = 2'000'000;
  auto content = read_file(path, k_longest);
  if (!content) return make_error(content.error().code, "'" + path + "' " + content.error().message);
  return std::string(content->reveal_text(RevealReason::inspect));
}

Result<std::string> key_text(const std::string& given) {
  if (!given.starts_with('@')) return given;
  STRONGROOM_ASSIGN(const std::string content, read_evidence(given.substr(1)));
  return content.substr(0, content.find_first_of("\r\n"));
}

Result<evidence::VerifierKey> read_key(const std::string& given) {
  STRONGROOM_ASSIGN(const std::string text, key_text(given));
  auto key = evidence::VerifierKey::parse(text);
  if (key) return key;
  return make_error(ErrorCode::invalid_argument,
                    "the key is none; 'strongroom audit key' prints the log's, and @FILE reads it from a file");
}

void write_number(protocol::JsonWriter& json, std::optional<std::uint64_t> number) {
  if (number)
    json.integer(static_cast<std::int64_t>(*number));
  else
    json.null();
}

void write_problem(protocol::JsonWriter& json, std::string_view problem) {
  if (problem.empty())
    json.null();
  else
    json.string(neutralised(problem));
}

}  // namespace strongroom::cli
