// What leaves the log: whole segments, behind a signed checkpoint of exactly them; and single slots.
#include <fcntl.h>
#include <unistd.h>

#include <strongroom/evidence/archive.h>
#include <strongroom/evidence/verify_log.h>

#include "daemon/audit/audit_service.h"
#include "daemon/vault/private_file.h"

namespace strongroom::audit {

namespace {

namespace fs = std::filesystem;
namespace wire = protocol::audit;

// The public time of an entry.
Result<std::int64_t> time_of(LogFolder& folder, BlockOffsets& offsets, std::uint64_t sequence) {
  EntryCursor cursor(folder.path(), offsets);
  STRONGROOM_CHECK(cursor.seek(sequence));
  STRONGROOM_ASSIGN(const auto bytes, cursor.next());
  if (!bytes) return make_error(ErrorCode::not_found, "there is no such entry in the log");
  STRONGROOM_ASSIGN(const auto entry, evidence::parse_entry(*bytes));
  return entry.header.time_s;
}

bool same_segment(const fs::path& one, const fs::path& other) {
  std::error_code ignored;
  if (fs::equivalent(one, other, ignored)) return true;
  const auto log_of = [](const fs::path& place) {
    const auto reader = evidence::FrameReader::open(place);
    return reader ? std::optional(reader->header().log) : std::nullopt;
  };
  const auto log = log_of(one);
  return log && log == log_of(other);
}

Status move_segment(const fs::path& from, const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error) fs::permissions(folder, fs::perms::owner_all, error);
  if (error) return make_error(ErrorCode::storage_failed, "the archive's folder cannot be made");
  const fs::path to = folder / from.filename();
  // On a full disk there is no space for a copy.
  fs::create_hard_link(from, to, error);
  // An attempt before this one may have come so far; what lies there of another log is not written over.
  if (error == std::errc::file_exists && !same_segment(from, to))
    return make_error(ErrorCode::storage_failed,
                      "the archive holds a segment of this name of another log; move 'audit-archive' away first");
  if (error && !fs::equivalent(from, to, error)) fs::copy_file(from, to, fs::copy_options::overwrite_existing, error);
  if (error) return make_error(ErrorCode::storage_failed, "a segment cannot be copied into the archive");
  const int copy = ::open(to.c_str(), O_RDONLY | O_CLOEXEC);
  const bool durable = copy >= 0 && fsync(copy) == 0;
  if (copy >= 0) close(copy);
  if (!durable) return make_error(ErrorCode::storage_failed, "a segment cannot be copied into the archive");
  return vault::sync_folder(folder);
}

}  // namespace

Result<Bytes> AuditLog::epoch_record(std::uint64_t sequence) {
  const auto archive = evidence::read_archive(folder_.path());
  if (archive && sequence < archive->size) {
    for (const Bytes& record : archive->epoch_records) {
      STRONGROOM_ASSIGN(const auto entry, evidence::parse_entry(record));
      if (entry.header.sequence == sequence) return record;
    }
    return make_error(ErrorCode::not_found, "the archive does not hold this epoch record");
  }
  EntryCursor cursor(folder_.path(), offsets_);
  STRONGROOM_CHECK(cursor.seek(sequence));
  STRONGROOM_ASSIGN(const auto entry, cursor.next());
  if (!entry) return make_error(ErrorCode::not_found, "there is no such entry in the log");
  return Bytes(entry->begin(), entry->end());
}

Status AuditLog::redact(std::uint64_t sequence) {
  if (sequence >= writer_->next()) return make_error(ErrorCode::not_found, "there is no such entry in the log", "seq");
  EntryCursor cursor(folder_.path(), offsets_);
  STRONGROOM_CHECK(cursor.seek(sequence));
  STRONGROOM_ASSIGN(const auto bytes, cursor.next());
  if (!bytes) return make_error(ErrorCode::not_found, "there is no such entry in the log", "seq");
  STRONGROOM_ASSIGN(const auto entry, evidence::parse_entry(*bytes));
  const auto* event = std::get_if<evidence::EventEntry>(&entry.content);
  if (!event || event->box.empty())
    return make_error(ErrorCode::not_found, "the entry names nothing that could be redacted", "seq");
  const fs::path file = folder_.path() / "segments" / evidence::segment_name(cursor.segment());
  const Segment segment(::open(file.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW), cursor.segment(), 0);
  const Bytes zeros(evidence::k_slot_size);
  STRONGROOM_CHECK(segment.write(zeros, cursor.slot_offset()));
  if (fsync(segment.descriptor()) != 0) return make_error(ErrorCode::storage_failed, "the redaction is not durable");
  return {};
}

