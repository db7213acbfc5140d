// Any text as an export of KeePassXC: an error with a line, or items that fit into it.
#include <cstdlib>

#include "client/cli/keyrings/keepass_csv.h"
#include "client/cli/keyrings/keepass_xml.h"

using namespace strongroom;

namespace {

using Items = Result<std::vector<cli::keyrings::ForeignItem>>;

// A cell is a field once. A character of XML in UTF-16 or Latin-1 may be twice as long in UTF-8.
void check(const Items& items, std::size_t given) {
  if (!items && !items.error().subject.starts_with("line ")) std::abort();
  if (!items) return;
  std::size_t size = 0;
  for (const auto& item : *items) {
    if (!item.problem.empty() && !item.fields.empty()) std::abort();
    for (const auto& field : item.fields) size += field.value.size();
  }
  if (size > 2 * given) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text = as_text({data, size});
  check(cli::keyrings::read_keepass_xml(text), size);
  check(cli::keyrings::read_keepass_csv(text), size);
  return 0;
}
