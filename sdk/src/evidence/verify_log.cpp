#include <strongroom/evidence/verify_log.h>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <map>

#include <strongroom/evidence/archive.h>
#include <strongroom/evidence/segment.h>
#include <strongroom/evidence/tiled_tree.h>

#include "sdk/src/evidence/entry_rules.h"

namespace strongroom::evidence {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t k_between_progress = 4096;

// Damage, and where it shows.
struct Finding {
  std::uint64_t sequence = 0;
  std::string problem;
};

using Check = Result<std::optional<Finding>>;

class LogVerifier {
 public:
  LogVerifier(fs::path folder, const VerifyOptions& options)
      : folder_(std::move(folder)),
        options_(options),
        tree_([this](unsigned level, std::uint64_t index, BytesView tile) { return compare(level, index, tile); },
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
    }
    return std::move(report_);
  }

 private:
  Check check_all() {
    STRONGROOM_ASSIGN(auto finding, begin());
    if (finding) return finding;
    STRONGROOM_ASSIGN(finding, expect_notes());
    if (finding) return finding;
    STRONGROOM_ASSIGN(finding, check_segments());
    if (finding) return finding;
    return check_end();
  }

  // The archived prefix, or nothing.
  Check begin() {
    auto archive = read_archive(folder_);
    if (!archive && archive.error().code == ErrorCode::not_found) return std::optional<Finding>();
    if (!archive) return Finding{0, archive.error().message};
    if (auto status = restore_tree(tree_, folder_, archive->size); !status)
      return Finding{archive->size, "what is left of the archived tree does not fit: " + status.error().message};
    if (tree_.compact().peaks() != archive->peaks)
      return Finding{archive->size, "the tiles do not fit the archived prefix"};
    if (auto finding = check_archived_tiles(archive->size)) return finding;
    for (const Bytes& record : archive->epoch_records)
      if (auto wrong = take_archived(record, archive->size)) return Finding{archive->size, *wrong};
    rules_.begin_behind(archive->size);
    report_.first = archive->size;
    return std::optional<Finding>();
  }

  // The tiles still hold its hash and the roots of all smaller trees.
  std::optional<std::string> take_archived(const Bytes& record, std::uint64_t size) {
    const auto entry = parse_entry(record);
    if (!entry) return entry.error().message;
    const std::uint64_t sequence = entry->header.sequence;
    const auto held = sequence < size ? tree_.hash(0, sequence) : Result<Hash>(make_error(ErrorCode::not_found, ""));
    if (!held || *held != leaf_hash(record)) return "an epoch record of the archive is not among the archived entries";
    const auto root = root_of(sequence, tree_.reader());
    if (!root) return root.error().message;
    return rules_.take_archived(*entry, *root);
  }

  // Each tile leads to the hash above it, up to those that lead to the peaks.
  std::optional<Finding> check_archived_tiles(std::uint64_t size) {
    for (unsigned level = 0; size >> (8 * (level + 1)) != 0; ++level)
      for (std::uint64_t index = 0; index < size >> (8 * (level + 1)); ++index) {
        const auto tile = read_tile(level, index);
        const std::string name = tile_path(level, index, k_tile_width);
        const std::uint64_t first = index << (8 * (level + 1));
        if (!tile) return Finding{first, "the tile " + name + " is missing"};
        const auto held = hash_in_tile(*tile, 8, 0);
        const auto above = tree_.hash(8 * (level + 1), index);
        if (!held || !above || *held != *above) return Finding{first, "the tile " + name + " is changed"};
      }
    return std::nullopt;
  }

  // Roots that will be compared when the tree has their size.
  Check expect_notes() {
    for (const auto& note : options_.against) {
      const auto parsed = Note::parse(note);
      if (!parsed) return make_error(ErrorCode::invalid_argument, "what to compare with is no checkpoint", "against");
      const auto checkpoint = Checkpoint::parse(parsed->text);
      if (!checkpoint)
        return make_error(ErrorCode::invalid_argument, "what to compare with is no checkpoint", "against");
      expected_.push_back({*parsed, *checkpoint, "the older checkpoint", false});
    }
    if (auto newest = read_log_file(folder_ / "checkpoint")) {
      if (auto finding = expect(*newest, "the checkpoint")) return finding;
      newest_ = expected_.back().checkpoint;
    } else if (newest.error().code != ErrorCode::not_found) {
      return newest.error();
    }
    return expect_cosigned();
  }

  Check expect_cosigned() {
    std::error_code error;
    for (const auto& file : fs::directory_iterator(folder_ / "cosigned", error)) {
      if (file.path().extension() == ".new") continue;
      STRONGROOM_ASSIGN(const std::string note, read_log_file(file.path()));
      if (auto finding = expect(note, "a cosigned checkpoint")) return finding;
    }
    return std::optional<Finding>();
  }

  std::optional<Finding> expect(const std::string& note, std::string name) {
    const auto parsed = Note::parse(note);
    if (!parsed) return Finding{0, name + " is malformed"};
    const auto checkpoint = Checkpoint::parse(parsed->text);
    if (!checkpoint) return Finding{0, name + " is malformed"};
    expected_.push_back({*parsed, *checkpoint, std::move(name), true});
    return std::nullopt;
  }