// The epoch records of the archived entries, in order: those of the archive so far, and those found behind it.
Result<std::vector<Bytes>> AuditLog::epoch_records(std::uint64_t size) {
  const auto before = evidence::read_archive(folder_.path());
  std::vector<Bytes> records = before ? before->epoch_records : std::vector<Bytes>{};
  EntryCursor cursor(folder_.path(), offsets_);
  STRONGROOM_CHECK(cursor.seek(before ? before->size : 0));
  while (cursor.sequence() < size) {
    STRONGROOM_ASSIGN(const auto bytes, cursor.next());
    if (!bytes) return make_error(ErrorCode::corrupt, "the audit log ends too early");
    if ((*bytes)[1] == static_cast<Byte>(evidence::EntryType::epoch))
      records.emplace_back(bytes->begin(), bytes->end());
  }
  return records;
}

Status AuditLog::note_archived(std::uint64_t size) {
  STRONGROOM_CHECK(keep_tiles(size));
  evidence::Archive archive{.size = size, .peaks = {}, .epoch_records = {}};
  STRONGROOM_ASSIGN(archive.epoch_records, epoch_records(size));
  STRONGROOM_CHECK(keeper_->with_tree([&](const evidence::TiledTree& tree) -> Status {
    STRONGROOM_ASSIGN(const auto prefix, evidence::tree_of(size, tree.reader()));
    archive.peaks = prefix.peaks();
    return {};
  }));
  return folder_.replace("archive.json", evidence::encode(archive));
}

// The hashes at the edge of the archived tree, which no full tile may hold yet, and the full tiles beside them.
Status AuditLog::keep_tiles(std::uint64_t size) {
  using Keep = LogFolder::Keep;
  return keeper_->with_tree([&](const evidence::TiledTree& tree) -> Status {
    for (unsigned level = 0; size >> (8 * level) != 0; ++level) {
      const std::uint64_t hashes = size >> (8 * level);
      const auto width = static_cast<unsigned>(hashes % evidence::k_tile_width);
      if (width == 0) continue;
      Bytes bytes;
      for (std::uint64_t i = hashes - width; i < hashes; ++i) {
        STRONGROOM_ASSIGN(const auto hash, tree.hash(8 * level, i));
        bytes.insert(bytes.end(), hash.begin(), hash.end());
      }
      const auto name = evidence::tile_path(level, hashes / evidence::k_tile_width, width);
      STRONGROOM_CHECK(folder_.write_tile(name, bytes, Keep::durably));
    }
    return folder_.sync_tiles();
  });
}

// Segments are copied, then the log says that it begins behind them, then they go: a crash leaves nothing missing.
Result<wire::ArchiveResponse> AuditService::archive(std::int64_t before_ms) {
  STRONGROOM_CHECK(log_.usable());
  STRONGROOM_CHECK(log_.keeper().checkpoint());
  STRONGROOM_ASSIGN(auto places, evidence::list_segments(log_.folder().path()));
  // What a crash has left of an archive before.
  std::erase_if(places, [first = first_entry()](const auto& place) { return place.first < first; });
  std::size_t moved = 0;
  for (; moved + 1 < places.size(); ++moved) {
    STRONGROOM_ASSIGN(const std::int64_t newest, time_of(log_.folder(), log_.offsets(), places[moved + 1].first - 1));
    if (newest * 1000 >= before_ms) break;
  }
  const std::uint64_t size = places[moved].first;
  wire::ArchiveResponse response{.entries = static_cast<std::int64_t>(size),
                                 .segments = static_cast<std::int64_t>(moved),
                                 .folder = ports_.archive.string()};
  if (moved == 0) return response;
  for (std::size_t i = 0; i < moved; ++i) STRONGROOM_CHECK(move_segment(places[i].path, ports_.archive / "segments"));
  STRONGROOM_CHECK(log_.note_archived(size));
  std::error_code ignored;
  for (std::size_t i = 0; i < moved; ++i) fs::remove(places[i].path, ignored);
  return response;
}

void AuditService::handle(wire::Archive, wire::ArchiveRequest&& request, Done<wire::Archive> done) {
  run<wire::ArchiveResponse>(std::move(done), [this, before = request.before_ms] { return archive(before); });
}

}  // namespace strongroom::audit
