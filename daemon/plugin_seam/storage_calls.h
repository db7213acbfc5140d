// Calls of a storage on their way to its process, and rows on their way back.
//
// A `transact` frame is a u64 number of a transaction, given by the daemon, and operations of it, one behind the other:
// what has no answer of its own waits for the next that has one, so that a read costs one exchange and a row that is
// written none. The first that fails ends the frame; its outcome is that of the frame, and the outcome's content is its
// number in the frame, a u32 from 0.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include <strongroom/abi/storage.h>
#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>

namespace strongroom::plugin_seam {

// Append only.
enum class Operation : std::uint8_t {
  begin = 1,  // u32 flags, u32 count, scopes
  get,        // key; the row is in the outcome
  scan,       // range; rows come in `rows_back` and in the outcome
  put,        // key, u64 version, value
  put_if,     // key, u64 expected, u64 version, value
  erase,      // key
  savepoint,
  release,
  rollback_to,
  commit,    // u64 mark
  rollback,  // has no outcome
};

// Rows of a frame that goes back are at most about this long, or one row.
inline constexpr std::size_t k_rows_back = 64 * 1024;

class OperationWriter {
 public:
  // Appends to `out`.
  explicit OperationWriter(Bytes& out) : writer_(out) {}

  void begin(std::uint32_t flags, const sr_bytes* scopes, std::uint32_t count);
  void get(const sr_row_key& key);
  void scan(const sr_range& range);
  void put(const sr_row_key& key, std::uint64_t version, sr_bytes value);
  void put_if(const sr_row_key& key, std::uint64_t expected, std::uint64_t version, sr_bytes value);
  void erase(const sr_row_key& key);
  void commit(std::uint64_t mark);

  void simple(Operation operation) { writer_.u8(static_cast<std::uint8_t>(operation)); }

 private:
  void key(const sr_row_key& key);

  ByteWriter<Bytes> writer_;
};

// One operation as it arrived; the views are on the frame.
struct ReadOperation {
  Operation operation{};
  std::uint32_t flags = 0;
  std::vector<sr_bytes> scopes;
  sr_row_key key{};
  sr_range range{};
  std::uint64_t version = 0;
  std::uint64_t expected = 0;  // or the mark of a commit
  sr_bytes value{};
};

// Error: malformed.
Result<ReadOperation> read_operation(ByteReader& reader);

// One row: key, u64 version, value.
void write_row(Bytes& out, sr_bytes key, std::uint64_t version, sr_bytes value);

struct RowBack {
  sr_bytes key{};
  std::uint64_t version = 0;
  sr_bytes value{};
};

// Error: malformed, also for what is beyond the limits of the seam.
Result<RowBack> read_row(ByteReader& reader);

// What health reports, and what open_storage says.
Bytes encode(const sr_storage_health& health);
// The detail is a view on the content. Error: malformed.
Result<sr_storage_health> decode_health(BytesView content);

}  // namespace strongroom::plugin_seam
