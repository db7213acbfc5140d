// Hiding what looks like a secret in text meant for people: logs above all.
//
// A last net, not a licence: no code hands secrets to a log. What it cannot recognise (a value without a known form)
// passes.
#pragma once

#include <string>
#include <string_view>

namespace strongroom {

// `text` with everything that a rule of masking_rules.h finds replaced by "***", some characters kept where the rule
// says so, that a person can tell keys apart. Takes time in proportion to the text, whatever is in it, and allocates
// only the answer. Masked text stays as it is.
std::string mask_secrets(std::string_view text);

}  // namespace strongroom
