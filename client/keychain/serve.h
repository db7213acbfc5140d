// One question after the other, for values that lie in the keychain.
//
// A question on the standard input: u32 length of what follows; u8 verb: 'f' fetch, 's' store, 'e' erase; u32 length
// and name of the item; for 's' its text. An answer on the standard output: u32 length of what follows; u8 outcome
// (keychain.h); for 'f' the text. All numbers little-endian. In the keychain the text stands behind the item's name and
// a line feed.
#pragma once

namespace strongroom::keychain {

// Until the standard input ends. The exit code of the program.
int serve();

}  // namespace strongroom::keychain
