// Exports of evidence: a folder with events, what proves them, and the key. Format: docs/audit-format.md, section
// Exports.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include <strongroom/base/result.h>
#include <strongroom/evidence/note.h>

namespace strongroom::evidence {

// Besides manifest.json, which describes them.
inline constexpr std::array<std::string_view, 5> k_export_files{"key", "checkpoint", "epoch.proof", "events.jsonl",
                                                                "proofs.jsonl"};

struct ExportManifest {
  std::string origin;
  std::int64_t created_ms = 0;
  std::int64_t since_ms = 0;
  std::int64_t until_ms = 0;
  std::int64_t events = 0;
  std::map<std::string, std::string> files;  // SHA-256 in hex

  std::string encode() const;
  // Exactly the members and files of the format; invalid_argument otherwise.
  static Result<ExportManifest> parse(std::string_view text);
};

// SHA-256 of a file in hex, as the manifest holds it. Does not follow symbolic links. Errors: not_found,
// storage_failed.
Result<std::string> file_digest(const std::filesystem::path& file);

struct ExportReport {
  std::int64_t events = 0;                // checked
  std::uint64_t signed_entries = 0;       // size of the checkpoint
  std::optional<std::uint64_t> sequence;  // of the event with which something is wrong, if it is one
  std::string problem;                    // empty: all of it is as the log had it
  std::string origin;
  std::string key;  // that the folder names
  std::int64_t since_ms = 0;
  std::int64_t until_ms = 0;

  bool ok() const noexcept { return problem.empty(); }
};

struct VerifyExportOptions {
  std::optional<VerifierKey> key;  // that of the log; without it the folder's own word is taken for it
  // Called after every 256 events with how many were checked; false ends the run with `cancelled`.
  std::function<bool(std::int64_t events)> progress;
};

// Memory does not grow with the export. Error: cancelled. All else that is wrong is a report.
Result<ExportReport> verify_export(const std::filesystem::path& folder, const VerifyExportOptions& options = {});

}  // namespace strongroom::evidence
