#include "daemon/secrets/rewrapping.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "daemon/secrets/layout.h"

namespace strongroom::secrets {

namespace {

// One piece holds the writer for about a millisecond.
constexpr std::uint32_t k_piece_rows = 64;
constexpr std::size_t k_piece_bytes = 1024 * 1024;

using Row = std::pair<Bytes, Bytes>;  // key, bytes

struct HeadRow {
  BytesView head;
  BytesView current;  // the inline item; may be empty
};

Result<HeadRow> parse_head_row(BytesView bytes) {
  ByteReader reader(bytes);
  const BytesView head = reader.bytes(bytes.size());
  const BytesView current = reader.raw(reader.left());
  if (!reader.ok()) return make_error(ErrorCode::corrupt, "a row of the store is damaged");
  return HeadRow{head, current};
}

// The rows of a piece. Whether there are more behind them; `at` is then where they begin.
Result<bool> take_rows(store::ReadTransaction& transaction, std::uint32_t collection, Bytes& at,
                       std::vector<Row>& rows) {
  std::size_t size = 0;
  STRONGROOM_CHECK(transaction.scan(
      {.collection = collection, .scope = {}, .first = at, .last = {}, .limit = k_piece_rows, .reverse = false},
      [&](BytesView key, const store::RowView& row) {
        rows.emplace_back(Bytes(key.begin(), key.end()), Bytes(row.bytes.begin(), row.bytes.end()));
        size += row.bytes.size();
        return size < k_piece_bytes;
      }));
  if (rows.empty()) return false;
  at = rows.back().first;
  at.push_back(0);
  return rows.size() == k_piece_rows || size >= k_piece_bytes;
}

bool stays(const Error& error) {
  return error.code == ErrorCode::tampered || error.code == ErrorCode::corrupt || error.code == ErrorCode::unsupported;
}

// An item that does not open is counted and left; anything else ends the piece.
Result<bool> count(Result<bool> rewrapped, RewrapProgress& progress) {
  if (rewrapped) {
    progress.rewrapped += *rewrapped ? 1U : 0U;
    return rewrapped;
  }
  if (!stays(rewrapped.error())) return rewrapped;
  ++progress.failed;
  return false;
}

}  // namespace

Rewrapping::Rewrapping(const vault::Vault& vault, store::Store& store, store::FreshnessTracker& freshness)
    : vault_(vault), store_(store), freshness_(freshness) {}

Status Rewrapping::folder(store::WriteTransaction& transaction, const Bytes& key, Bytes bytes,
                          RewrapProgress& progress) const {
  EntryKey entry;
  std::ranges::copy(key, entry.begin());
  const Bytes before = bytes;
  STRONGROOM_ASSIGN(const bool changed, count(vault_.rewrap(entry_context(entry), bytes), progress));
  if (!changed) return {};
  STRONGROOM_CHECK(freshness_.note_companion_erase(key, {1, before}));
  STRONGROOM_CHECK(transaction.put({k_entries, {}, key}, 1, bytes));
  return freshness_.note_companion_put(key, 1, bytes);
}

// Both items of a head's row. The head tells where the other one belongs.
Result<bool> Rewrapping::head_item(const vault::ItemContext& context, MutableBytes head, MutableBytes current) const {
  STRONGROOM_ASSIGN(const auto fields, vault_.open(context, head, wiped_heap()));
  if (fields.size() != 1) return make_error(ErrorCode::corrupt, "a row of the store is damaged");
  STRONGROOM_ASSIGN(const Head opened, decode_head(fields.front().reveal(RevealReason::inspect)));
  bool changed = false;
  if (!current.empty()) {
    const std::uint64_t number = opened.current().number;
    const VersionKey key = version_key(opened.id, number);
    STRONGROOM_ASSIGN(changed, vault_.rewrap(version_context(key, number), current));
  }
  STRONGROOM_ASSIGN(const bool also, vault_.rewrap(context, head));
  return changed || also;
}

// The version of the row stays, because the head is bound to it.
Status Rewrapping::head(store::WriteTransaction& transaction, const Bytes& entry, RewrapProgress& progress) const {
  vault::Digest parent;
  vault::Digest lookup;
  std::copy_n(entry.begin(), parent.size(), parent.begin());
  std::copy_n(entry.begin() + 32, lookup.size(), lookup.begin());
  STRONGROOM_ASSIGN(const auto row, transaction.get({k_heads, {}, lookup}));
  if (!row) return {};
  const std::uint64_t version = row->version;
  const Bytes before(row->bytes.begin(), row->bytes.end());
  Bytes bytes = before;
  const auto parts = parse_head_row(bytes);
  if (!parts) return ++progress.failed, Status();
  const std::size_t behind = bytes.size() - parts->current.size();
  const MutableBytes all(bytes);
  STRONGROOM_ASSIGN(const bool changed,
                    count(head_item(head_context(lookup, parent, version),
                                    all.subspan(behind - parts->head.size(), parts->head.size()), all.subspan(behind)),
                          progress));
  if (!changed) return {};
  if (!parts->current.empty()) ++progress.rewrapped;
  STRONGROOM_CHECK(transaction.put_if({k_heads, {}, lookup}, version, version, bytes));
  return freshness_.note_put(lookup, store::RowView{version, before}, version, bytes);
}

Status Rewrapping::version(store::WriteTransaction& transaction, const Bytes& key, Bytes bytes,
                           RewrapProgress& progress) const {
  VersionKey row;
  if (key.size() != row.size()) return ++progress.failed, Status();
  std::ranges::copy(key, row.begin());
  std::uint64_t number = 0;
  for (std::size_t i = key.size() - 8; i < key.size(); ++i) number = number << 8 | key[i];
  STRONGROOM_ASSIGN(const bool changed, count(vault_.rewrap(version_context(row, number), bytes), progress));
  return changed ? transaction.put({k_versions, {}, key}, number, bytes) : Status();
}

Result<bool> Rewrapping::entries(store::WriteTransaction& transaction, Bytes& at, RewrapProgress& progress) const {
  std::vector<Row> rows;
  STRONGROOM_ASSIGN(const bool more, take_rows(transaction, k_entries, at, rows));
  for (auto& [key, bytes] : rows) {
    ++progress.rows;
    if (key.size() != std::tuple_size_v<EntryKey>) {
      ++progress.failed;
      continue;
    }
    const bool is_folder = key.back() == static_cast<Byte>(EntryKind::folder);
    STRONGROOM_CHECK(is_folder ? folder(transaction, key, std::move(bytes), progress)
                               : head(transaction, key, progress));
  }
  return more;
}

Result<bool> Rewrapping::versions(store::WriteTransaction& transaction, Bytes& at, RewrapProgress& progress) const {
  std::vector<Row> rows;
  STRONGROOM_ASSIGN(const bool more, take_rows(transaction, k_versions, at, rows));
  for (auto& [key, bytes] : rows) {
    ++progress.rows;
    STRONGROOM_CHECK(version(transaction, key, std::move(bytes), progress));
  }
  return more;
}

// A piece may run again, so it counts only when it is durable.
Status Rewrapping::run_pieces(Piece piece, const std::stop_token& stop, const Tell& tell, RewrapProgress& progress) {
  Bytes at{0};
  for (bool more = true; more;) {
    if (stop.stop_requested()) return make_error(ErrorCode::cancelled, "the rewrapping was interrupted");
    Bytes next;
    RewrapProgress then;
    STRONGROOM_CHECK(store_.write_and_wait([&](store::WriteTransaction& transaction) -> Status {
      next = at;
      then = progress;
      STRONGROOM_ASSIGN(more, (this->*piece)(transaction, next, then));
      return {};
    }));
    at = std::move(next);
    progress = then;
    tell(progress);
  }
  return {};
}

Result<bool> Rewrapping::anything_is_old() {
  bool old = false;
  Status read = store_.read([&](store::ReadTransaction& transaction) -> Status {
    Status problem;
    const auto look = [&](BytesView item) {
      if (item.empty()) return true;
      const auto found = vault_.is_under_old_kek(k_namespace, item);
      if (!found) problem = found.error();
      old = old || (found && *found);
      return found.has_value() && !old;
    };
    const auto look_at_head = [&](BytesView, const store::RowView& row) {
      const auto parts = parse_head_row(row.bytes);
      if (!parts) problem = parts.error();
      return parts && look(parts->head) && look(parts->current);
    };
    const auto look_at_item = [&](BytesView, const store::RowView& row) { return look(row.bytes); };
    const auto range = [](std::uint32_t collection) {
      return store::Range{.collection = collection, .scope = {}, .first = {}, .last = {}, .limit = 0, .reverse = false};
    };
    STRONGROOM_CHECK(transaction.scan(range(k_heads), look_at_head));
    for (const std::uint32_t collection : {k_entries, k_versions})
      if (!old && problem) STRONGROOM_CHECK(transaction.scan(range(collection), look_at_item));
    return problem;
  });
  if (!read) return read.error();
  return old;
}

Result<RewrapProgress> Rewrapping::run(std::stop_token stop, const Tell& tell) {
  // A head's item moves into the versions, never back, so these come after.
  RewrapProgress progress;
  STRONGROOM_CHECK(run_pieces(&Rewrapping::entries, stop, tell, progress));
  STRONGROOM_CHECK(run_pieces(&Rewrapping::versions, stop, tell, progress));
  STRONGROOM_ASSIGN(const bool old, anything_is_old());
  if (progress.failed == 0 && !old) return progress;
  return make_error(ErrorCode::tampered, progress.failed != 0
                                             ? std::to_string(progress.failed) + " sealed items do not open"
                                             : "rows that no folder lists are still under an older key");
}

}  // namespace strongroom::secrets
