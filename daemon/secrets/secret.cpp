#include "daemon/secrets/secret.h"

#include <algorithm>
#include <utility>

#include "daemon/secrets/path.h"

namespace strongroom::secrets {

namespace {

constexpr std::uint8_t k_kind_secret = 1;
constexpr std::size_t k_most_versions = 1024;  // more than will ever be kept; bounds the parser
constexpr std::uint8_t k_check_required = 1;   // bit of the policy's flags

Error damaged() {
  return make_error(ErrorCode::corrupt, "a head is damaged");
}

bool lies_apart(const Version& version) {
  return version.place.tier != Tier::store;
}

bool has_extension(const Head& head) {
  return !head.metadata.empty() || head.policy != Policy{} || std::ranges::any_of(head.versions, &Version::destroyed) ||
         std::ranges::any_of(head.versions, lies_apart);
}

void write_places(const Head& head, ByteWriter<Bytes>& writer) {
  const auto count = std::ranges::count_if(head.versions, lies_apart);
  if (count == 0) return;
  writer.u16(static_cast<std::uint16_t>(count));
  for (const auto& version : head.versions) {
    if (!lies_apart(version)) continue;
    writer.u64(version.number);
    writer.u8(static_cast<std::uint8_t>(version.place.tier));
    writer.raw(version.place.id);
  }
}

Status read_places(ByteReader& reader, Head& head) {
  const std::size_t count = reader.u16();
  if (!reader.ok() || count == 0 || count > head.versions.size()) return damaged();
  const Version* previous = nullptr;
  for (std::size_t i = 0; i < count; ++i) {
    Version* version = head.find(reader.u64());
    const std::uint8_t tier = reader.u8();
    const BytesView id = reader.raw(std::tuple_size_v<BodyId>);
    if (!reader.ok() || !version || (previous && version <= previous)) return damaged();
    if (tier == 0 || tier > static_cast<std::uint8_t>(Tier::plain_text)) return damaged();
    version->place.tier = static_cast<Tier>(tier);
    std::ranges::copy(id, version->place.id.begin());
    previous = version;
  }
  return {};
}

void write_extension(const Head& head, ByteWriter<Bytes>& writer) {
  writer.u16(static_cast<std::uint16_t>(head.metadata.size()));
  for (const auto& [name, value] : head.metadata) {
    writer.text(name);
    writer.text(value);
  }
  writer.u16(static_cast<std::uint16_t>(head.policy.versions_kept));
  writer.u8(head.policy.check_required ? k_check_required : 0);
  writer.u16(static_cast<std::uint16_t>(std::ranges::count_if(head.versions, &Version::destroyed)));
  for (const auto& version : head.versions)
    if (version.destroyed) writer.u64(version.number);
  write_places(head, writer);
}

// What is accepted is what write_extension() writes: in its order, nothing twice, and not for nothing.
Status read_extension(ByteReader& reader, Head& head) {
  const std::size_t entries = reader.u16();
  if (entries > k_most_metadata) return damaged();
  for (std::size_t i = 0; i < entries && reader.ok(); ++i) {
    std::string name(reader.text(k_max_metadata_name));
    if (!head.metadata.empty() && name <= head.metadata.rbegin()->first) return damaged();
    head.metadata.emplace_hint(head.metadata.end(), std::move(name), reader.text(k_max_metadata_value));
  }
  head.policy.versions_kept = reader.u16();
  const std::uint8_t flags = reader.u8();
  head.policy.check_required = flags == k_check_required;
  const std::size_t destroyed = reader.u16();
  if (!reader.ok() || flags > k_check_required || destroyed > head.versions.size() || head.policy.versions_kept == 0 ||
      head.policy.versions_kept > k_most_versions_kept)
    return damaged();
  const Version* previous = nullptr;
  for (std::size_t i = 0; i < destroyed; ++i) {
    Version* version = head.find(reader.u64());
    if (!version || (previous && version <= previous)) return damaged();
    version->destroyed = true;
    previous = version;
  }
  if (reader.left() > 0) STRONGROOM_CHECK(read_places(reader, head));
  return has_extension(head) ? Status() : damaged();
}

}  // namespace

const Version* Head::find(std::uint64_t number) const noexcept {
  const auto found = std::ranges::find(versions, number, &Version::number);
  return found == versions.end() ? nullptr : &*found;
}

Version* Head::find(std::uint64_t number) noexcept {
  return const_cast<Version*>(std::as_const(*this).find(number));
}

Appended append_version(Head& head, std::int64_t now_ms, std::int64_t expires_ms) {
  Appended result;
  if (!head.versions.empty()) result.previous = head.current().number;
  result.number = ++head.last_number;
  head.versions.push_back({.number = result.number, .created_ms = now_ms, .expires_ms = expires_ms});
  head.updated_ms = now_ms;
  while (head.versions.size() > head.policy.versions_kept) {
    result.dropped.push_back(head.versions.front());
    head.versions.erase(head.versions.begin());
  }
  return result;
}

Result<Version> readable_version(const Head& head, std::optional<std::uint64_t> number, std::int64_t now_ms) {
  const Version* version = number ? head.find(*number) : &head.current();
  if (!version) return make_error(ErrorCode::not_found, "there is no such version", "version");
  if (version->destroyed)
    return make_error(ErrorCode::not_found, "this version was destroyed; its values are gone", "version");
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
  if (head.current().destroyed)
    return make_error(ErrorCode::not_found, "the current version was destroyed; its values are gone", "path");
  if (head.current().deleted_ms == 0) return make_error(ErrorCode::conflict, "the secret is not deleted", "path");
  head.current().deleted_ms = 0;
  head.updated_ms = now_ms;
  return {};
}

Result<std::vector<std::uint64_t>> destroy_versions(Head& head, std::span<const std::uint64_t> numbers,
                                                    std::int64_t now_ms) {
  const std::uint64_t current[] = {head.current().number};
  if (numbers.empty()) numbers = current;
  for (const auto number : numbers)
    if (!head.find(number))
      return make_error(ErrorCode::not_found, "there is no version " + std::to_string(number), "versions");
  std::vector<std::uint64_t> done;
  for (const auto number : numbers) {
    Version& version = *head.find(number);
    if (!std::exchange(version.destroyed, true)) done.push_back(number);
  }
  if (!done.empty()) head.updated_ms = now_ms;
  return done;
}

Status check_details(const Head& head) {
  std::size_t bytes = 0;
  if (head.labels.size() > k_most_labels)
    return make_error(ErrorCode::too_large, "a secret has at most 32 labels", "add_labels");
  for (const auto& label : head.labels) {
    STRONGROOM_CHECK(check_plain_text(label, "a label", k_max_label, "add_labels"));
    bytes += label.size();
  }
  if (head.metadata.size() > k_most_metadata)
    return make_error(ErrorCode::too_large, "a secret has at most 64 entries of metadata", "set_metadata");
  for (const auto& [name, value] : head.metadata) {
    STRONGROOM_CHECK(check_plain_text(name, "a name of metadata", k_max_metadata_name, "set_metadata"));
    STRONGROOM_CHECK(check_plain_text(value, "a value of metadata", k_max_metadata_value, "set_metadata"));
    bytes += name.size() + value.size();
  }
  if (bytes > k_max_details_bytes)
    return make_error(ErrorCode::too_large, "labels and metadata of a secret hold at most 8 KiB together",
                      "set_metadata");
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
  writer.u16(static_cast<std::uint16_t>(head.labels.size()));
  for (const auto& label : head.labels) writer.text(label);
  if (has_extension(head)) write_extension(head, writer);
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
  if (count == 0 || count > k_most_versions || !reader.ok()) return damaged();
  head.versions.resize(count);
  for (auto& version : head.versions) {
    version.number = reader.u64();
    version.created_ms = reader.i64();
    version.deleted_ms = reader.i64();
    version.expires_ms = reader.i64();
  }
  const std::size_t labels = reader.u16();
  if (labels > k_most_labels) return damaged();
  for (std::size_t i = 0; i < labels && reader.ok(); ++i) head.labels.emplace_back(reader.text(k_max_label));
  if (reader.ok() && reader.left() > 0) STRONGROOM_CHECK(read_extension(reader, head));
  if (!reader.finished() || kind != k_kind_secret) return damaged();
  std::copy(id.begin(), id.end(), head.id.begin());
  return head;
}

}  // namespace strongroom::secrets
