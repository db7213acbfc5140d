#include <strongroom/age/decryptor.h>

#include <algorithm>
#include <cstring>
#include <optional>

#include "sdk/src/age/armor.h"
#include "sdk/src/age/content.h"
#include "sdk/src/age/open_header.h"

namespace strongroom::age {

struct Decryptor::State {
  State(Credentials given, ByteTaker taker) : credentials(std::move(given)), take(std::move(taker)) {}

  Status feed(BytesView bytes);
  Status end();
  // `bytes` without armor.
  Status read(BytesView bytes);
  // Takes the header and the nonce from the beginning of `bytes`; content is there when they are complete.
  Status begin_content(BytesView& bytes);
  void finish(Error why);

  Credentials credentials;
  ByteTaker take;
  bool begun = false;
  std::optional<ArmorReader> armor;
  HeaderReader header;
  Secret file_key;
  std::array<Byte, k_nonce> nonce{};
  std::size_t nonce_filled = 0;
  std::optional<ContentReader> content;
  std::optional<Error> finished;  // what every later call is answered with
};

Decryptor::Decryptor(std::unique_ptr<State> state) : state_(std::move(state)) {}

Decryptor::Decryptor(Decryptor&&) noexcept = default;
Decryptor& Decryptor::operator=(Decryptor&&) noexcept = default;
Decryptor::~Decryptor() = default;

Result<Decryptor> Decryptor::begin(Credentials credentials, ByteTaker take) {
  if (credentials.identities.empty() && credentials.passphrase.empty())
    return make_error(ErrorCode::invalid_argument, "an age file is opened with identities or a passphrase",
                      "credentials");
  if (credentials.identities.size() > k_most_identities)
    return make_error(ErrorCode::invalid_argument, "must be 64 age identities at most", "identities");
  if (credentials.most_work_factor < 1 || credentials.most_work_factor > k_most_work_factor)
    return make_error(ErrorCode::invalid_argument, "must be 1 to 22", "most_work_factor");
  choose_implementations();
  return Decryptor(std::make_unique<State>(std::move(credentials), std::move(take)));
}

Status Decryptor::feed(BytesView bytes) {
  if (state_->finished) return *state_->finished;
  Status status = state_->feed(bytes);
  if (!status) state_->finish(status.error());
  return status;
}

Status Decryptor::end() {
  if (state_->finished) return *state_->finished;
  Status status = state_->end();
  state_->finish(status ? make_error(ErrorCode::invalid_argument, "the age file has been read to its end")
                        : status.error());
  return status;
}

Status Decryptor::State::feed(BytesView bytes) {
  if (bytes.empty()) return {};
  if (!begun && ArmorReader::begins_with(bytes[0])) armor.emplace();
  begun = true;
  if (!armor) return read(bytes);
  return armor->feed(bytes, [this](BytesView decoded) { return read(decoded); });
}

Status Decryptor::State::end() {
  if (armor) STRONGROOM_CHECK(armor->end());
  if (!content) return make_error(ErrorCode::corrupt, "the age file ends inside its header");
  return content->end(take);
}

Status Decryptor::State::read(BytesView bytes) {
  if (!content) STRONGROOM_CHECK(begin_content(bytes));
  return content ? content->feed(bytes, take) : Status();
}

Status Decryptor::State::begin_content(BytesView& bytes) {
  if (file_key.empty()) {
    STRONGROOM_ASSIGN(const std::size_t taken, header.feed(bytes));
    bytes = bytes.subspan(taken);
    if (!header.is_complete()) return {};
    STRONGROOM_ASSIGN(file_key, open_header(header.header(), credentials));
    credentials = Credentials();
    header = HeaderReader();
  }
  const std::size_t size = std::min(bytes.size(), nonce.size() - nonce_filled);
  std::memcpy(nonce.data() + nonce_filled, bytes.data(), size);
  nonce_filled += size;
  bytes = bytes.subspan(size);
  if (nonce_filled < nonce.size()) return {};
  content.emplace(content_key(file_key.reveal(RevealReason::derive), nonce));
  file_key = Secret();
  return {};
}

void Decryptor::State::finish(Error why) {
  finished = std::move(why);
  credentials = Credentials();
  file_key = Secret();
  content.reset();
}

}  // namespace strongroom::age
