#include "daemon/secrets/secret.h"

#include <algorithm>

#include "daemon/secrets/path.h"

namespace strongroom::secrets {

namespace {

constexpr std::uint8_t k_kind_secret = 1;
constexpr std::size_t k_most_versions = 1024;  // more than will ever be kept; bounds the parser

}  // namespace

const Version* Head::find(std::uint64_t number) const noexcept {
  const auto found = std::ranges::find(versions, number, &Version::number);
  return found == versions.end() ? nullptr : &*found;
}

Appended append_version(Head& head, std::int64_t now_ms) {
  Appended result;
  if (!head.versions.empty()) result.previous = head.current().number;
  result.number = ++head.last_number;
  head.versions.push_back({.number = result.number, .created_ms = now_ms});
  head.updated_ms = now_ms;
  if (head.versions.size() > k_versions_kept) {
    result.dropped = head.versions.front().number;
    head.versions.erase(head.versions.begin());
  }
  return result;
}

Result<Version> readable_version(const Head& head, std::optional<std::uint64_t> number, std::int64_t now_ms) {
  const Version* version = number ? head.find(*number) : &head.current();
  if (!version) return make_error(ErrorCode::not_found, "there is no such version", "version");
  if (version->deleted_ms != 0)
    return make_error(ErrorCode::deleted, "this version is deleted; 'strongroom secret undelete' takes that back",
                      "version");
  if (version->expires_ms != 0 && version->expires_ms <= now_ms)
    return make_error(ErrorCode::expired, "this version has expired", "version");
  return *version;
}

Status delete_current(Head& head, std::int64_t now_ms) {
  if (head.current().deleted_ms != 0) return make_error(ErrorCode::deleted, "the secret is deleted already", "path");
  head.current().deleted_ms = now_ms;
  head.updated_ms = now_ms;
  return {};
}

Status undelete_current(Head& head, std::int64_t now_ms) {
  if (head.current().deleted_ms == 0) return make_error(ErrorCode::conflict, "the secret is not deleted", "path");
  head.current().deleted_ms = 0;
  head.updated_ms = now_ms;
  return {};
}

Bytes encode(const Head& head) {
  Bytes out;
  ByteWriter writer(out);
  writer.u8(k_kind_secret);
  writer.text(head.path);
  writer.raw(head.id);
  writer.i64(head.created_ms);
  writer.i64(head.updated_ms);
  writer.i64(head.last_read_ms);
  writer.u64(head.last_number);
  writer.u16(static_cast<std::uint16_t>(head.versions.size()));
  for (const auto& version : head.versions) {
    writer.u64(version.number);
    writer.i64(version.created_ms);
    writer.i64(version.deleted_ms);
    writer.i64(version.expires_ms);
  }
  writer.u16(0);  // labels: none in this revision of the format
  return out;
}

Result<Head> decode_head(BytesView bytes) {
  ByteReader reader(bytes);
  Head head;
  const std::uint8_t kind = reader.u8();
  head.path.assign(reader.text(k_max_path));
  const BytesView id = reader.raw(head.id.size());
  head.created_ms = reader.i64();
  head.updated_ms = reader.i64();
  head.last_read_ms = reader.i64();
  head.last_number = reader.u64();
  const std::size_t count = reader.u16();
  if (count == 0 || count > k_most_versions || !reader.ok()) return make_error(ErrorCode::corrupt, "a head is damaged");
  head.versions.resize(count);
  for (auto& version : head.versions) {
    version.number = reader.u64();
    version.created_ms = reader.i64();
    version.deleted_ms = reader.i64();
    version.expires_ms = reader.i64();
  }
  const std::uint16_t labels = reader.u16();
  if (!reader.finished() || kind != k_kind_secret || labels != 0)
    return make_error(ErrorCode::corrupt, "a head is damaged");
  std::copy(id.begin(), id.end(), head.id.begin());
  return head;
}

}  // namespace strongroom::secrets
