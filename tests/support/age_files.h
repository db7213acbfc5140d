// age files in memory: made, and opened in pieces of any size.
#pragma once

#include <string>

#include <strongroom/age/decryptor.h>
#include <strongroom/age/encryptor.h>

namespace strongroom::tests {

// The least work that there is, so that a test with a passphrase takes no second.
inline constexpr unsigned k_little_work = 1;

inline age::ByteTaker append_to(std::string& out) {
  return [&out](BytesView bytes) -> Status {
    out += as_text(bytes);
    return {};
  };
}

inline Status finish(Result<age::Encryptor> encryptor, std::string_view content) {
  if (!encryptor) return encryptor.error();
  STRONGROOM_CHECK(encryptor->write(as_bytes(content)));
  return encryptor->end();
}

inline std::string sealed_for(const age::Recipient& recipient, std::string_view content) {
  std::string file;
  finish(age::Encryptor::begin({&recipient, 1}, append_to(file)), content).value();
  return file;
}

inline std::string sealed_with(std::string_view passphrase, std::string_view content, unsigned work = k_little_work) {
  std::string file;
  finish(age::Encryptor::begin_with_passphrase(Secret(as_bytes(passphrase)), append_to(file), work), content).value();
  return file;
}

inline age::Credentials with_identity(const age::Identity& identity) {
  age::Credentials out;
  out.identities.push_back(age::Identity::parse(identity.text().reveal_text(RevealReason::test)).value());
  return out;
}

inline age::Credentials with_passphrase(std::string_view passphrase, unsigned most_work = age::k_most_work_factor) {
  age::Credentials out;
  out.passphrase = Secret(as_bytes(passphrase));
  out.most_work_factor = most_work;
  return out;
}

struct Opened {
  Status status;
  std::string content;  // what was handed out, also before a failure

  ErrorCode code() const { return status.error().code; }
};

// Feeds at most `step` bytes at once.
inline Opened open_age(std::string_view file, age::Credentials credentials, std::size_t step = std::string_view::npos) {
  Opened out;
  auto decryptor = age::Decryptor::begin(std::move(credentials), append_to(out.content)).value();
  while (out.status && !file.empty()) {
    const std::string_view part = file.substr(0, step);
    out.status = decryptor.feed(as_bytes(part));
    file.remove_prefix(part.size());
  }
  if (out.status) out.status = decryptor.end();
  return out;
}

}  // namespace strongroom::tests
