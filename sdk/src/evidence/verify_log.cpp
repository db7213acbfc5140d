#include <strongroom/evidence/verify_log.h>

#include <algorithm>
#include <array>
#include <map>

#include <strongroom/evidence/archive.h>
#include <strongroom/evidence/segment.h>
#include <strongroom/evidence/tiled_tree.h>

#include "sdk/src/evidence/entry_rules.h"
#include "sdk/src/evidence/log_notes.h"
#include "sdk/src/evidence/tile_check.h"

namespace strongroom::evidence {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t k_between_progress = 4096;

using Check = Result<MaybeFinding>;

class LogVerifier {
 public:
  LogVerifier(fs::path folder, const VerifyOptions& options)
      : folder_(std::move(folder)),
        options_(options),
        tiles_(folder_),
        notes_(folder_, options),
        tree_([this](unsigned level, std::uint64_t index, BytesView tile) { return keep(level, index, tile); },
              [this](unsigned level, std::uint64_t index) { return read_tile(level, index); }) {}

  Result<LogReport> run() {
    STRONGROOM_ASSIGN(auto finding, check_all());
    report_.entries = tree_.size();
    if (tree_.size() != 0) report_.root = tree_.root();
    if (rules_.epoch()) {
      report_.origin = origin_of(rules_.epoch()->log_id);
      report_.key = make_verifier_key(report_.origin, k_note_key, rules_.epoch()->identity_key).text();
    }
    if (finding) {
      report_.damaged_at = finding->sequence;
      report_.problem = std::move(finding->problem);
    } else {
      report_.signed_entries = notes_.newest();
    }
    return std::move(report_);
  }

 private:
  Check check_all() {
    STRONGROOM_CHECK(notes_.read());
    STRONGROOM_ASSIGN(auto finding, check_archive());
    if (finding) return finding;
    STRONGROOM_ASSIGN(finding, check_segments());
    if (finding) return finding;
    return check_end();
  }

  // The archived prefix, from its tiles, as if its entries had been read.
  Check check_archive() {
    const auto archive = read_archive(folder_);
    if (!archive && archive.error().code == ErrorCode::not_found) return MaybeFinding();
    if (!archive) return MaybeFinding(Finding{std::nullopt, archive.error().message});
    report_.first = archive->size;
    auto record = archive->epoch_records.begin();
    while (tree_.size() < archive->size) {
      const std::uint64_t sequence = tree_.size();
      const auto leaf = tiles_.leaf(sequence);
      if (!leaf) return MaybeFinding(Finding{sequence, leaf.error().message});
      if (record != archive->epoch_records.end() && leaf_hash(*record) == *leaf) {
        if (auto wrong = take_archived(*record++, sequence)) return MaybeFinding(Finding{sequence, *wrong});
      }
      if (auto finding = append(*leaf)) return finding;
      STRONGROOM_CHECK(tell_progress());
    }
    if (record != archive->epoch_records.end() || !rules_.epoch())
      return MaybeFinding(Finding{std::nullopt, "the archive's epoch records are not those of the archived entries"});
    if (tree_.compact().peaks() != archive->peaks)
      return MaybeFinding(Finding{std::nullopt, "the tiles do not lead to the archive's peaks"});
    rules_.begin_behind(archive->size);
    return MaybeFinding();
  }

  std::optional<std::string> take_archived(const Bytes& record, std::uint64_t sequence) {
    const auto entry = parse_entry(record);
    if (!entry) return entry.error().message;
    if (entry->header.sequence != sequence) return "an epoch record of the archive has another number than its place";
    if (auto wrong = rules_.take_archived(*entry, tree_.root())) return wrong;
    return begin_epoch(entry->header);
  }

  std::optional<std::string> begin_epoch(const EntryHeader& header) {
    const EpochEntry& epoch = *rules_.epoch();
    if (log_ && epoch.log_id != *log_) return "the segment is of another log";
    if (options_.key && *options_.key != make_verifier_key(origin_of(epoch.log_id), k_note_key, epoch.identity_key))
      return "the log has another key than the one given";
    notes_.begin_epoch(epoch, header);
    return std::nullopt;
  }

  Check check_segments() {
    auto listed = list_segments(folder_);
    if (!listed && listed.error().code != ErrorCode::not_found) return listed.error();
    const bool none = !listed || listed->empty();
    if (none && !notes_.any() && tree_.size() == 0) return make_error(ErrorCode::not_found, "there is no log here");
    if (none) return MaybeFinding(Finding{tree_.size(), "the first segment is missing"});
    const auto& segments = *listed;
    for (std::size_t i = 0; i < segments.size(); ++i) {
      const bool newest = i + 1 == segments.size();
      // A segment that an archive has left behind for a moment holds nothing that is asked for.
      if (!newest && segments[i + 1].first <= report_.first) continue;
      if (segments[i].first != tree_.size())
        return MaybeFinding(Finding{tree_.size(), "the segment with this entry is missing"});
      STRONGROOM_ASSIGN(auto finding,
                        check_segment(segments[i], newest ? std::nullopt : std::optional(segments[i + 1].first)));
      if (finding) return finding;
    }
    return MaybeFinding();
  }

