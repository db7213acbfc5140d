// Any text as an entry of pass, as JSON of Vault and as what the keychain's program says; then as the names of items.
#include <cstdlib>
#include <set>

#include <strongroom/protocol/json.h>

#include "client/cli/keyrings/item_path.h"
#include "client/cli/keyrings/pass_entry.h"
#include "client/cli/keyrings/secret_service.h"
#include "client/cli/keyrings/vault_json.h"

using namespace strongroom;
using cli::keyrings::ForeignItem;

namespace {

constexpr std::size_t k_most_fields = 64;

// Paths that no two items share, and that a path of ours can be but for its length and its normal form.
void check_paths(std::vector<ForeignItem> items) {
  const auto paths = cli::keyrings::paths_for(items, "f");
  std::set<std::string> seen;
  for (const auto& path : paths) {
    if (!seen.insert(path).second || !protocol::is_utf8(path) || path.find("//") != std::string::npos) std::abort();
    for (const char c : path)
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) std::abort();
  }
}

std::vector<ForeignItem> named_by_lines(std::string_view text) {
  std::vector<ForeignItem> items;
  while (!text.empty() && items.size() < 1000) {
    const auto end = std::min(text.find('\n'), text.size());
    items.emplace_back().names = {"g", std::string(text.substr(0, end))};
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return items;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text = as_text({data, size});
  ForeignItem entry;
  cli::keyrings::take_pass_entry(text, entry);
  if (entry.fields.size() > k_most_fields) std::abort();
  if (auto items = cli::keyrings::read_vault_json(text, {"x"})) check_paths(std::move(*items));
  if (auto items = cli::keyrings::read_keychain_contents(text)) check_paths(std::move(*items));
  check_paths(named_by_lines(text));
  return 0;
}
