#include "tests/security/process_watch.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <sstream>

namespace strongroom::tests {

namespace {

std::string content_of(const std::string& path) {
  const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  std::string content;
  char text[65536];
  for (ssize_t n = 0; file >= 0 && (n = read(file, text, sizeof text)) > 0;)
    content.append(text, static_cast<std::size_t>(n));
  if (file >= 0) close(file);
  return content;
}

bool is_number(const std::string& name) {
  return std::ranges::all_of(name, [](unsigned char c) { return std::isdigit(c) != 0; });
}

void find_in_process(const std::string& number, const Needles& needles, std::vector<Sighting>& found) {
  for (const char* file : {"cmdline", "environ"}) {
    const std::string path = "/proc/" + number + "/" + file;
    std::vector<std::string> lines;
    needles.find_in(content_of(path), path, lines);
    for (const auto& line : lines)
      found.push_back({std::stoi(number), file, line + " of " + content_of("/proc/" + number + "/comm")});
  }
}

constexpr int k_levels = 4;
constexpr std::uintmax_t k_largest = 32 * 1024 * 1024;

}  // namespace

std::vector<Sighting> find_in_processes(const Needles& needles) {
  std::vector<Sighting> found;
  for (const auto& entry : std::filesystem::directory_iterator("/proc"))
    if (const std::string name = entry.path().filename(); is_number(name)) find_in_process(name, needles, found);
  return found;
}

ProcessWatch::ProcessWatch(const Needles& needles) : needles_(needles) {
  thread_ = std::thread([this] {
    while (!done_) {
      for (auto& sighting : find_in_processes(needles_)) found_.insert(std::move(sighting.what));
      ++rounds_;
    }
  });
}

ProcessWatch::~ProcessWatch() {
  if (thread_.joinable()) (void)finish();
}

std::vector<std::string> ProcessWatch::finish() {
  done_ = true;
  if (thread_.joinable()) thread_.join();
  return {found_.begin(), found_.end()};
}

std::vector<std::string> find_in_new_files(const std::filesystem::path& folder, std::filesystem::file_time_type since,
                                           const std::vector<std::filesystem::path>& but, const Needles& needles) {
  namespace fs = std::filesystem;
  std::vector<std::string> found;
  std::error_code gone;
  fs::recursive_directory_iterator at(folder, fs::directory_options::skip_permission_denied, gone);
  for (; !gone && at != fs::recursive_directory_iterator(); at.increment(gone)) {
    std::error_code error;
    const bool left_out = std::ranges::find(but, at->path()) != but.end();
    if (left_out || at.depth() >= k_levels) at.disable_recursion_pending();
    if (left_out || at->is_symlink(error) || at->last_write_time(error) < since || error) continue;
    needles.find_in(at->path().string(), "a name", found);
    if (!at->is_regular_file(error) || at->file_size(error) > k_largest || error) continue;
    needles.find_in(content_of(at->path()), at->path(), found);
  }
  return found;
}

}  // namespace strongroom::tests
