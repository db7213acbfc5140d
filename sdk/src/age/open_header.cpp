#include "sdk/src/age/open_header.h"

#include <algorithm>

#include "sdk/src/age/scrypt_stanza.h"
#include "sdk/src/age/x25519_stanza.h"

namespace strongroom::age {
namespace {

Error nothing_opens(const char* sentence) {
  return make_error(ErrorCode::wrong_credential, sentence);
}

Result<Secret> open_with_passphrase(const Stanza& stanza, const Credentials& credentials) {
  STRONGROOM_ASSIGN(const ScryptStanza scrypt, ScryptStanza::parse(stanza, credentials.most_work_factor));
  if (credentials.passphrase.empty()) return nothing_opens("the age file is opened with a passphrase");
  STRONGROOM_ASSIGN(Secret file_key, scrypt.open(credentials.passphrase));
  if (file_key.empty()) return nothing_opens("the passphrase does not open the age file");
  return file_key;
}

Result<Secret> open_with_identities(const std::vector<Stanza>& stanzas, const Credentials& credentials) {
  std::vector<X25519Stanza> recipients;
  for (const Stanza& stanza : stanzas) {
    if (stanza.kind != k_x25519) continue;
    STRONGROOM_ASSIGN(X25519Stanza recipient, X25519Stanza::parse(stanza));
    recipients.push_back(std::move(recipient));
  }
  for (const Identity& identity : credentials.identities)
    for (const X25519Stanza& recipient : recipients) {
      STRONGROOM_ASSIGN(Secret file_key, recipient.open(identity));
      if (!file_key.empty()) return file_key;
    }
  if (recipients.empty()) return nothing_opens("the age file is for recipients of kinds that are not supported");
  if (credentials.identities.empty())
    return nothing_opens("the age file opens with an identity, not with a passphrase");
  return nothing_opens("no identity opens the age file");
}

Result<Secret> find_file_key(const std::vector<Stanza>& stanzas, const Credentials& credentials) {
  const auto scrypt = std::ranges::find(stanzas, k_scrypt, &Stanza::kind);
  if (scrypt == stanzas.end()) return open_with_identities(stanzas, credentials);
  // Beside recipients it would not say any more that only who knows it can have written the file.
  if (stanzas.size() != 1) return make_error(ErrorCode::corrupt, "a passphrase of the age file does not stand alone");
  return open_with_passphrase(*scrypt, credentials);
}

}  // namespace

Result<Secret> open_header(const Header& header, const Credentials& credentials) {
  STRONGROOM_ASSIGN(Secret file_key, find_file_key(header.stanzas, credentials));
  const auto mac = header_mac(file_key.reveal(RevealReason::derive), header.text);
  if (!equal_in_constant_time(mac, header.mac))
    return make_error(ErrorCode::tampered, "the header of the age file was changed");
  return file_key;
}

}  // namespace strongroom::age
