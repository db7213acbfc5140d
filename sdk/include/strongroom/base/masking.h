// Hiding what looks like a secret in text meant for people: logs above all.
//
// A last net, not a licence: no code hands secrets to a log. What it cannot recognise (a value without a known form)
// passes.
#pragma once

#include <string>
#include <string_view>

namespace strongroom {

// `text` with everything that looks like a secret replaced by "***", some characters kept so that a person can tell
// keys apart:
//   sk-ant-... (20 and more): first 7, last 4     sk-... (20 and more): first 3, last 4
//   AIza...    (30 and more): first 4, last 4     values of api key members (8 and more): first 3, last 4, shorter:
//   none values of password, passphrase, secret, token and authorization members, bearer tokens, JWTs, what follows a
//   PEM header, passwords in URLs, runs of 32 and more that mix cases and digits: none
std::string mask_secrets(std::string_view text);

}  // namespace strongroom
