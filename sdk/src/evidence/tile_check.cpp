#include "sdk/src/evidence/tile_check.h"

#include <algorithm>
#include <charconv>

#include <strongroom/evidence/verify_log.h>

namespace strongroom::evidence {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t k_hash = 32;

std::optional<std::uint64_t> decimal(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

struct TilePlace {
  unsigned level = 0;
  std::uint64_t number = 0;
  unsigned width = k_tile_width;
};

// Of a path below the log's folder; nothing for what is no tile's name.
std::optional<TilePlace> place_of(const std::string& path) {
  TilePlace place;
  std::string_view rest = std::string_view(path).substr(std::min<std::size_t>(path.size(), 5));
  if (const auto partial = rest.find(".p/"); partial != std::string_view::npos) {
    const auto width = decimal(rest.substr(partial + 3));
    if (!width || *width == 0 || *width >= k_tile_width) return std::nullopt;
    place.width = static_cast<unsigned>(*width);
    rest = rest.substr(0, partial);
  }
  const auto slash = std::min(rest.find('/'), rest.size());
  const auto level = decimal(rest.substr(0, slash));
  if (!level || *level > 63) return std::nullopt;
  place.level = static_cast<unsigned>(*level);
  std::string digits;
  for (const char c : rest.substr(slash))
    if (c >= '0' && c <= '9') digits.push_back(c);
  const auto number = decimal(digits);
  if (!number) return std::nullopt;
  place.number = *number;
  if (tile_path(place.level, place.number, place.width) != path) return std::nullopt;
  return place;
}

bool is_beyond(const TilePlace& place, std::uint64_t entries) {
  if (place.level >= 8) return true;
  const std::uint64_t hashes = entries >> (8 * place.level);
  return place.number > hashes / k_tile_width || place.number * k_tile_width + place.width > hashes;
}

}  // namespace

MaybeFinding TileCheck::open(unsigned level, std::uint64_t number) {
  Open& open = open_[level];
  if (open.number == number) return std::nullopt;
  open.number = number;
  open.tiles.clear();
  const std::string full = tile_path(level, number, k_tile_width);
  if (auto hashes = read_log_file(folder_ / full)) open.tiles.push_back({k_tile_width, std::move(*hashes)});
  std::error_code none;
  for (const auto& file : fs::directory_iterator(folder_ / (full + ".p"), none)) {
    const auto width = decimal(file.path().filename().string());
    if (!width || *width == 0 || *width >= k_tile_width) continue;
    if (tile_path(level, number, static_cast<unsigned>(*width)) != full + ".p/" + file.path().filename().string())
      continue;
    if (auto hashes = read_log_file(file.path()))
      open.tiles.push_back({static_cast<unsigned>(*width), std::move(*hashes)});
  }
  std::ranges::sort(open.tiles, std::ranges::greater(), &Tile::width);
  for (const Tile& tile : open.tiles)
    if (tile.hashes.size() != tile.width * k_hash)
      return Finding{number << (8 * level + 8), "the tile " + full + " has not the size of its width"};
  return std::nullopt;
}

Result<Hash> TileCheck::leaf(std::uint64_t sequence) {
  const std::size_t place = sequence % k_tile_width;
  if (auto wrong = open(0, sequence / k_tile_width)) return make_error(ErrorCode::corrupt, wrong->problem);
  const auto& tiles = open_[0].tiles;
  if (tiles.empty() || tiles.front().width <= place)
    return make_error(ErrorCode::not_found, "a tile of archived entries is missing");
  Hash hash{};
  std::ranges::copy(as_bytes(tiles.front().hashes).subspan(place * k_hash, k_hash), hash.begin());
  return hash;
}

MaybeFinding TileCheck::take(unsigned level, std::uint64_t index, const Hash& hash, std::uint64_t covered) {
  const std::uint64_t number = index / k_tile_width;
  const std::size_t place = index % k_tile_width;
  if (auto wrong = open(level, number)) return wrong;
  for (const Tile& tile : open_[level].tiles)
    if (place < tile.width && !std::ranges::equal(as_bytes(tile.hashes).subspan(place * k_hash, k_hash), hash))
      return Finding{index << (8 * level),
                     "the tile " + tile_path(level, number, tile.width) + " holds another hash than the tree"};
  const bool due = covered >> (8 * level) > index;
  if (place + 1 == k_tile_width && due && !has_full(level) && !missing_)
    missing_ = Finding{number << (8 * level + 8), "the tile " + tile_path(level, number, k_tile_width) + " is missing"};
  return std::nullopt;
}

bool TileCheck::has_full(unsigned level) const noexcept {
  const auto& tiles = open_[level].tiles;
  return !tiles.empty() && tiles.front().width == k_tile_width;
}

MaybeFinding TileCheck::check_rest(std::uint64_t entries) const {
  std::error_code none;
  for (const auto& file : fs::recursive_directory_iterator(folder_ / "tile", none)) {
    if (file.is_directory(none)) continue;
    const std::string path = file.path().lexically_relative(folder_).generic_string();
    const auto place = place_of(path);
    if (place && is_beyond(*place, entries))
      return Finding{entries, "the tile " + path + " holds hashes of entries that are not there"};
  }
  return std::nullopt;
}

}  // namespace strongroom::evidence
