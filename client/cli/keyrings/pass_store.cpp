#include "client/cli/keyrings/pass_store.h"

#include <algorithm>
#include <cstdlib>
#include <string>

#include "client/cli/keyrings/pass_entry.h"
#include "client/cli/keyrings/program_output.h"

namespace strongroom::cli::keyrings {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t k_most_entries = 100'000;
constexpr std::size_t k_largest_entry = 4 * 1024 * 1024;
constexpr std::chrono::seconds k_with_a_person(120);

// A file NAME.gpg, or a link that is followed nowhere and has to be named.
bool is_entry(const fs::directory_entry& entry) {
  std::error_code error;
  const fs::file_type type = fs::status(entry.path(), error).type();
  const bool is_link = entry.is_symlink(error);
  if (entry.path().extension() == ".gpg") return is_link || type != fs::file_type::directory;
  return is_link && type != fs::file_type::regular;
}

bool is_hidden(const fs::directory_entry& entry) {
  return entry.path().filename().string().starts_with('.');
}

Result<std::vector<fs::path>> find_entries(const fs::path& folder) {
  std::vector<fs::path> found;
  std::error_code error;
  fs::recursive_directory_iterator next(folder, error);
  for (; !error && next != fs::recursive_directory_iterator(); next.increment(error)) {
    const bool is_file = next->path().extension() == ".gpg";
    if (is_hidden(*next)) next.disable_recursion_pending();
    if (is_entry(*next) && (is_file || !is_hidden(*next))) found.push_back(next->path());
    if (found.size() > k_most_entries)
      return make_error(ErrorCode::too_large, "it has too many entries", folder.string());
  }
  if (error)
    return make_error(error == std::errc::no_such_file_or_directory ? ErrorCode::not_found : ErrorCode::denied,
                      "the password store cannot be read: " + error.message(), folder.string());
  std::ranges::sort(found);
  return found;
}

// A line "[GNUPG:] KEYWORD ..." (doc/DETAILS of GnuPG).
bool says(const ProgramEnd& end, std::string_view keyword) {
  return end.errors.find("[GNUPG:] " + std::string(keyword)) != std::string::npos;
}

// A person was asked, and whoever gave no passphrase for this entry is not asked for each of the others.
bool nobody_answered(const ProgramEnd& end) {
  return says(end, "PINENTRY_LAUNCHED") && says(end, "DECRYPTION_FAILED");
}

const char* problem_of(const ProgramEnd& end) {
  if (says(end, "NODATA")) return "it is no file of gpg";
  return "gpg could not decrypt it: it lacks the secret key, or a way to ask for its passphrase, or the file is "
         "damaged";
}

// Of what gpg need not be asked about.
std::string problem_of_file(const fs::path& file) {
  std::error_code error;
  switch (const auto type = fs::status(file, error).type(); type) {
    case fs::file_type::regular:
      return {};
    case fs::file_type::directory:
      return "it is a link to a folder, which is not followed: import that folder by itself";
    case fs::file_type::none:
    case fs::file_type::unknown:
    case fs::file_type::not_found:
      return "it cannot be read: " + error.message();
    default:
      return "it is no file";
  }
}

// Error: what concerns all entries.
Status decrypt(const fs::path& file, ForeignItem& item) {
  item.problem = problem_of_file(file);
  if (!item.problem.empty()) return {};
  auto end = output_of({.words = {"gpg", "--batch", "--quiet", "--yes", "--no-auto-key-retrieve", "--status-fd", "2",
                                  "--decrypt", "--", file.string()},
                        .most_output = k_largest_entry,
                        .deadline = k_with_a_person});
  if (!end && end.error().code == ErrorCode::not_found)
    return make_error(ErrorCode::not_found, "there is no 'gpg', which opens what 'pass' has stored; install gnupg");
  if (!end && end.error().code == ErrorCode::timeout)
    return make_error(ErrorCode::cancelled,
                      "gpg did not answer in time; nothing was imported. Unlock its key first: "
                      "'pass show' any entry");
  if (!end && end.error().code == ErrorCode::too_large) {
    item.problem = "it is larger than 4 MiB";
    return {};
  }
  if (!end) return end.error();
  if (nobody_answered(*end))
    return make_error(ErrorCode::cancelled,
                      "gpg wanted its passphrase and got none; nothing was imported. Unlock its "
                      "key first: 'pass show' any entry, on a terminal with GPG_TTY=$(tty)");
  if (end->exit_code == 0 && says(*end, "DECRYPTION_OKAY"))
    take_pass_entry(end->output, item);
  else
    item.problem = problem_of(*end);
  return {};
}

}  // namespace

fs::path usual_pass_store() {
  if (const char* const folder = std::getenv("PASSWORD_STORE_DIR"); folder != nullptr && *folder != '\0') return folder;
  const char* const home = std::getenv("HOME");
  return fs::path(home != nullptr ? home : "") / ".password-store";
}

Result<std::vector<ForeignItem>> read_pass_store(const fs::path& folder,
                                                 const std::function<void(std::size_t, std::size_t)>& progress) {
  STRONGROOM_ASSIGN(const auto files, find_entries(folder));
  std::vector<ForeignItem> items;
  for (const auto& file : files) {
    ForeignItem& item = items.emplace_back();
    const fs::path relative = file.lexically_relative(folder);
    for (const auto& part : relative) item.names.push_back(part.string());
    if (relative.extension() == ".gpg") item.names.back().resize(item.names.back().size() - 4);
    STRONGROOM_CHECK(decrypt(file, item));
    progress(items.size(), files.size());
  }
  return items;
}

}  // namespace strongroom::cli::keyrings
