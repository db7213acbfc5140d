// Any bytes as an entry of the audit log, as the CBOR of an event, and as a segment's header: refused, or what is
// written of it again is what was read.
#include <algorithm>
#include <cstdlib>

#include <strongroom/evidence/entry.h>
#include <strongroom/evidence/event.h>
#include <strongroom/evidence/segment.h>

using namespace strongroom;

namespace {

void check_body(BytesView bytes) {
  evidence::Event event;
  if (!evidence::decode_body(bytes, event)) return;
  Bytes again;
  evidence::encode_body(event, again);
  if (!std::ranges::equal(again, bytes)) std::abort();
}

void check_box(BytesView bytes) {
  evidence::Event event;
  if (!evidence::decode_box(bytes, event)) return;
  Bytes again;
  evidence::encode_box(event, again);
  if (!std::ranges::equal(again, bytes)) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const BytesView bytes(data, size);
  check_body(bytes);
  check_box(bytes);
  if (const auto header = evidence::parse_segment_header(bytes))
    if (!std::ranges::equal(evidence::encode_segment_header(*header), bytes)) std::abort();
  const auto entry = evidence::parse_entry(bytes);
  if (!entry) return 0;
  Bytes header;
  evidence::write_header(entry->header, header);
  if (!std::ranges::equal(header, bytes.first(evidence::k_header_size))) std::abort();
  return 0;
}
