#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include <strongroom/evidence/export.h>
#include <strongroom/protocol/json.h>

#include "sdk/src/evidence/sha256.h"

namespace strongroom::evidence {
namespace {

Error malformed(const char* what) {
  return make_error(ErrorCode::invalid_argument, std::string("manifest.json: ") + what);
}

// Not negative.
std::optional<std::int64_t> number(const protocol::JsonValue& object, std::string_view name) {
  const auto* member = object.find(name);
  if (!member || member->kind() != protocol::JsonKind::integer || member->integer() < 0) return std::nullopt;
  return member->integer();
}

bool is_digest(std::string_view text) {
  return text.size() == 64 &&
         std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

Status take_files(const protocol::JsonValue& files, ExportManifest& manifest) {
  if (files.object().size() != k_export_files.size()) return malformed("it names other files than the format");
  for (const auto name : k_export_files) {
    const auto* digest = files.find(name);
    if (!digest) return malformed("it names other files than the format");
    if (!is_digest(digest->string())) return malformed("a hash is malformed");
    manifest.files.emplace(name, digest->string());
  }
  return {};
}

}  // namespace

std::string ExportManifest::encode() const {
  WipedString text;
  protocol::JsonWriter json(text);
  json.begin_object().key("format").integer(1).key("origin").string(origin);
  json.key("created_ms").integer(created_ms).key("since_ms").integer(since_ms).key("until_ms").integer(until_ms);
  json.key("events").integer(events).key("files").begin_object();
  for (const auto& [name, digest] : files) json.key(name).string(digest);
  json.end_object().end_object();
  return std::string(text) + "\n";
}

Result<ExportManifest> ExportManifest::parse(std::string_view text) {
  protocol::JsonDocument document;
  if (!document.parse(text)) return malformed("it is no JSON object");
  const auto& root = document.root();
  const auto* origin = root.find("origin");
  const auto* files = root.find("files");
  const auto created = number(root, "created_ms");
  const auto since = number(root, "since_ms");
  const auto until = number(root, "until_ms");
  const auto events = number(root, "events");
  constexpr std::size_t k_members = 7;
  if (root.object().size() != k_members || !origin || origin->kind() != protocol::JsonKind::string || !files ||
      !created || !since || !until || !events)
    return malformed("it has other members than the format names");
  if (number(root, "format") != 1) return malformed("the format is unknown");
  if (*since > *until) return malformed("it ends before it begins");
  ExportManifest manifest{.origin = std::string(origin->string()),
                          .created_ms = *created,
                          .since_ms = *since,
                          .until_ms = *until,
                          .events = *events,
                          .files = {}};
  STRONGROOM_CHECK(take_files(*files, manifest));
  return manifest;
}

Result<std::string> file_digest(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  const std::string name = file.filename().string();
  if (descriptor < 0 && errno == ENOENT) return make_error(ErrorCode::not_found, name + " is missing");
  if (descriptor < 0) return make_error(ErrorCode::storage_failed, name + " cannot be read");
  Sha256 hash;
  Bytes part(std::size_t{1} << 16);
  ssize_t n = 0;
  while ((n = ::read(descriptor, part.data(), part.size())) > 0 || (n < 0 && errno == EINTR))
    if (n > 0) hash.add(BytesView(part).first(static_cast<std::size_t>(n)));
  ::close(descriptor);
  if (n < 0) return make_error(ErrorCode::storage_failed, name + " cannot be read");
  return to_hex(hash.finish());
}

}  // namespace strongroom::evidence
