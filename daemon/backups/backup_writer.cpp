#include "daemon/backups/backup_writer.h"

#include <strongroom/backup/archive.h>

#include "daemon/backups/row_codec.h"

namespace strongroom::backups {
namespace {

constexpr std::size_t k_piece = 256 * 1024;

// Rows of all collections, some together.
Status each_piece(store::ReadTransaction& transaction, const std::vector<std::uint32_t>& collections,
                  const std::function<Status(BytesView piece, std::uint64_t rows)>& take) {
  Bytes piece;
  std::uint64_t rows = 0;
  Status taken;
  const auto flush = [&] {
    taken = take(piece, rows);
    piece.clear();
    rows = 0;
  };
  for (const std::uint32_t collection : collections) {
    store::Range range;
    range.collection = collection;
    STRONGROOM_CHECK(transaction.scan(range, [&](BytesView key, const store::RowView& row) {
      append_row(piece, collection, key, row);
      ++rows;
      if (piece.size() >= k_piece) flush();
      return taken.has_value();
    }));
    STRONGROOM_CHECK(taken);
  }
  if (!piece.empty()) flush();
  return taken;
}

backup::Member member_of(BytesView bytes) {
  backup::StreamDigest digest;
  digest.add(bytes);
  return {bytes.size(), digest.end()};
}

// The manifest stands before the rows, so they are read twice, from one snapshot: what they are, then they themselves.
Status measure(store::ReadTransaction& transaction, const Origin& origin, const Watch& watch,
               backup::Manifest& manifest) {
  backup::StreamDigest digest;
  backup::Member& rows = manifest.members[2];
  const auto add = [&](BytesView piece, std::uint64_t count) -> Status {
    if (watch.stopped()) return make_error(ErrorCode::cancelled, "nobody waits for the backup any more");
    digest.add(piece);
    rows.size += piece.size();
    manifest.rows += count;
    return {};
  };
  STRONGROOM_CHECK(each_piece(transaction, origin.collections, add));
  rows.digest = digest.end();
  return {};
}

// Whether the keys did not change between their reading and the beginning of the snapshot, so that they are those of
// its rows: a key that came later is not needed, one that went later still is.
Result<bool> snapshot_is_of(store::ReadTransaction& transaction, const Origin& origin, std::uint64_t generation) {
  store::Range first;
  first.collection = origin.collections.front();
  first.limit = 1;
  STRONGROOM_CHECK(transaction.scan(first, [](BytesView, const store::RowView&) { return false; }));
  return origin.vault.header_report().generation == generation;
}

// One archive under way inside an age file.
class Archive {
 public:
  Archive(age::Encryptor encryptor, std::int64_t created_ms)
      : encryptor_(std::move(encryptor)), created_ms_(created_ms) {}

  Status member(std::string_view name, BytesView bytes) {
    STRONGROOM_CHECK(begin(name, bytes.size()));
    STRONGROOM_CHECK(encryptor_.write(bytes));
    return pad(bytes.size());
  }

  Status begin(std::string_view name, std::uint64_t size) {
    return encryptor_.write(backup::member_block(name, size, created_ms_));
  }

  Status write(BytesView bytes) { return encryptor_.write(bytes); }

  Status pad(std::uint64_t size) { return encryptor_.write(backup::member_padding(size)); }

  Status end() {
    STRONGROOM_CHECK(encryptor_.write(backup::archive_end()));
    return encryptor_.end();
  }

 private:
  age::Encryptor encryptor_;
  std::int64_t created_ms_;
};

Result<age::Encryptor> begin(const Sealing& sealing, age::ByteTaker take) {
  if (sealing.passphrase != nullptr) return age::Encryptor::begin_with_passphrase(*sealing.passphrase, std::move(take));
  return age::Encryptor::begin(sealing.recipients, std::move(take));
}

Status write_rows(store::ReadTransaction& transaction, const Origin& origin, const Watch& watch, std::uint64_t total,
                  Archive& archive) {
  std::uint64_t done = 0;
  STRONGROOM_CHECK(archive.begin(backup::k_rows, total));
  const auto write = [&](BytesView piece, std::uint64_t) -> Status {
    if (watch.stopped()) return make_error(ErrorCode::cancelled, "nobody waits for the backup any more");
    STRONGROOM_CHECK(archive.write(piece));
    done += piece.size();
    watch.tell(done, total);
    return {};
  };
  STRONGROOM_CHECK(each_piece(transaction, origin.collections, write));
  return archive.pad(total);
}

}  // namespace

Result<backup::Manifest> write_backup(const Origin& origin, const Sealing& sealing, std::int64_t now_ms,
                                      age::ByteTaker take, const Watch& watch) {
  backup::Manifest manifest;
  manifest.created_ms = now_ms;
  vault::Vault::BackupKeys keys;
  bool fits = false;
  const auto write = [&](store::ReadTransaction& transaction) -> Status {
    STRONGROOM_ASSIGN(fits, snapshot_is_of(transaction, origin, keys.generation));
    if (!fits) return {};
    STRONGROOM_CHECK(measure(transaction, origin, watch, manifest));
    manifest.store_id = origin.vault.store_id();
    manifest.header_generation = keys.generation;
    manifest.members[0] = member_of(keys.header);
    manifest.members[1] = member_of(keys.root.view());
    STRONGROOM_ASSIGN(const LogState log, origin.log_state());
    manifest.log_origin = log.origin;
    manifest.log_entries = log.entries;
    manifest.log_root = log.root;
    STRONGROOM_ASSIGN(const evidence::Note note, origin.sign(backup::manifest_text(manifest)));
    STRONGROOM_ASSIGN(age::Encryptor encryptor, begin(sealing, take));
    Archive archive(std::move(encryptor), now_ms);
    STRONGROOM_CHECK(archive.member("manifest", as_bytes(note.serialize())));
    STRONGROOM_CHECK(archive.member(backup::k_header, keys.header));
    STRONGROOM_CHECK(archive.member(backup::k_root, keys.root.view()));
    keys.root.reset();
    STRONGROOM_CHECK(write_rows(transaction, origin, watch, manifest.members[2].size, archive));
    return archive.end();
  };
  while (!fits) {
    if (watch.stopped()) return make_error(ErrorCode::cancelled, "nobody waits for the backup any more");
    STRONGROOM_ASSIGN(keys, origin.vault.backup_keys());
    STRONGROOM_CHECK(origin.store.read(write));
  }
  return manifest;
}

}  // namespace strongroom::backups
