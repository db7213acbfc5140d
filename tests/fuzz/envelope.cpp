// Any bytes as a sealed item under a known key: they must never open.
#include <cstdlib>

#include "daemon/vault/envelope.h"

using namespace strongroom;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const vault::StoreId store{};
  const Bytes kek(32, 7);
  const vault::ItemContext context{.kind = "head",
                                   .name_space = "default",
                                   .table = "heads",
                                   .row = as_bytes("row"),
                                   .parent = {},
                                   .version = 1,
                                   .owner = {},
                                   .schema = 1};
  (void)vault::kek_version_of({data, size});
  if (vault::open_item(store, context, kek, {data, size}, wiped_heap())) std::abort();
  return 0;
}
