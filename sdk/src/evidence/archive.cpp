#include <strongroom/evidence/archive.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include <strongroom/evidence/verify_log.h>
#include <strongroom/protocol/json.h>

namespace strongroom::evidence {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t k_most = std::size_t{64} << 20;

Error malformed() {
  return make_error(ErrorCode::corrupt, "archive.json is damaged");
}

Result<Bytes> from_base64(std::string_view text) {
  Bytes bytes(text.size() / 4 * 3);
  const auto size = base64_decode(text, bytes.data());
  if (!size) return malformed();
  bytes.resize(*size);
  return bytes;
}

std::string to_base64(BytesView bytes) {
  std::string text(base64_size(bytes.size()), '\0');
  base64_encode(bytes, text.data());
  return text;
}

Result<Hash> hash_of(BytesView bytes) {
  Hash hash{};
  if (bytes.size() != hash.size()) return malformed();
  std::ranges::copy(bytes, hash.begin());
  return hash;
}

// The width of a partial tile's name.
std::optional<unsigned> width_of(const fs::path& file) {
  const std::string name = file.filename().string();
  unsigned width = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), width);
  if (error != std::errc() || end != name.data() + name.size() || width >= k_tile_width) return std::nullopt;
  return width;
}

// At least `count` hashes of a tile: from the full one, or from a partial one that is wide enough.
Result<std::string> read_some_of_tile(const fs::path& folder, unsigned level, std::uint64_t index, unsigned count) {
  const auto full = read_log_file(folder / tile_path(level, index, k_tile_width));
  if (full) return full;
  std::error_code error;
  for (const auto& file : fs::directory_iterator(folder / (tile_path(level, index, k_tile_width) + ".p"), error)) {
    const auto width = width_of(file.path());
    if (width && *width >= count) return read_log_file(file.path());
  }
  return make_error(ErrorCode::not_found, "a tile is missing");
}

}  // namespace

Result<Archive> read_archive(const fs::path& log_folder) {
  STRONGROOM_ASSIGN(const std::string text, read_log_file(log_folder / "archive.json", k_most));
  protocol::JsonDocument document;
  if (!document.parse(text)) return malformed();
  const auto* size = document.root().find("size");
  const auto* peaks = document.root().find("peaks");
  const auto* records = document.root().find("epoch_records");
  if (!size || !peaks || !records || records->array().empty() || size->integer() <= 0 ||
      document.root().object().size() != 3)
    return malformed();
  Archive archive;
  archive.size = static_cast<std::uint64_t>(size->integer());
  for (const auto& peak : peaks->array()) {
    STRONGROOM_ASSIGN(const Bytes bytes, from_base64(peak.string()));
    STRONGROOM_ASSIGN(const Hash hash, hash_of(bytes));
    archive.peaks.push_back(hash);
  }
  for (const auto& record : records->array()) {
    STRONGROOM_ASSIGN(Bytes bytes, from_base64(record.string()));
    archive.epoch_records.push_back(std::move(bytes));
  }
  return archive;
}

std::string encode(const Archive& archive) {
  WipedString text;
  protocol::JsonWriter json(text);
  json.begin_object().key("size").integer(static_cast<std::int64_t>(archive.size));
  json.key("peaks").begin_array();
  for (const Hash& peak : archive.peaks) json.string(to_base64(peak));
  json.end_array().key("epoch_records").begin_array();
  for (const Bytes& record : archive.epoch_records) json.string(to_base64(record));
  json.end_array().end_object();
  return std::string(text) + "\n";
}

Status restore_tree(TiledTree& tree, const fs::path& log_folder, std::uint64_t size) {
  std::vector<std::vector<Hash>> edge;
  for (unsigned level = 0; level < 8 && size >> (8 * level) != 0; ++level) {
    const std::uint64_t hashes = size >> (8 * level);
    const auto count = static_cast<unsigned>(hashes % k_tile_width);
    auto& held = edge.emplace_back();
    if (count == 0) continue;
    STRONGROOM_ASSIGN(const std::string tile, read_some_of_tile(log_folder, level, hashes / k_tile_width, count));
    if (tile.size() < std::size_t{count} * 32) return make_error(ErrorCode::corrupt, "a tile is too short");
    for (unsigned i = 0; i < count; ++i) {
      STRONGROOM_ASSIGN(const Hash hash, hash_of(as_bytes(tile).subspan(std::size_t{i} * 32, 32)));
      held.push_back(hash);
    }
  }
  return tree.restore(size, std::move(edge));
}

}  // namespace strongroom::evidence
