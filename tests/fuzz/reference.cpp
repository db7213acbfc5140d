// Any text as a reference: an error, or one that comes back from its own text.
#include <cstdlib>

#include <strongroom/base/bytes.h>

#include "client/cli/reference.h"

using namespace strongroom;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto reference = cli::parse_reference(as_text({data, size}));
  if (!reference) return 0;
  const auto again = cli::parse_reference(cli::to_text(*reference));
  if (!again || again->path != reference->path || again->version != reference->version ||
      again->field != reference->field)
    std::abort();
  return 0;
}
