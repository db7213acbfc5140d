// strongroom-keychain fetch ACCOUNT ask|quiet; store ACCOUNT; erase ACCOUNT; serve (serve.h); contents COLLECTION.
// Items go over standard input and output, never over the command line. Ends with the number of the outcome
// (keychain.h).
#if defined(__linux__)
#include <sys/prctl.h>
#endif
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string_view>

#include "client/keychain/contents.h"
#include "client/keychain/keychain.h"
#include "client/keychain/serve.h"

namespace {

using strongroom::Secret;
using strongroom::keychain::Outcome;

constexpr std::size_t k_longest = 4096;

Secret read_all() {
  Secret text = Secret::of_size(k_longest);
  std::size_t size = 0;
  while (size < k_longest) {
    const ssize_t n = read(STDIN_FILENO, text.writable().data() + size, k_longest - size);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    size += static_cast<std::size_t>(n);
  }
  text.truncate(size);
  return text;
}

bool write_all(std::string_view rest) {
  while (!rest.empty()) {
    const ssize_t n = write(STDOUT_FILENO, rest.data(), rest.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    rest.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

Outcome fetch(const std::string& account, bool ask) {
  Secret text;
  const Outcome outcome = strongroom::keychain::fetch(account, ask, text);
  if (outcome != Outcome::done) return outcome;
  return write_all(text.reveal_text(strongroom::RevealReason::deliver)) ? Outcome::done : Outcome::failed;
}

Outcome contents(const std::string& collection) {
  strongroom::WipedString text(strongroom::wiped_heap());
  const Outcome outcome = strongroom::keychain::contents(collection, text);
  if (outcome != Outcome::done) return outcome;
  return write_all(text) ? Outcome::done : Outcome::failed;
}

Outcome run(int argc, char** argv) {
  const std::string_view verb = argc > 1 ? argv[1] : "";
  if (argc == 2 && verb == "serve") return static_cast<Outcome>(strongroom::keychain::serve());
  if (argc == 4 && verb == "fetch") return fetch(argv[2], std::string_view(argv[3]) == "ask");
  if (argc == 3 && verb == "store")
    return strongroom::keychain::store(argv[2], read_all(), "Strongroom: a key of its store");
  if (argc == 3 && verb == "erase") return strongroom::keychain::erase(argv[2]);
  if (argc == 3 && verb == "contents") return contents(argv[2]);
  std::fputs(
      "strongroom-keychain is what strongroomd and 'strongroom import' start to ask the desktop's keychain; there is "
      "nothing in it for you\n",
      stderr);
  return Outcome::usage;
}

}  // namespace

int main(int argc, char** argv) {
  const rlimit none = {0, 0};
  (void)setrlimit(RLIMIT_CORE, &none);
#if defined(__linux__)
  // Half of a key passes through: closed to the user's other programs as the daemon is.
  (void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
#endif
  return static_cast<int>(run(argc, argv));
}
