// Finds the file key of an age file.
#pragma once

#include <strongroom/age/decryptor.h>

#include "sdk/src/age/header.h"

namespace strongroom::age {

// The file key, after the header was authenticated with it. Every stanza of a kind that is known must be well formed,
// whoever it is for. Errors: wrong_credential, corrupt, too_large (work factor), tampered.
Result<Secret> open_header(const Header& header, const Credentials& credentials);

}  // namespace strongroom::age
