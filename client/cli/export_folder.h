// A folder of evidence being written: private, and complete or not there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <strongroom/base/result.h>
#include <strongroom/evidence/export.h>

namespace strongroom::cli {

// One at a time in a process: while it is open, SIGINT, SIGTERM and SIGHUP remove what was written before they end the
// process.
class ExportFolder {
 public:
  // Makes a folder with mode 0700 beside `path`, which must not exist. Errors: conflict, denied, not_found, internal.
  static Result<ExportFolder> create(const std::string& path);
  ExportFolder(ExportFolder&& other) noexcept;
  ExportFolder& operator=(ExportFolder&&) = delete;
  ExportFolder(const ExportFolder&) = delete;
  ExportFolder& operator=(const ExportFolder&) = delete;
  // Removes what was not finished.
  ~ExportFolder();

  // Writes one of evidence::k_export_files, or "manifest.json", whole.
  Status write(std::string_view name, std::string_view content);

  // Appends a line to events.jsonl and one to proofs.jsonl.
  Status add(std::string_view event, std::string_view proof);

  // Writes the manifest with the hashes of the files, syncs everything and gives the folder its name. Errors: conflict
  // (somebody has made a folder of that name), storage_full, internal.
  Status finish(evidence::ExportManifest manifest);

 private:
  ExportFolder(std::string path, std::string temporary) : path_(std::move(path)), temporary_(std::move(temporary)) {}

  Status flush();
  void close_all() noexcept;

  std::string path_;
  std::string temporary_;  // empty: finished or moved from
  int events_ = -1;
  int proofs_ = -1;
  std::string event_lines_;  // not written yet
  std::string proof_lines_;
};

}  // namespace strongroom::cli
