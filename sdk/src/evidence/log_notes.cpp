#include "sdk/src/evidence/log_notes.h"

#include <algorithm>

#include "sdk/src/evidence/text.h"

namespace strongroom::evidence {
namespace {

namespace fs = std::filesystem;

struct Parsed {
  Note note;
  Checkpoint checkpoint;
  bool cosigned = false;
};

constexpr std::size_t k_cosignature = 72;

// Whether a signature line is one of the three that the format names, and the first two are there once.
Result<bool> check_lines(const Note& note, const std::string& origin) {
  int identities = 0;
  int epochs = 0;
  bool cosigned = false;
  const std::string prefix = origin + "/epoch/";
  for (const auto& line : note.signatures) {
    const bool is_epoch = line.name.starts_with(prefix) && decimal_of(line.name.substr(prefix.size()));
    if (line.name == origin && line.signature.size() == sizeof(Signature))
      ++identities;
    else if (is_epoch && line.signature.size() == sizeof(Signature))
      ++epochs;
    else if (line.name != origin && !line.name.starts_with(prefix) && line.signature.size() == k_cosignature)
      cosigned = true;
    else
      return make_error(ErrorCode::corrupt, "has a signature that the format does not name");
  }
  if (identities != 1 || epochs != 1)
    return make_error(ErrorCode::corrupt, "does not have its two signatures once each");
  return cosigned;
}

Result<Parsed> parse(std::string_view text) {
  Parsed parsed;
  auto note = Note::parse(text);
  if (!note) return make_error(ErrorCode::corrupt, "is malformed");
  parsed.note = std::move(*note);
  auto checkpoint = Checkpoint::parse(parsed.note.text);
  if (!checkpoint || checkpoint->size == 0) return make_error(ErrorCode::corrupt, "is malformed");
  parsed.checkpoint = std::move(*checkpoint);
  STRONGROOM_ASSIGN(parsed.cosigned, check_lines(parsed.note, parsed.checkpoint.origin));
  return parsed;
}

}  // namespace

std::string LogNotes::name_of(Kind kind) {
  if (kind == Kind::newest) return "the checkpoint";
  return kind == Kind::cosigned ? "a cosigned checkpoint" : "the older checkpoint";
}

void LogNotes::take(Kind kind, const std::string& text, std::optional<std::uint64_t> size) {
  const auto late = [&](std::optional<std::uint64_t> at, const std::string& problem) {
    if (!late_) late_ = Finding{at, name_of(kind) + " " + problem};
  };
  auto parsed = parse(text);
  if (!parsed) return late(std::nullopt, parsed.error().message);
  if (size && *size != parsed->checkpoint.size) return late(*size, "is not of the size that its name says");
  if (kind == Kind::cosigned && !parsed->cosigned) return late(*size - 1, "has no cosignature");
  if (kind == Kind::newest) newest_ = parsed->checkpoint.size;
  notes_.push_back({kind, std::move(parsed->note), std::move(parsed->checkpoint)});
}

Status LogNotes::read() {
  for (const auto& text : options_.against) {
    if (!Note::parse(text))
      return make_error(ErrorCode::invalid_argument, "what to compare with is no checkpoint", "against");
    take(Kind::at_hand, text, std::nullopt);
  }
  const auto newest = read_log_file(folder_ / "checkpoint");
  if (newest)
    take(Kind::newest, *newest, std::nullopt);
  else if (newest.error().code != ErrorCode::not_found)
    return newest.error();
  return read_cosigned();
}

Status LogNotes::read_cosigned() {
  std::error_code none;
  for (const auto& file : fs::directory_iterator(folder_ / "cosigned", none)) {
    const auto size = decimal_of(file.path().filename().string());
    if (!size || *size == 0) continue;
    STRONGROOM_ASSIGN(const std::string text, read_log_file(file.path()));
    take(Kind::cosigned, text, *size);
  }
  return {};
}

void LogNotes::begin_epoch(const EpochEntry& epoch, const EntryHeader& header) {
  origin_ = origin_of(epoch.log_id);
  identity_ = epoch.identity_key;
  epochs_.push_back({header.sequence, header.epoch, epoch.epoch_key});
}

// Both signatures: by the identity, and by the epoch of the last entry that is covered.
MaybeFinding LogNotes::check(const Note& note, const Checkpoint& checkpoint, const std::string& name,
                             std::uint64_t at) const {
  const auto later = std::ranges::upper_bound(epochs_, checkpoint.size - 1, {}, &Epoch::sequence);
  if (checkpoint.origin != origin_ || later == epochs_.begin()) return Finding{at, name + " is of another log"};
  const Epoch& epoch = *std::prev(later);
  Status status = verify_note(note, make_verifier_key(origin_, k_note_key, identity_));
  if (status)
    status = verify_note(note, make_verifier_key(epoch_key_name(origin_, epoch.number), k_note_key, epoch.key));
  if (!status) return Finding{at, name + ": " + status.error().message};
  for (const auto& witness : options_.witnesses) {
    const auto time = cosignature_time(note, witness);
    if (!time && time.error().code != ErrorCode::not_found)
      return Finding{at, name + " has a wrong cosignature of " + witness.name};
  }
  return std::nullopt;
}

bool LogNotes::wants(std::uint64_t size) const noexcept {
  return std::ranges::any_of(notes_, [&](const Known& known) { return known.checkpoint.size == size; });
}

MaybeFinding LogNotes::check_at(std::uint64_t size, const Hash& root) const {
  for (const auto& [kind, note, checkpoint] : notes_) {
    if (checkpoint.size != size) continue;
    if (auto finding = check(note, checkpoint, name_of(kind), size - 1)) return finding;
    if (checkpoint.root != root) return Finding{size - 1, name_of(kind) + " is not of what the log holds"};
  }
  return std::nullopt;
}

MaybeFinding LogNotes::check_witness(const WitnessEntry& witness, std::uint64_t sequence,
                                     const std::function<Result<Hash>(std::uint64_t size)>& root) {
  const auto parsed = parse(witness.note);
  if (!parsed) return Finding{sequence, "what the witness record holds " + parsed.error().message};
  const Checkpoint& checkpoint = parsed->checkpoint;
  if (!parsed->cosigned || checkpoint.size > sequence)
    return Finding{sequence, "the witness record holds no cosigned checkpoint of what was before it"};
  witnessed_ = std::max(witnessed_, checkpoint.size);
  if (auto finding = check(parsed->note, checkpoint, "the witness record's checkpoint", sequence)) return finding;
  const auto known = root(checkpoint.size);
  if (!known || *known != checkpoint.root) return Finding{sequence, "a witness has seen another log"};
  return std::nullopt;
}

MaybeFinding LogNotes::check_end(std::uint64_t entries, std::uint64_t archived) const {
  for (const auto& [kind, note, checkpoint] : notes_) {
    if (checkpoint.size > entries)
      return Finding{entries, name_of(kind) + " covers " + std::to_string(checkpoint.size) +
                                  " entries; those from here on are gone"};
    if (newest_ != 0 && kind == Kind::cosigned && checkpoint.size > newest_)
      return Finding{newest_, "a cosigned checkpoint is newer than the newest one"};
  }
  if (newest_ != 0 && witnessed_ > newest_)
    return Finding{newest_, "a witness has seen more than the newest checkpoint"};
  if (late_) return std::nullopt;
  const bool was_signed = epochs_.size() > 1 || archived != 0 || witnessed_ != 0 || !notes_.empty();
  if (newest_ == 0 && was_signed)
    return Finding{entries == 0 ? 0 : entries - 1, "the checkpoint is missing, although the log was signed"};
  if (newest_ < archived) return Finding{newest_, "the checkpoint is older than the archive"};
  return std::nullopt;
}

}  // namespace strongroom::evidence
