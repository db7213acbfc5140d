#include "daemon/backups/restore.h"

#include <memory>

#include <strongroom/backup/piece_worker.h>

#include "daemon/backups/row_codec.h"

namespace strongroom::backups {
namespace {

constexpr std::uint64_t k_commit_rows = 4096;
constexpr std::size_t k_commit_bytes = 8 * 1024 * 1024;
constexpr std::size_t k_longest_header = 128 * 1024;
const BytesView k_system_scope[] = {BytesView{}};

// Rows into a storage, some thousand in a commit.
class RowWriter {
 public:
  explicit RowWriter(store::Storage& storage) : storage_(storage) {}

  Status put(std::uint32_t collection, BytesView key, const store::RowView& row) {
    STRONGROOM_CHECK(check_order(collection, key));
    if (!transaction_) {
      STRONGROOM_ASSIGN(transaction_, storage_.begin_write(k_system_scope));
    }
    STRONGROOM_CHECK(transaction_->put({collection, {}, key}, row.version, row.bytes));
    ++rows_;
    bytes_ += row.bytes.size();
    return rows_ >= k_commit_rows || bytes_ >= k_commit_bytes ? commit() : Status();
  }

  Status commit() {
    if (!transaction_) return {};
    STRONGROOM_CHECK(transaction_->commit(++mark_));
    transaction_.reset();
    rows_ = bytes_ = 0;
    return {};
  }

 private:
  // As a backup has them; a row that came twice would be stored once and counted twice, and what it takes the place of
  // would be kept until the commit.
  Status check_order(std::uint32_t collection, BytesView key) {
    const bool behind = collection > collection_ || (collection == collection_ && as_text(key) > as_text(key_));
    if (!behind) return make_error(ErrorCode::corrupt, "the rows of the backup are not in their order");
    collection_ = collection;
    key_.assign(key.begin(), key.end());
    return {};
  }

  store::Storage& storage_;
  std::unique_ptr<store::WriteTransaction> transaction_;
  std::uint64_t rows_ = 0;
  std::size_t bytes_ = 0;
  std::uint64_t mark_ = 0;
  std::uint32_t collection_ = 0;  // of the row before, with its key
  Bytes key_;
};

Status append(Bytes& to, BytesView piece) {
  if (piece.size() > k_longest_header - to.size())
    return make_error(ErrorCode::too_large, "the key header of the backup is too long");
  to.insert(to.end(), piece.begin(), piece.end());
  return {};
}

Status append(Secret& to, BytesView piece) {
  constexpr std::size_t k_root_size = 32;
  Secret joined = Secret::of_size(to.size() + piece.size());
  if (joined.size() > k_root_size) return make_error(ErrorCode::corrupt, "the root key of the backup is too long");
  std::ranges::copy(to.reveal(RevealReason::seal), joined.writable().begin());
  std::ranges::copy(piece, joined.writable().begin() + static_cast<std::ptrdiff_t>(to.size()));
  to = std::move(joined);
  return {};
}

}  // namespace

Result<Restored> restore_rows(Source source, store::Storage& storage) {
  Restored restored;
  RowWriter writer(storage);
  RowParser rows([&](std::uint32_t collection, BytesView key, const store::RowView& row) {
    return writer.put(collection, key, row);
  });
  backup::PieceWorker worker([&](BytesView piece) { return rows.feed(piece); });
  const auto take_manifest = [&](const backup::Manifest& manifest, const evidence::Note& note) -> Status {
    STRONGROOM_CHECK(backup::check_signer(note, source.signer));
    restored.manifest = manifest;
    for (const auto& line : note.signatures)
      restored.signers.append(restored.signers.empty() ? "" : ", ").append(line.name);
    return {};
  };
  const auto take_member = [&](std::string_view name, BytesView piece) -> Status {
    if (name == backup::k_rows) return worker.add(piece);
    return name == backup::k_root ? append(restored.root, piece) : append(restored.header, piece);
  };
  STRONGROOM_CHECK(backup::read_backup(source.descriptor, std::move(source.credentials), take_manifest, take_member));
  STRONGROOM_CHECK(worker.finish());
  if (!rows.is_complete() || rows.rows() != restored.manifest.rows)
    return make_error(ErrorCode::corrupt, "the rows of the backup are not as many as it says");
  STRONGROOM_CHECK(writer.commit());
  return restored;
}

}  // namespace strongroom::backups
