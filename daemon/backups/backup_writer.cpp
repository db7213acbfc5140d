#include "daemon/backups/backup_writer.h"

#include <algorithm>

#include <strongroom/backup/archive.h>
#include <strongroom/backup/piece_worker.h>
#include <strongroom/base/wiped_memory.h>

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

Error stopped() {
  return make_error(ErrorCode::cancelled, "nobody waits for the backup any more");
}

// Says of the rows what a manifest does.
class Counter {
 public:
  explicit Counter(backup::Manifest& manifest) : manifest_(manifest) {}

  void add(BytesView piece, std::uint64_t rows) {
    digest_.add(piece);
    manifest_.members[2].size += piece.size();
    manifest_.rows += rows;
  }

  void end() { manifest_.members[2].digest = digest_.end(); }

 private:
  backup::Manifest& manifest_;
  backup::StreamDigest digest_;
};

// Whether the keys did not change between their reading and the beginning of the snapshot, so that they are those of
// its rows: a key that came later is not needed, one that went later still is.
Result<bool> snapshot_is_of(store::ReadTransaction& transaction, const Origin& origin, std::uint64_t generation) {
  store::Range first;
  first.collection = origin.collections.front();
  first.limit = 1;
  STRONGROOM_CHECK(transaction.scan(first, [](BytesView, const store::RowView&) { return false; }));
  return origin.vault.header_report().generation == generation;
}

Result<age::Encryptor> begin(const Sealing& sealing, age::ByteTaker take) {
  if (sealing.passphrase != nullptr) return age::Encryptor::begin_with_passphrase(*sealing.passphrase, std::move(take));
  return age::Encryptor::begin(sealing.recipients, std::move(take));
}

// One backup under way. The manifest stands before the rows and says what they are. Where what was written can be
// replaced, it is therefore written last; elsewhere the rows are read twice, from one snapshot.
class Writing {
 public:
  Writing(store::ReadTransaction& transaction, const Origin& origin, const Watch& watch, const Output& output,
          const vault::Vault::BackupKeys& keys, backup::Manifest& manifest)
      : transaction_(transaction), origin_(origin), watch_(watch), output_(output), keys_(keys), manifest_(manifest) {}

  Status write(const Sealing& sealing) {
    STRONGROOM_CHECK(describe());
    STRONGROOM_ASSIGN(Secret beginning, make_beginning());
    const bool once = output_.overwrite && beginning.size() <= age::k_most_left;
    if (!once) {
      STRONGROOM_CHECK(count());
      STRONGROOM_ASSIGN(beginning, make_beginning());
    }
    STRONGROOM_ASSIGN(age::Encryptor encryptor, begin(sealing, output_.append));
    STRONGROOM_CHECK(once ? encryptor.leave_beginning(beginning.size())
                          : encryptor.write(beginning.reveal(RevealReason::seal)));
    // The root key is in it, and the rows may take minutes.
    beginning = Secret();
    STRONGROOM_CHECK(write_rows(encryptor, once));
    STRONGROOM_CHECK(encryptor.write(backup::member_padding(manifest_.members[2].size)));
    STRONGROOM_CHECK(encryptor.write(backup::archive_end()));
    if (!once) return encryptor.end();
    STRONGROOM_ASSIGN(beginning, make_beginning());
    return encryptor.end(beginning.reveal(RevealReason::seal), output_.overwrite);
  }

 private:
  // All of the manifest but the rows.
  Status describe() {
    manifest_.store_id = origin_.vault.store_id();
    manifest_.header_generation = keys_.generation;
    manifest_.members[0] = member_of(keys_.header);
    manifest_.members[1] = member_of(keys_.root.view());
    STRONGROOM_ASSIGN(const LogState log, origin_.log_state());
    manifest_.log_origin = log.origin;
    manifest_.log_entries = log.entries;
    manifest_.log_root = log.root;
    if (const auto health = origin_.store.storage().health(false)) guess_ = health->bytes;
    return {};
  }

  Status count() {
    Counter counter(manifest_);
    STRONGROOM_CHECK(each_piece(transaction_, origin_.collections, [&](BytesView piece, std::uint64_t rows) -> Status {
      if (watch_.stopped()) return stopped();
      counter.add(piece, rows);
      return {};
    }));
    counter.end();
    return {};
  }

  // All that stands before the rows; of the same length whatever they are.
  Result<Secret> make_beginning() const {
    STRONGROOM_ASSIGN(const evidence::Note note, origin_.sign(backup::manifest_text(manifest_)));
    const std::string text = note.serialize();
    WipedBytes all(wiped_heap());
    const auto add = [&](BytesView bytes) { all.insert(all.end(), bytes.begin(), bytes.end()); };
    const auto add_member = [&](std::string_view name, BytesView bytes) {
      add(backup::member_block(name, bytes.size(), manifest_.created_ms));
      add(bytes);
      add(backup::member_padding(bytes.size()));
    };
    add_member("manifest", as_bytes(text));
    add_member(backup::k_header, keys_.header);
    add_member(backup::k_root, keys_.root.view());
    add(backup::member_block(backup::k_rows, manifest_.members[2].size, manifest_.created_ms));
    return Secret(all);
  }

  // Reads on this thread; seals and writes on another one, and counts on a third.
  Status write_rows(age::Encryptor& encryptor, bool counting) {
    std::optional<Counter> counter;
    if (counting) counter.emplace(manifest_);
    const std::uint64_t expected = counting ? guess_ : manifest_.members[2].size;
    std::uint64_t done = 0;
    backup::PieceWorker sealing([&](BytesView piece) { return encryptor.write(piece); });
    const auto write = [&](BytesView piece, std::uint64_t rows) -> Status {
      if (watch_.stopped()) return stopped();
      if (counter) counter->add(piece, rows);
      STRONGROOM_CHECK(sealing.add(piece));
      done += piece.size();
      watch_.tell(done, std::max(done, expected));
      return {};
    };
    STRONGROOM_CHECK(each_piece(transaction_, origin_.collections, write));
    if (counter) counter->end();
    return sealing.finish();
  }

  store::ReadTransaction& transaction_;
  const Origin& origin_;
  const Watch& watch_;
  const Output& output_;
  const vault::Vault::BackupKeys& keys_;
  backup::Manifest& manifest_;
  std::uint64_t guess_ = 0;  // how many bytes the rows have
};

}  // namespace

Result<backup::Manifest> write_backup(const Origin& origin, const Sealing& sealing, std::int64_t now_ms,
                                      const Output& output, const Watch& watch) {
  backup::Manifest manifest;
  manifest.created_ms = now_ms;
  vault::Vault::BackupKeys keys;
  bool fits = false;
  const auto write = [&](store::ReadTransaction& transaction) -> Status {
    STRONGROOM_ASSIGN(fits, snapshot_is_of(transaction, origin, keys.generation));
    return fits ? Writing(transaction, origin, watch, output, keys, manifest).write(sealing) : Status();
  };
  while (!fits) {
    if (watch.stopped()) return stopped();
    STRONGROOM_ASSIGN(keys, origin.vault.backup_keys());
    STRONGROOM_CHECK(origin.store.read(write));
  }
  return manifest;
}

}  // namespace strongroom::backups
