// The rows of a backup, which are parsed before all of it was checked: cut anywhere, they are the same rows, and those
// that are taken are what stands there.
#include <algorithm>
#include <cstdlib>

#include "daemon/backups/row_codec.h"

namespace {

using namespace strongroom;
using namespace strongroom::backups;

struct Parsed {
  bool good = true;
  bool complete = false;
  Bytes rows;
};

Parsed parse(BytesView stream, std::size_t at_once) {
  Parsed out;
  RowParser parser([&](std::uint32_t collection, BytesView key, const store::RowView& row) -> Status {
    if (key.empty() || key.size() > store::k_max_key || row.bytes.size() > store::k_max_value) std::abort();
    append_row(out.rows, collection, key, row);
    return {};
  });
  while (out.good && !stream.empty()) {
    const std::size_t size = std::min(at_once, stream.size());
    out.good = parser.feed(stream.first(size)).has_value();
    stream = stream.subspan(size);
  }
  out.complete = parser.is_complete();
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const BytesView stream(data + 1, size - 1);
  const Parsed whole = parse(stream, stream.size());
  const Parsed cut = parse(stream, std::size_t{data[0]} + 1);
  if (whole.good != cut.good || whole.rows != cut.rows) std::abort();
  if (whole.rows.size() > stream.size() || !std::equal(whole.rows.begin(), whole.rows.end(), stream.begin()))
    std::abort();
  if (whole.good && whole.complete && whole.rows.size() != stream.size()) std::abort();
  return 0;
}
