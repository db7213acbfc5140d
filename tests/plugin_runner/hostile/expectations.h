// What must become of an export through each hostile plugin.
#pragma once

#include <ostream>
#include <span>
#include <vector>

#include "tests/plugin_runner/hostile/zoo.h"

namespace strongroom::tests::hostile {

struct Expectation {
  const char* kind;
  Place place;
  std::vector<ErrorCode> codes;  // any of these
  const char* words;             // in the error, or in the file when there is none or it may fail anywhere or nowhere
  Patience patience = Patience::usual;
  Ending ending = Ending::end;
};

// For messages of a test.
inline void PrintTo(const Expectation& expectation, std::ostream* out) {
  *out << expectation.kind;
}

std::span<const Expectation> expectations();

}  // namespace strongroom::tests::hostile