  Check check_segments() {
    STRONGROOM_ASSIGN(const auto segments, list_segments(folder_));
    if (segments.empty()) return make_error(ErrorCode::not_found, "there is no log here");
    if (auto finding = check_expected()) return finding;
    for (std::size_t i = 0; i < segments.size(); ++i) {
      // A segment that an archive has left behind for a moment holds nothing that is asked for.
      if (i + 1 < segments.size() && segments[i + 1].first <= report_.first) continue;
      if (segments[i].first != tree_.size()) return Finding{tree_.size(), "the segment with this entry is missing"};
      STRONGROOM_ASSIGN(auto finding, check_segment(segments[i], i + 1 == segments.size()));
      if (finding) return finding;
    }
    return std::optional<Finding>();
  }

  Check check_segment(const SegmentPlace& place, bool newest) {
    auto reader = FrameReader::open(place.path);
    if (!reader && newest && reader.error().code == ErrorCode::corrupt && tree_.size() >= newest_size())
      return std::optional<Finding>();
    if (!reader) return Finding{tree_.size(), reader.error().message};
    if (reader->header().first != place.first) return Finding{place.first, "the segment has another segment's header"};
    if (log_ && reader->header().log != *log_) return Finding{place.first, "the segment is of another log"};
    log_ = reader->header().log;
    for (;;) {
      auto entry = reader->next();
      if (!entry && entry.error().code != ErrorCode::corrupt) return entry.error();
      if (!entry) return at_torn_frame(*reader, newest);
      if (!*entry) return newest ? at_end(*reader) : Check(std::optional<Finding>());
      if (auto finding = take(**entry)) return finding;
      if (tree_.size() % k_between_progress == 0 && options_.progress && !options_.progress(tree_.size()))
        return make_error(ErrorCode::cancelled, "the verification was interrupted");
    }
  }

  Check at_end(FrameReader& reader) {
    STRONGROOM_ASSIGN(report_.torn, reader.torn_bytes());
    return std::optional<Finding>();
  }

  Check at_torn_frame(FrameReader& reader, bool newest) {
    if (!newest || tree_.size() < newest_size()) return Finding{tree_.size(), "the entry is damaged"};
    return at_end(reader);
  }

  std::optional<Finding> take(BytesView bytes) {
    const std::uint64_t sequence = tree_.size();
    const auto entry = parse_entry(bytes);
    if (!entry) return Finding{sequence, entry.error().message};
    const bool needs_root = entry->header.type == EntryType::epoch;
    if (auto wrong = rules_.take(*entry, sequence, needs_root ? tree_.root() : Hash{}))
      return Finding{sequence, *wrong};
    if (sequence == report_.first && log_ && rules_.epoch() && rules_.epoch()->log_id != *log_)
      return Finding{sequence, "the segment is of another log"};
    if (const auto* witness = std::get_if<WitnessEntry>(&entry->content))
      if (auto finding = check_witness(*witness, sequence)) return finding;
    if (auto status = tree_.append(leaf_hash(bytes)); !status) return Finding{sequence, status.error().message};
    return check_expected();
  }

  std::optional<Finding> check_witness(const WitnessEntry& witness, std::uint64_t sequence) {
    const auto note = Note::parse(witness.note);
    const auto checkpoint = note ? Checkpoint::parse(note->text) : Result<Checkpoint>(note.error());
    if (!checkpoint || checkpoint->origin != origin_of(rules_.epoch()->log_id) || checkpoint->size > sequence)
      return Finding{sequence, "the witness record holds no checkpoint of this log"};
    if (checkpoint->size < report_.first) return std::nullopt;
    const auto root = root_of(checkpoint->size, tree_.reader());
    if (!root || *root != checkpoint->root) return Finding{sequence, "a witness has seen another log"};
    return std::nullopt;
  }

  // The checkpoints whose size the tree has now.
  std::optional<Finding> check_expected() {
    for (const auto& expected : expected_)
      if (expected.checkpoint.size == tree_.size())
        if (auto finding = check_note(expected.note, expected.name, expected.by_both)) return finding;
    return std::nullopt;
  }

  std::optional<Finding> check_note(const Note& note, const std::string& name, bool by_both) {
    if (!rules_.epoch()) return Finding{0, name + " covers nothing"};
    const std::uint64_t last = tree_.size() - 1;
    const std::string origin = origin_of(rules_.epoch()->log_id);
    const auto checkpoint = Checkpoint::parse(note.text);
    if (checkpoint->origin != origin) return Finding{last, name + " is of another log"};
    const VerifierKey identity = make_verifier_key(origin, k_note_key, rules_.epoch()->identity_key);
    if (options_.key && *options_.key != identity) return Finding{0, "the log has another key than the one given"};
    const Status status = by_both ? verify_both(note) : verify_note(note, identity);
    if (!status) return Finding{last, name + ": " + status.error().message};
    if (checkpoint->root != tree_.root()) return Finding{last, name + " is not of what the log holds"};
    for (const auto& witness : options_.witnesses) {
      const auto time = cosignature_time(note, witness);
      if (!time && time.error().code != ErrorCode::not_found)
        return Finding{last, name + " has a wrong cosignature of " + witness.name};
    }
    return std::nullopt;
  }

