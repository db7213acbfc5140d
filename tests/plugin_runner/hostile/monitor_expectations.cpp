#include "tests/plugin_runner/hostile/monitor_expectations.h"

namespace strongroom::tests::hostile {
namespace {

using enum Patience;
using enum ErrorCode;

constexpr ErrorCode k_none = internal;
constexpr const char* k_late = "did not answer in time";

// A monitor is closed by the end of its process.
void add_ends(std::vector<MonitorExpectation>& all, const std::string& act, const std::string& how) {
  all.push_back({act + "_at_load", Told::open, plugin_unavailable, how});
  all.push_back({act + "_in_open", Told::open, plugin_unavailable, how});
  all.push_back({act + "_in_events", Told::events, plugin_unavailable, how});
  all.push_back({act + "_in_metrics", Told::metrics, plugin_unavailable, how});
  all.push_back({act + "_in_close", Told::nowhere, k_none, ""});
}

void add_waits(std::vector<MonitorExpectation>& all, const std::string& act) {
  all.push_back({act + "_at_load", Told::open, timeout, k_late, for_load});
  all.push_back({act + "_in_open", Told::open, timeout, k_late, for_call});
  all.push_back({act + "_in_events", Told::events, timeout, k_late, for_call});
  all.push_back({act + "_in_metrics", Told::metrics, timeout, k_late, for_call});
  all.push_back({act + "_in_close", Told::nowhere, k_none, ""});
}

MonitorExpectation gone(const char* kind, Told step, const char* words) {
  return {kind, step, plugin_unavailable, words};
}

MonitorExpectation late(const char* kind, Told step) {
  return {kind, step, timeout, k_late, for_call};
}

MonitorExpectation refused(const char* kind) {
  return {kind, Told::nowhere, k_none, "denied:"};
}

const std::vector<MonitorExpectation> k_others = {
    {"monitor_ordinary", Told::nowhere, k_none, ""},
    {"monitor_tell", Told::nowhere, k_none, "heard: secret.get"},
    late("monitor_deadlock_in_events", Told::events),

    gone("monitor_unknown_status_in_open", Told::open, "did not say why"),
    gone("monitor_unknown_status_in_events", Told::events, "did not say why"),
    gone("monitor_unknown_status_in_metrics", Told::metrics, "did not say why"),
    gone("monitor_negative_status", Told::events, "did not say why"),
    gone("monitor_corrupt_status", Told::events, "the vault is damaged"),
    gone("monitor_silent_failure", Told::metrics, "did not say why"),
    gone("monitor_enormous_sentence", Told::events, "a?[31m b?c??d"),
    gone("monitor_many_sentences", Told::events, "again"),
    gone("monitor_sentence_from_nowhere", Told::events, "ended by signal 11"),
    {"monitor_log_in_events", Told::nowhere, k_none, "x??y"},
    gone("monitor_no_handle", Told::open, "gave no handle"),

    gone("monitor_close_socket", Told::events, "process is gone"),
    gone("monitor_close_everything", Told::events, "ended with code 1"),
    late("monitor_dripping_frame", Told::events),
    gone("monitor_few_descriptors", Told::events, "descriptors that nobody asked for"),
    // What it says in place of the runner is taken for its answer, as if it had answered so itself.
    {"monitor_forged_done", Told::nowhere, k_none, ""},
    late("monitor_half_frame", Told::metrics),
    gone("monitor_huge_frame", Told::events, "sent too much at once"),
    gone("monitor_log_for_ever", Told::events, "talks without end"),
    gone("monitor_longest_error", Told::events, "malformed"),
    gone("monitor_piece_of_backup", Told::events, "answers out of turn"),
    gone("monitor_random_frames", Told::events, "sent too much at once"),
    gone("monitor_short_frame", Told::events, "malformed"),
    late("monitor_steal_calls", Told::events),
    gone("monitor_taken", Told::events, "answers out of turn"),
    gone("monitor_unknown_frame", Told::events, "sent something that is no answer"),
    gone("monitor_work_for_ever", Told::events, "talks without end"),

    refused("monitor_change_limits"),
    refused("monitor_change_socket"),
    refused("monitor_connect_to_daemon"),
    refused("monitor_open_sockets"),
    refused("monitor_read_daemon"),
    refused("monitor_read_daemon_memory"),
    refused("monitor_read_data"),
    refused("monitor_read_system"),
    refused("monitor_run_shell"),
    refused("monitor_signal_daemon"),
    refused("monitor_trace_daemon"),
    refused("monitor_try_fork"),
    refused("monitor_write_elsewhere"),

    gone("monitor_no_table", Told::open, "does not have the extension"),
    gone("monitor_short_table", Told::open, "too short"),
    {"monitor_long_table", Told::nowhere, k_none, ""},
    gone("monitor_no_open", Told::open, "lacks 'open'"),
    gone("monitor_no_events", Told::open, "lacks 'events'"),
    gone("monitor_no_metrics", Told::open, "lacks 'metrics'"),
    gone("monitor_no_close", Told::open, "lacks 'close'"),
};

}  // namespace

std::vector<MonitorExpectation> monitor_expectations() {
  std::vector<MonitorExpectation> all = k_others;
  add_ends(all, "monitor_segfault", "ended by signal 11");
  add_ends(all, "monitor_abort", "ended by signal 6");
  add_ends(all, "monitor_exit", "ended with code 0");
  add_waits(all, "monitor_spin");
  add_waits(all, "monitor_sleep");
  return all;
}

}  // namespace strongroom::tests::hostile
