#include "client/cli/keyrings/sources.h"

#include <algorithm>
#include <filesystem>
#include <iterator>

#include "client/cli/keyrings/keepass_csv.h"
#include "client/cli/keyrings/keepass_xml.h"
#include "client/cli/keyrings/pass_store.h"
#include "client/cli/keyrings/secret_service.h"
#include "client/cli/keyrings/vault_json.h"
#include "client/cli/progress.h"
#include "client/cli/terminal.h"

namespace strongroom::cli::keyrings {

namespace {

namespace fs = std::filesystem;
using Items = std::vector<ForeignItem>;
using Names = std::vector<std::string>;

constexpr std::size_t k_largest_file = 64 * 1024 * 1024;
constexpr std::size_t k_most_files = 100'000;

Result<Secret> content_of(const std::string& file) {
  return file == "-" ? read_stdin(k_largest_file) : read_file(file, k_largest_file);
}

Error about(const std::string& file, Error error) {
  error.message = (file == "-" ? "standard input" : file) + (error.subject.empty() ? "" : ", " + error.subject) + ": " +
                  error.message + "; nothing was imported";
  error.subject.clear();
  return error;
}

template <class Read>
Result<Items> read_one(const std::string& file, Read read) {
  STRONGROOM_ASSIGN(const Secret content, content_of(file));
  Result<Items> items = read(content.reveal_text(RevealReason::inspect));
  if (!items) return about(file, items.error());
  return items;
}

Result<Items> read_keepass(const std::string& file) {
  return read_one(file, [](std::string_view text) {
    constexpr std::string_view k_byte_order_mark = "\xef\xbb\xbf";
    std::string_view rest = text;
    if (rest.starts_with(k_byte_order_mark)) rest.remove_prefix(k_byte_order_mark.size());
    const auto first = rest.find_first_not_of(" \t\r\n");
    const bool is_xml = first != std::string_view::npos && rest[first] == '<';
    return is_xml ? read_keepass_xml(text) : read_keepass_csv(text);
  });
}

Result<std::vector<fs::path>> json_files_below(const fs::path& folder) {
  std::vector<fs::path> files;
  std::error_code error;
  fs::recursive_directory_iterator next(folder, error);
  for (; !error && next != fs::recursive_directory_iterator(); next.increment(error)) {
    if (next->path().extension() == ".json" && next->is_regular_file(error)) files.push_back(next->path());
    if (files.size() > k_most_files) return make_error(ErrorCode::too_large, "it has too many files", folder.string());
  }
  if (error) return make_error(ErrorCode::denied, "it cannot be read: " + error.message(), folder.string());
  std::ranges::sort(files);
  return files;
}

// The place of a file below the folder, without ".json".
Names names_of(const fs::path& file) {
  Names names;
  for (const auto& part : file.parent_path()) names.push_back(part.string());
  names.push_back(file.stem().string());
  return names;
}

Result<Items> read_vault(const std::string& what) {
  const auto read = [](const std::string& file, const Names& names) {
    return read_one(file, [&](std::string_view text) { return read_vault_json(text, names); });
  };
  if (what == "-") return read(what, {});
  std::error_code error;
  if (!fs::is_directory(what, error)) return read(what, names_of(fs::path(what).filename()));
  STRONGROOM_ASSIGN(const auto files, json_files_below(what));
  Items items;
  for (const auto& file : files) {
    STRONGROOM_ASSIGN(auto some, read(file.string(), names_of(file.lexically_relative(what))));
    std::ranges::move(some, std::back_inserter(items));
  }
  return items;
}

}  // namespace

const std::vector<std::string>& source_names() {
  static const std::vector<std::string> names{"secret-service", "pass", "keepassxc", "vault"};
  return names;
}

Result<Items> read_source(const Session& session, const std::string& source, const std::string& what) {
  if (source == "secret-service") return read_secret_service(what);
  if (source == "pass") {
    Progress progress(session, "Decrypting", "entries");
    return read_pass_store(what.empty() ? usual_pass_store() : fs::path(what), [&](std::size_t done, std::size_t all) {
      progress.show(static_cast<std::int64_t>(done), static_cast<std::int64_t>(all));
    });
  }
  if (what.empty()) return make_error(ErrorCode::invalid_argument, "say which file to import", "file");
  return source == "vault" ? read_vault(what) : read_keepass(what);
}

}  // namespace strongroom::cli::keyrings
