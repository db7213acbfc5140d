#include "daemon/vault/header_files.h"

#include <algorithm>
#include <optional>

#include "daemon/vault/private_file.h"

namespace strongroom::vault {
namespace {

std::filesystem::path place(const std::filesystem::path& data, CopyName name) {
  return data / (std::string("vault.") + static_cast<char>(name));
}

// What reading one copy came to. `error` is set when it cannot be used.
struct Attempt {
  std::optional<HeaderCopy> copy;
  std::optional<Error> error;
};

Attempt read_copy(const std::filesystem::path& data, CopyName name) {
  Bytes bytes(k_max_header);
  auto size = read_private_file(place(data, name), bytes);
  if (!size) return {std::nullopt, std::move(size).error()};
  bytes.resize(*size);
  auto header = parse_header(bytes);
  if (!header) return {std::nullopt, std::move(header).error()};
  return {HeaderCopy{name, std::move(bytes), std::move(*header)}, std::nullopt};
}

std::string problem_of(CopyName name, const Error& error) {
  return std::string("header copy ") + static_cast<char>(name) +
         (error.code == ErrorCode::not_found ? " is missing" : " is damaged");
}

}  // namespace

Result<HeaderCopies> read_header_copies(const std::filesystem::path& data) {
  HeaderCopies copies;
  std::size_t missing = 0;
  for (const CopyName name : {CopyName::a, CopyName::b}) {
    Attempt attempt = read_copy(data, name);
    if (attempt.copy) {
      copies.readable.push_back(std::move(*attempt.copy));
      continue;
    }
    const Error& error = *attempt.error;
    if (error.code != ErrorCode::not_found && error.code != ErrorCode::corrupt) return error;
    if (error.code == ErrorCode::not_found) ++missing;
    if (copies.problem.empty()) copies.problem = problem_of(name, error);
  }
  if (missing == 2) return HeaderCopies{};
  if (copies.readable.empty())
    return make_error(ErrorCode::corrupt, "no copy of the vault's header can be read; restore it from a backup");
  if (copies.readable.size() == 2) {
    HeaderCopy& a = copies.readable[0];
    HeaderCopy& b = copies.readable[1];
    copies.alike = a.bytes == b.bytes;
    const bool a_older = a.header.generation < b.header.generation;
    if (!copies.alike) copies.problem = std::string("header copy ") + (a_older ? "a" : "b") + " is not the newest";
    if (a_older) std::swap(a, b);
    if (copies.alike) copies.readable.pop_back();
  }
  return copies;
}

bool header_exists(const std::filesystem::path& data) noexcept {
  return file_exists(place(data, CopyName::a)) || file_exists(place(data, CopyName::b));
}

Result<std::string> write_header_copies(const std::filesystem::path& data, BytesView bytes) {
  STRONGROOM_ASSIGN(PendingFile a, PendingFile::write(place(data, CopyName::a), bytes, 0600));
  STRONGROOM_ASSIGN(PendingFile b, PendingFile::write(place(data, CopyName::b), bytes, 0600));
  STRONGROOM_CHECK(a.replace());
  STRONGROOM_CHECK(sync_folder(data));
  if (!b.replace() || !sync_folder(data)) return std::string("header copy b could not be written");
  return std::string();
}

void remove_header_copies(const std::filesystem::path& data) noexcept {
  for (const CopyName name : {CopyName::a, CopyName::b}) (void)remove_file(place(data, name));
}

}  // namespace strongroom::vault
