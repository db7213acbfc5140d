// Events of the audit log as a person reads them.
#pragma once

#include <string>
#include <vector>

#include <strongroom/protocol/json.h>
#include <strongroom/protocol/methods/audit.h>

namespace strongroom::cli {

// The heading of a table of events, and the row of one: number, time, actor, action, result, objects, reason.
std::vector<std::string> event_heading();
std::vector<std::string> event_row(const protocol::audit::Event& event);

// One event on one line, for following.
std::string event_line(const protocol::audit::Event& event);

// All that an event says, a line a field. `event` has the members that exports use, with or without "type".
std::string event_text(const protocol::JsonValue& event);

}  // namespace strongroom::cli
