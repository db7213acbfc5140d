// Any text as a template: an error, or pieces that cover it in order.
#include <cstdlib>

#include <strongroom/base/bytes.h>

#include "client/cli/template.h"

using namespace strongroom;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string_view text = as_text({data, size});
  const auto pieces = cli::parse_template(text);
  if (!pieces) return 0;
  std::size_t at = 0;
  std::size_t line = 1;
  for (const auto& piece : *pieces) {
    if (piece.line < line) std::abort();
    line = piece.line;
    if (piece.is_reference) {
      const std::size_t close = text.find("}}", at);
      if (text.substr(at, 2) != "{{" || close == std::string_view::npos) std::abort();
      if (!cli::parse_reference(cli::to_text(piece.reference))) std::abort();
      at = close + 2;
    } else {
      if (piece.text.empty() || text.substr(at, piece.text.size()) != piece.text) std::abort();
      at += piece.text.size();
    }
  }
  if (at != text.size()) std::abort();
  return 0;
}
