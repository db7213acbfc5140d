#include "client/keychain/contents.h"

namespace strongroom::keychain {

// The Keychain asks a person for each item of another program, which no import could wait for.
Outcome contents(const std::string&, WipedString&) {
  return Outcome::unsupported;
}

}  // namespace strongroom::keychain
