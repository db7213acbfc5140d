// Rows of the store as a stream of bytes: the "rows" member of a backup (docs/backup-format.md).
//
//   u32 collection, bytes key, u64 version, bytes value      (ByteWriter's form; the scope is the system's)
#pragma once

#include <cstdint>
#include <functional>

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>

#include "daemon/store/storage.h"

namespace strongroom::backups {

void append_row(Bytes& out, std::uint32_t collection, BytesView key, const store::RowView& row);

// Takes the stream in pieces of any size. Holds at most one row.
class RowParser {
 public:
  using Taker = std::function<Status(std::uint32_t collection, BytesView key, const store::RowView& row)>;

  explicit RowParser(Taker take) : take_(std::move(take)) {}

  // Errors: corrupt (a key or value beyond the store's bounds), those of the taker.
  Status feed(BytesView piece);

  // Whether the stream may end here.
  bool is_complete() const noexcept { return held_.empty(); }

  std::uint64_t rows() const noexcept { return rows_; }

 private:
  Status take_row(BytesView bytes);

  Taker take_;
  Bytes held_;
  std::uint64_t rows_ = 0;
};

}  // namespace strongroom::backups
