#include "client/cli/given_secret.h"

#include <string>

#include "client/cli/terminal.h"

namespace strongroom::cli {
namespace {

constexpr std::size_t k_longest = 4096;
constexpr std::size_t k_most_shares = 16;

}  // namespace

Result<Secret> ask_or_read(const char* prompt) {
  if (stdin_is_terminal()) return ask_secret(prompt);
  STRONGROOM_ASSIGN(Secret value, read_stdin(k_longest));
  drop_newline(value);
  return value;
}

Result<Secret> read_given(int descriptor) {
  STRONGROOM_ASSIGN(Secret value, read_descriptor(descriptor, k_longest, "--fd"));
  drop_newline(value);
  return value;
}

Result<Secret> ask_or_read_shares() {
  if (!stdin_is_terminal()) return read_stdin(k_longest);
  WipedString all(wiped_heap());
  for (std::size_t i = 1; i <= k_most_shares; ++i) {
    STRONGROOM_ASSIGN(const Secret share, ask_secret("Share " + std::to_string(i) + " (Enter alone ends): "));
    if (share.size() == 0) break;
    all.append(share.reveal_text(RevealReason::transmit)).push_back('\n');
  }
  return Secret(as_bytes(all));
}

}  // namespace strongroom::cli
