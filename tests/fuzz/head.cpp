// Any bytes as a head: an error, or a head that encodes to the same bytes.
#include <cstdlib>

#include "daemon/secrets/secret.h"

using namespace strongroom;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const BytesView bytes(data, size);
  const auto head = secrets::decode_head(bytes);
  if (!head) return 0;
  const Bytes again = secrets::encode(*head);
  if (!std::equal(again.begin(), again.end(), bytes.begin(), bytes.end())) std::abort();
  (void)secrets::readable_version(*head, 3, 0);
  return 0;
}
