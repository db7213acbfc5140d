// Events and measured values on their way to a monitor's process.
#pragma once

#include <map>
#include <string>
#include <vector>

#include <strongroom/abi/monitor.h>
#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>

namespace strongroom::plugin_seam {

// What begins a monitor; descriptors come along in the order of the names.
struct OpenMonitorCall {
  std::map<std::string, std::string> settings;
  std::vector<std::string> descriptors;  // settings whose value is the number of a descriptor
};

Bytes encode(const OpenMonitorCall& call);
Result<OpenMonitorCall> decode_open_monitor(BytesView content);  // error: malformed

// A frame of events begins with how many were lost before them; they follow one behind the other.
void begin_events(Bytes& out, std::uint64_t lost);
void write_event(Bytes& out, const sr_event& event);
void write_metric(Bytes& out, const sr_metric& metric);

// All of a frame; texts point into it. Error: malformed.
Result<std::vector<sr_event>> read_events(BytesView content, std::uint64_t& lost);
Result<std::vector<sr_metric>> read_metrics(BytesView content);

}  // namespace strongroom::plugin_seam
