#include "daemon/app/keychain_shelf.h"

#include <algorithm>
#include <chrono>

#include "daemon/app/outside_keys.h"

namespace strongroom::app {

namespace {

constexpr std::chrono::milliseconds k_patience(5000);
constexpr std::size_t k_longest = 4 * 1024 * 1024;
// Of client/keychain/keychain.h.
constexpr int k_failed = 1;
constexpr int k_not_found = 3;
constexpr int k_locked = 4;
constexpr int k_no_provider = 6;

Error error_of(int outcome) {
  if (outcome == k_not_found) return make_error(ErrorCode::not_found, "the keychain has no such item");
  if (outcome == k_locked)
    return make_error(ErrorCode::unreachable, "the keychain is locked: log in to the desktop or open it there");
  return keychain_error(outcome);
}

int outcome_of(const Secret& answer) {
  return answer.empty() ? k_failed : answer.reveal(RevealReason::inspect).front();
}

std::string as_text(BytesView body) {
  std::string text(base64_size(body.size()), '\0');
  base64_encode(body, text.data());
  return text;
}

}  // namespace

KeychainShelf::KeychainShelf(const std::filesystem::path& helper, std::function<vault::StoreId()> store_id)
    : store_id_(std::move(store_id)), helper_({helper.string(), "serve"}, keychain_environment()) {}

// The bus or the provider may be another one since this helper has found them: then another helper finds them anew.
Result<Secret> KeychainShelf::ask_helper(BytesView question) {
  const auto begun = Clock::now();
  auto answer = helper_.ask(question, k_longest, k_patience);
  if (!answer || (outcome_of(*answer) != k_failed && outcome_of(*answer) != k_no_provider)) return answer;
  helper_.rest();
  const auto left = k_patience - std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - begun);
  return helper_.ask(question, k_longest, std::max(left, std::chrono::milliseconds(1)));
}

// client/keychain/serve.h has the form of questions and answers.
Result<Secret> KeychainShelf::ask(char verb, const secrets::BodyId& id, std::string_view text) {
  const Error silent = make_error(ErrorCode::timeout, "the keychain did not answer in time");
  {
    const std::lock_guard guard(mutex_);
    if (Clock::now() < silent_until_) return silent;
  }
  const std::string account = to_hex(store_id_()) + "-value-" + to_hex(id);
  Bytes question;
  ByteWriter writer(question);
  writer.u8(static_cast<std::uint8_t>(verb));
  writer.text(account);
  writer.raw(as_bytes(text));
  auto answer = ask_helper(question);
  if (!answer && answer.error().code == ErrorCode::timeout) {
    const std::lock_guard guard(mutex_);
    silent_until_ = Clock::now() + k_patience;
    return silent;
  }
  if (!answer)
    return make_error(ErrorCode::unreachable, "strongroom-keychain cannot be used: " + answer.error().message);
  if (const int outcome = outcome_of(*answer); outcome != 0) return error_of(outcome);
  answer->drop_front(1);
  return answer;
}

// A name that no body has: whoever says that there is none has looked.
Status KeychainShelf::probe() {
  {
    const std::lock_guard guard(mutex_);
    silent_until_ = Clock::time_point::min();
  }
  const auto answer = ask('f', {}, {});
  if (answer || answer.error().code == ErrorCode::not_found) return {};
  return answer.error();
}

Status KeychainShelf::put(const secrets::BodyId& id, BytesView body) {
  STRONGROOM_CHECK(ask('s', id, as_text(body)));
  return {};
}

Result<Bytes> KeychainShelf::get(const secrets::BodyId& id) {
  STRONGROOM_ASSIGN(const Secret text, ask('f', id, {}));
  Bytes body(3 * (text.size() / 4));
  const auto size = base64_decode(text.reveal_text(RevealReason::inspect), body.data());
  if (!size) return make_error(ErrorCode::corrupt, "the keychain has something else under the name of a value");
  body.resize(*size);
  return body;
}

Status KeychainShelf::erase(const secrets::BodyId& id) {
  STRONGROOM_CHECK(ask('e', id, {}));
  return {};
}

}  // namespace strongroom::app
