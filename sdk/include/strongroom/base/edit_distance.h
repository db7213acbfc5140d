// How far a word is from another, for "did you mean".
#pragma once

#include <cstddef>
#include <string_view>

namespace strongroom {

// The characters that must be added, removed or exchanged (Levenshtein 1966). Takes time |a| x |b|.
std::size_t edit_distance(std::string_view a, std::string_view b);

}  // namespace strongroom
