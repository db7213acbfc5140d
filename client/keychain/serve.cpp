#include "client/keychain/serve.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include <strongroom/base/bytes.h>

#include "client/keychain/keychain.h"

namespace strongroom::keychain {

namespace {

constexpr std::size_t k_longest = 4 * 1024 * 1024;
constexpr std::size_t k_longest_name = 255;

bool read_all(MutableBytes room) {
  while (!room.empty()) {
    const ssize_t n = read(STDIN_FILENO, room.data(), room.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    room = room.subspan(static_cast<std::size_t>(n));
  }
  return true;
}

bool write_all(BytesView bytes) {
  while (!bytes.empty()) {
    const ssize_t n = write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return false;
    bytes = bytes.subspan(static_cast<std::size_t>(n));
  }
  return true;
}

bool answer(Outcome outcome, const Secret& text) {
  const std::size_t size = 1 + text.size();
  std::array<Byte, 5> head{};
  for (std::size_t i = 0; i < 4; ++i) head[i] = static_cast<Byte>(size >> (8 * i));
  head[4] = static_cast<Byte>(outcome);
  return write_all(head) && write_all(text.reveal(RevealReason::deliver));
}

// What lies in the keychain says what it is.
Secret named(const std::string& account, const Secret& text) {
  Secret out = Secret::of_size(account.size() + 1 + text.size());
  auto at = std::ranges::copy(as_bytes(account + "\n"), out.writable().begin()).out;
  std::ranges::copy(text.reveal(RevealReason::deliver), at);
  return out;
}

Outcome act(std::uint8_t verb, const std::string& account, const Secret& text, Secret& found) {
  switch (verb) {
    case 'f': {
      const Outcome outcome = lookup(account, found);
      if (outcome != Outcome::done) return outcome;
      if (!found.reveal_text(RevealReason::inspect).starts_with(account + "\n")) return Outcome::failed;
      found.drop_front(account.size() + 1);
      return outcome;
    }
    case 's':
      return store(account, named(account, text), "Strongroom: a value of its store");
    case 'e':
      return erase(account);
    default:
      return Outcome::usage;
  }
}

}  // namespace

int serve() {
  for (;;) {
    std::array<Byte, 4> length{};
    if (!read_all(length)) return static_cast<int>(Outcome::done);
    const std::size_t size = ByteReader(length).u32();
    if (size > k_longest) return static_cast<int>(Outcome::usage);
    Secret question = Secret::of_size(size);
    if (!read_all(question.writable())) return static_cast<int>(Outcome::done);
    ByteReader reader(question.reveal(RevealReason::inspect));
    const std::uint8_t verb = reader.u8();
    const std::string account(reader.text(k_longest_name));
    if (!reader.ok()) return static_cast<int>(Outcome::usage);
    question.drop_front(question.size() - reader.left());
    Secret found;
    const Outcome outcome = act(verb, account, question, found);
    if (!answer(outcome, found)) return static_cast<int>(Outcome::done);
  }
}

}  // namespace strongroom::keychain
