// Any bytes as a path or a field's name: an error, or a path that is made of its folders.
#include <cstdlib>

#include <strongroom/base/bytes.h>

#include "daemon/secrets/path.h"

using namespace strongroom;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text = as_text({data, size});
  (void)secrets::check_field_name(text);
  const auto path = secrets::Path::parse(text);
  if (!path) return 0;
  if (path->text() != text || path->folders().size() >= secrets::k_max_levels) std::abort();
  for (const auto folder : path->folders())
    if (!secrets::Path::parse(folder) || !text.starts_with(folder)) std::abort();
  return 0;
}
