// What must become of each hostile monitor.
#pragma once

#include <ostream>
#include <vector>

#include "tests/plugin_runner/hostile/monitor_zoo.h"

namespace strongroom::tests::hostile {

struct MonitorExpectation {
  std::string kind;
  Told step;
  ErrorCode code;     // of the error; `internal`: there is none
  std::string words;  // in the error, or in the plugin's log when there is none
  Patience patience = Patience::usual;
};

// For messages of a test.
inline void PrintTo(const MonitorExpectation& expectation, std::ostream* out) {
  *out << expectation.kind;
}

std::vector<MonitorExpectation> monitor_expectations();

}  // namespace strongroom::tests::hostile