  Status verify_both(const Note& note) {
    const auto checked = verify_checkpoint(note, *rules_.epoch(), rules_.epoch_number());
    return checked ? Status() : Status(checked.error());
  }

  Check check_end() {
    for (const auto& expected : expected_) {
      if (expected.checkpoint.size > tree_.size())
        return Finding{tree_.size(), expected.name + " covers " + std::to_string(expected.checkpoint.size) +
                                         " entries; those from here on are gone"};
    }
    if (report_.first > newest_size()) return Finding{report_.first, "the checkpoint is older than the archive"};
    const bool cosigned = std::ranges::any_of(expected_, &Expected::by_both);
    if (!newest_ && (rules_.epoch_number() > 1 || report_.first != 0 || cosigned))
      return Finding{tree_.size() == 0 ? 0 : tree_.size() - 1, "the checkpoint is missing"};
    if (newest_) report_.signed_entries = newest_->size;
    return std::optional<Finding>();
  }

  std::uint64_t newest_size() const noexcept { return newest_ ? newest_->size : 0; }

  // Only what the newest checkpoint covers has to have tiles.
  Status compare(unsigned level, std::uint64_t index, BytesView tile) {
    const auto held = read_tile(level, index);
    const bool due = (index + 1) * k_tile_width <= (newest_size() >> (8 * level));
    if (!held && !due) {
      spare_tiles_.insert_or_assign({level, index}, Bytes(tile.begin(), tile.end()));
      return {};
    }
    if (!held)
      return make_error(ErrorCode::corrupt, "the tile " + tile_path(level, index, k_tile_width) + " is missing");
    if (!std::ranges::equal(*held, tile))
      return make_error(ErrorCode::corrupt, "the tile " + tile_path(level, index, k_tile_width) + " is changed");
    return {};
  }

  Result<Bytes> read_tile(unsigned level, std::uint64_t index) {
    if (const auto spare = spare_tiles_.find({level, index}); spare != spare_tiles_.end()) return spare->second;
    STRONGROOM_ASSIGN(const std::string tile, read_log_file(folder_ / tile_path(level, index, k_tile_width)));
    return Bytes(tile.begin(), tile.end());
  }

  struct Expected {
    Note note;
    Checkpoint checkpoint;
    std::string name;
    bool by_both = false;
  };

  const fs::path folder_;
  const VerifyOptions& options_;
  TiledTree tree_;
  EntryRules rules_;
  LogReport report_;
  std::optional<LogId> log_;
  std::optional<Checkpoint> newest_;
  std::vector<Expected> expected_;
  std::map<std::pair<unsigned, std::uint64_t>, Bytes> spare_tiles_;  // behind the checkpoint: few
};

}  // namespace

Result<LogReport> verify_log(const fs::path& folder, const VerifyOptions& options) {
  return LogVerifier(folder, options).run();
}

std::string origin_of(const LogId& log) {
  return "io.strongroom/log/" + to_hex(log);
}

std::string epoch_key_name(std::string_view origin, std::uint32_t epoch) {
  return std::string(origin) + "/epoch/" + std::to_string(epoch);
}

bool has_identity_signature(const EpochEntry& epoch) noexcept {
  return ed25519_verify(epoch.identity_key, epoch_message(epoch.signed_bytes), epoch.identity_signature);
}

Result<Checkpoint> verify_checkpoint(const Note& note, const EpochEntry& epoch, std::uint32_t epoch_number) {
  STRONGROOM_ASSIGN(const Checkpoint checkpoint, Checkpoint::parse(note.text));
  const std::string origin = origin_of(epoch.log_id);
  if (checkpoint.origin != origin) return make_error(ErrorCode::invalid_argument, "the checkpoint is of another log");
  STRONGROOM_CHECK(verify_note(note, make_verifier_key(origin, k_note_key, epoch.identity_key)));
  STRONGROOM_CHECK(
      verify_note(note, make_verifier_key(epoch_key_name(origin, epoch_number), k_note_key, epoch.epoch_key)));
  return checkpoint;
}

Result<std::string> read_log_file(const fs::path& file, std::size_t most) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0 && errno == ENOENT) return make_error(ErrorCode::not_found, "a file of the log is missing");
  if (descriptor < 0) return make_error(ErrorCode::storage_failed, "a file of the log cannot be read");
  std::string content;
  char part[65536];
  ssize_t n = 0;
  while ((n = ::read(descriptor, part, sizeof part)) > 0 || (n < 0 && errno == EINTR)) {
    if (n > 0) content.append(part, static_cast<std::size_t>(n));
    if (content.size() > most) break;
  }
  ::close(descriptor);
  if (n < 0) return make_error(ErrorCode::storage_failed, "a file of the log cannot be read");
  if (content.size() > most) return make_error(ErrorCode::too_large, "a file of the log is too long");
  return content;
}

}  // namespace strongroom::evidence
