// The forms in which a secret value may appear in text: what the masker looks for.
//
//   raw, without its trailing newline, with CRLF for LF (what a terminal makes of LF) and LF for CRLF
//   each line of a value of several lines
//   base64 and base64url (RFC 4648) in the three alignments in which the value may stand inside longer data: of the
//     first and last character what depends on the neighbours alone is left out; at the end of the data with padding,
//     also with a newline behind the value; in lines of 64 and 76 characters (PEM, MIME) when it begins the data
//   hex in lower and upper case
//   URL-escaped: RFC 3986, encodeURIComponent, with '/' kept, with '+' for space; escapes in upper and lower case
//   JSON-escaped: shortest, with "\/", with <, > and & as \u00xx, everything beyond ASCII as \uxxxx
//
// A form shorter than k_shortest_masked is none: it would hide ordinary text.
#pragma once

#include <functional>

#include <strongroom/base/bytes.h>

namespace strongroom {

inline constexpr std::size_t k_shortest_masked = 6;

// Calls `sink` with each form of `value`, some of them twice; nothing for a value shorter than k_shortest_masked. The
// view is valid during the call and lies in wiped memory or in `value`. Together the forms of a value of n bytes have
// at most 120 n + 1000 bytes.
void for_each_masked_form(BytesView value, const std::function<void(BytesView form)>& sink);

}  // namespace strongroom
