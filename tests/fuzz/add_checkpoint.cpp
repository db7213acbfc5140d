// Any bytes as what a witness is sent: refused, or written again byte for byte.
#include <cstdlib>

#include <strongroom/evidence/add_checkpoint.h>

using namespace strongroom;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view body = as_text({data, size});
  const auto request = evidence::AddCheckpoint::parse(body);
  if (request && request->text() != body) std::abort();
  return 0;
}
