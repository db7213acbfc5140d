#include "client/cli/export_folder.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace strongroom::cli {

namespace {

constexpr std::size_t k_flushed_at = std::size_t{1} << 18;
constexpr std::array<std::string_view, 6> k_names{"key",          "checkpoint",   "epoch.proof",
                                                  "events.jsonl", "proofs.jsonl", "manifest.json"};
constexpr std::array<int, 3> k_signals{SIGINT, SIGTERM, SIGHUP};

// What a signal's handler removes: paths made before, because a handler may make nothing.
std::array<std::string, k_names.size()> files_to_remove;
std::string folder_to_remove;

void remove_all() {
  for (const auto& file : files_to_remove) unlink(file.c_str());
  rmdir(folder_to_remove.c_str());
}

void remove_and_die(int signal) {
  remove_all();
  ::signal(signal, SIG_DFL);
  raise(signal);
}

void watch_signals(const std::string& folder) {
  folder_to_remove = folder;
  for (std::size_t i = 0; i < k_names.size(); ++i) files_to_remove[i] = folder + "/" + std::string(k_names[i]);
  struct sigaction action{};
  action.sa_handler = remove_and_die;
  for (const int signal : k_signals) sigaction(signal, &action, nullptr);
}

void forget_signals() {
  for (const int signal : k_signals) ::signal(signal, SIG_DFL);
}

Error failure(const std::string& path) {
  const ErrorCode code = errno == EACCES || errno == EPERM       ? ErrorCode::denied
                         : errno == ENOSPC || errno == EDQUOT    ? ErrorCode::storage_full
                         : errno == EEXIST || errno == ENOTEMPTY ? ErrorCode::conflict
                         : errno == ENOENT                       ? ErrorCode::not_found
                                                                 : ErrorCode::internal;
  if (code == ErrorCode::conflict) return make_error(code, "'" + path + "' exists; an export is never written over");
  return make_error(code, "'" + path + "' cannot be written: " + std::strerror(errno));
}

bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(descriptor, text.data(), text.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

int open_new(const std::string& path) {
  constexpr mode_t k_mode = 0600;
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, k_mode);
}

// rename() replaces an empty folder; a folder that is there already is refused before.
bool give_name(const std::string& from, const std::string& to) {
  if (mkdir(to.c_str(), S_IRWXU) != 0) return false;
  return rename(from.c_str(), to.c_str()) == 0;
}

}  // namespace

Result<ExportFolder> ExportFolder::create(const std::string& path) {
  std::string trimmed = path;
  while (trimmed.size() > 1 && trimmed.ends_with('/')) trimmed.pop_back();
  struct stat there{};
  if (lstat(trimmed.c_str(), &there) == 0) {
    errno = EEXIST;
    return failure(trimmed);
  }
  std::string temporary = trimmed + ".XXXXXX";
  if (!mkdtemp(temporary.data())) return failure(trimmed);
  ExportFolder folder(trimmed, temporary);
  watch_signals(temporary);
  folder.events_ = open_new(temporary + "/events.jsonl");
  folder.proofs_ = open_new(temporary + "/proofs.jsonl");
  if (folder.events_ < 0 || folder.proofs_ < 0) return failure(trimmed);
  return folder;
}

ExportFolder::ExportFolder(ExportFolder&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::exchange(other.temporary_, {})),
      events_(std::exchange(other.events_, -1)),
      proofs_(std::exchange(other.proofs_, -1)),
      event_lines_(std::move(other.event_lines_)),
      proof_lines_(std::move(other.proof_lines_)) {}

ExportFolder::~ExportFolder() {
  close_all();
  if (temporary_.empty()) return;
  remove_all();
  forget_signals();
}

void ExportFolder::close_all() noexcept {
  for (int* descriptor : {&events_, &proofs_})
    if (*descriptor >= 0) close(std::exchange(*descriptor, -1));
}

Status ExportFolder::write(std::string_view name, std::string_view content) {
  const int descriptor = open_new(temporary_ + "/" + std::string(name));
  const bool written = descriptor >= 0 && write_all(descriptor, content) && fsync(descriptor) == 0;
  Status status = written ? Status() : failure(path_);
  if (descriptor >= 0) close(descriptor);
  return status;
}

Status ExportFolder::flush() {
  if (!write_all(events_, event_lines_) || !write_all(proofs_, proof_lines_)) return failure(path_);
  event_lines_.clear();
  proof_lines_.clear();
  return {};
}

Status ExportFolder::add(std::string_view event, std::string_view proof) {
  event_lines_.append(event).push_back('\n');
  proof_lines_.append(proof).push_back('\n');
  if (proof_lines_.size() < k_flushed_at) return {};
  return flush();
}

Status ExportFolder::finish(evidence::ExportManifest manifest) {
  STRONGROOM_CHECK(flush());
  if (fsync(events_) != 0 || fsync(proofs_) != 0) return failure(path_);
  for (const auto name : evidence::k_export_files) {
    STRONGROOM_ASSIGN(manifest.files[std::string(name)], evidence::file_digest(temporary_ + "/" + std::string(name)));
  }
  STRONGROOM_CHECK(write("manifest.json", manifest.encode()));
  if (!give_name(temporary_, path_)) return failure(path_);
  temporary_.clear();
  forget_signals();
  return {};
}

}  // namespace strongroom::cli
