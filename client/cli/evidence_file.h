// Evidence on its way into files and out of them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <strongroom/base/result.h>
#include <strongroom/evidence/note.h>
#include <strongroom/protocol/json.h>

#include "client/cli/private_output.h"
#include "client/cli/session.h"

namespace strongroom::cli {

// Where a command writes what it made.
struct OutputFile {
  std::string path;  // empty: standard output
  bool force = false;
};

// Prints `text`, or writes it to the file and says so. Returns the exit code.
int deliver(const Session& session, const OutputFile& file, std::string_view text, std::string_view what);

// A key as it is, or, behind '@', the first line of a file. Errors: not_found, denied, invalid_argument.
Result<std::string> key_text(const std::string& given);
// The same as a key that verifies.
Result<evidence::VerifierKey> read_key(const std::string& given);

// A checkpoint or a proof: all of a file. Errors: not_found, denied, too_large.
Result<std::string> read_evidence(const std::string& path);

// Members of a verdict: null where there is nothing to say.
void write_number(protocol::JsonWriter& json, std::optional<std::uint64_t> number);
void write_problem(protocol::JsonWriter& json, std::string_view problem);

}  // namespace strongroom::cli