  // `following`: the first entry of the next segment.
  Check check_segment(const SegmentPlace& place, std::optional<std::uint64_t> following) {
    auto reader = FrameReader::open(place.path);
    if (!reader) return MaybeFinding(Finding{tree_.size(), reader.error().message});
    if (auto wrong = check_head(reader->header(), place)) return MaybeFinding(Finding{place.first, *wrong});
    while (!following || tree_.size() < *following) {
      auto entry = reader->next();
      if (!entry && entry.error().code != ErrorCode::corrupt) return entry.error();
      if (!entry || !*entry) return check_behind(*reader, following);
      if (auto finding = take(**entry)) return finding;
      STRONGROOM_CHECK(tell_progress());
    }
    return check_behind(*reader, following);
  }

  std::optional<std::string> check_head(const SegmentHeader& header, const SegmentPlace& place) {
    if (header.first != place.first) return "the segment has another segment's header";
    const bool other_key = options_.key && options_.key->name != origin_of(header.log);
    if (other_key || (log_ && header.log != *log_) || (rules_.epoch() && rules_.epoch()->log_id != header.log))
      return "the segment is of another log";
    log_ = header.log;
    return std::nullopt;
  }

  // What lies behind the last whole entry of a segment.
  Check check_behind(FrameReader& reader, std::optional<std::uint64_t> following) {
    if (following && tree_.size() < *following)
      return MaybeFinding(Finding{tree_.size(), "the entry is missing or damaged"});
    STRONGROOM_ASSIGN(const std::uint64_t behind, reader.torn_bytes());
    if (following && behind != 0)
      return MaybeFinding(Finding{*following, "something lies behind the last entry of a finished segment"});
    if (following) return MaybeFinding();
    report_.torn = behind;
    if (tree_.size() < notes_.newest())
      return MaybeFinding(Finding{tree_.size(), "the log is damaged or ends before the size of its checkpoint"});
    return MaybeFinding();
  }

  MaybeFinding take(BytesView bytes) {
    const std::uint64_t sequence = tree_.size();
    const auto entry = parse_entry(bytes);
    if (!entry) return Finding{sequence, entry.error().message};
    const bool is_epoch = entry->header.type == EntryType::epoch;
    if (auto wrong = rules_.take(*entry, sequence, is_epoch ? tree_.root() : Hash{})) return Finding{sequence, *wrong};
    if (is_epoch)
      if (auto wrong = begin_epoch(entry->header)) return Finding{sequence, *wrong};
    if (const auto* witness = std::get_if<WitnessEntry>(&entry->content)) {
      const auto root = [this](std::uint64_t size) { return root_of(size, tree_.reader()); };
      if (auto finding = notes_.check_witness(*witness, sequence, root)) return finding;
    }
    return append(leaf_hash(bytes));
  }

  // The tree grows; what tiles and checkpoints say of it is compared at once.
  MaybeFinding append(const Hash& leaf) {
    const std::uint64_t sequence = tree_.size();
    if (auto finding = tiles_.take(0, sequence, leaf, notes_.newest())) return finding;
    if (auto status = tree_.append(leaf); !status) return Finding{sequence, status.error().message};
    for (unsigned level = 1; level < 8 && tree_.size() % (std::uint64_t{1} << (8 * level)) == 0; ++level) {
      const auto& edge = tree_.edge(level);
      const Hash& hash = edge.empty() ? last_[level] : edge.back();
      const std::uint64_t index = (tree_.size() >> (8 * level)) - 1;
      if (auto finding = tiles_.take(level, index, hash, notes_.newest())) return finding;
    }
    return notes_.wants(tree_.size()) ? notes_.check_at(tree_.size(), tree_.root()) : std::nullopt;
  }

  Check check_end() {
    if (auto finding = notes_.check_end(tree_.size(), report_.first)) return finding;
    if (tiles_.missing()) return tiles_.missing();
    if (auto finding = tiles_.check_rest(tree_.size())) return finding;
    return notes_.late();
  }

  Status tell_progress() const {
    if (tree_.size() % k_between_progress != 0 || !options_.progress || options_.progress(tree_.size())) return {};
    return make_error(ErrorCode::cancelled, "the verification was interrupted");
  }

  // A full tile: its last hash, and all of it where the folder does not have it.
  Status keep(unsigned level, std::uint64_t index, BytesView tile) {
    std::ranges::copy(tile.last(last_[level].size()), last_[level].begin());
    if (!tiles_.has_full(level)) spare_tiles_.insert_or_assign({level, index}, Bytes(tile.begin(), tile.end()));
    return {};
  }

  Result<Bytes> read_tile(unsigned level, std::uint64_t index) {
    if (const auto spare = spare_tiles_.find({level, index}); spare != spare_tiles_.end()) return spare->second;
    STRONGROOM_ASSIGN(const std::string tile, read_log_file(folder_ / tile_path(level, index, k_tile_width)));
    return Bytes(tile.begin(), tile.end());
  }

  const fs::path folder_;
  const VerifyOptions& options_;
  TileCheck tiles_;
  LogNotes notes_;
  TiledTree tree_;
  EntryRules rules_;
  LogReport report_;
  std::optional<LogId> log_;
  std::array<Hash, 8> last_{};
  std::map<std::pair<unsigned, std::uint64_t>, Bytes> spare_tiles_;  // few, unless tiles are missing
};

}  // namespace

Result<LogReport> verify_log(const fs::path& folder, const VerifyOptions& options) {
  return LogVerifier(folder, options).run();
}

}  // namespace strongroom::evidence
