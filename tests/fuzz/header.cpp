// Any bytes as a header copy: an error or a header, never a crash. The checksum is made right as well, so that the
// parser behind it is reached.
#include <algorithm>

#include <strongroom/base/derive.h>
#include "daemon/vault/header.h"

using namespace strongroom;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  (void)vault::parse_header({data, size});
  Bytes summed(data, data + size);
  Bytes sum(32);
  checksum("SRM/header-checksum/v1", {BytesView{summed}}, sum);
  summed.insert(summed.end(), sum.begin(), sum.end());
  (void)vault::parse_header(summed);
  return 0;
}
