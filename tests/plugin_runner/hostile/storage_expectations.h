// What must become of each hostile storage.
#pragma once

#include <ostream>
#include <vector>

#include "tests/plugin_runner/hostile/expectations.h"
#include "tests/plugin_runner/hostile/storage_zoo.h"

namespace strongroom::tests::hostile {

// What becomes of the process.
enum class Fate { stays, is_lost };

struct StorageExpectation {
  std::string kind;
  Step step;
  ErrorCode code;     // of the error; `internal`: there is none
  std::string words;  // in the error, or in the plugin's log when there is none
  Fate fate;
  Patience patience = Patience::usual;
};

// For messages of a test.
inline void PrintTo(const StorageExpectation& expectation, std::ostream* out) {
  *out << expectation.kind;
}

std::vector<StorageExpectation> storage_expectations();

}  // namespace strongroom::tests::hostile
