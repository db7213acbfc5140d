// The verdict on a plugin, for people and for programs.
#pragma once

#include <span>
#include <string>

#include <strongroom/plugin_tests/check.h>

#include "daemon/plugin_check/subject.h"

namespace strongroom::plugin_check {

// One line: "passed  exporter.writes_every_type". What a plugin has said is shown without control characters.
std::string line_of(const plugin_tests::Outcome& outcome);

// The last line.
std::string verdict_of(const Plugin& plugin, std::span<const plugin_tests::Outcome> outcomes);

// {"id", "interface", "passed": bool, "checks": [{"check", "verdict", "detail"}]}
std::string json_of(const Plugin& plugin, std::span<const plugin_tests::Outcome> outcomes);

// Whether none has failed.
bool passed(std::span<const plugin_tests::Outcome> outcomes);

}  // namespace strongroom::plugin_check
