#include "tests/plugin_runner/hostile/storage_expectations.h"

namespace strongroom::tests::hostile {
namespace {

using enum Fate;
using enum Patience;
using enum ErrorCode;

constexpr ErrorCode k_none = internal;
constexpr const char* k_denied = "denied:";
constexpr const char* k_late = "did not answer in time";
constexpr const char* k_no_answer = "sent something that is no answer";
constexpr const char* k_out_of_contract = "the storage plugin broke its contract: ";

// What is written is sent with the commit; nobody waits for the end of a transaction that is given up, so that it shows
// with the next one; a storage is closed by the end of its process.
struct CallAt {
  const char* name;
  Step step;
};

constexpr CallAt k_calls[] = {
    {"_in_health", Step::health}, {"_in_begin", Step::begin},   {"_in_get", Step::get},        {"_in_scan", Step::scan},
    {"_in_put", Step::commit},    {"_in_commit", Step::commit}, {"_in_rollback", Step::again},
};

void add_ends(std::vector<StorageExpectation>& all, const std::string& act, const std::string& how) {
  all.push_back({act + "_at_load", Step::open, plugin_unavailable, how, stays});
  all.push_back({act + "_in_open", Step::open, plugin_unavailable, how, stays});
  for (const auto& call : k_calls)
    all.push_back(
        {act + call.name, call.step, plugin_unavailable, call.step == Step::health ? how : "process is gone", is_lost});
  all.push_back({act + "_in_close", Step::nowhere, k_none, "", stays});
}

void add_waits(std::vector<StorageExpectation>& all, const std::string& act) {
  all.push_back({act + "_at_load", Step::open, timeout, k_late, stays, for_load});
  all.push_back({act + "_in_open", Step::open, timeout, k_late, stays, for_load});
  for (const auto& call : k_calls)
    all.push_back({act + call.name, call.step, plugin_unavailable, k_late, is_lost, for_call});
  all.push_back({act + "_in_close", Step::nowhere, k_none, "", stays});
}

void add_unknown_statuses(std::vector<StorageExpectation>& all) {
  const std::string act = "storage_unknown_status";
  all.push_back({act + "_in_open", Step::open, storage_failed, "cannot be opened", stays});
  for (const auto& call : k_calls)
    if (call.step != Step::again)
      all.push_back({act + call.name, call.step, storage_failed, "the storage plugin failed", stays});
}

void add_missing(std::vector<StorageExpectation>& all) {
  for (const std::string function : {"open", "close", "health", "begin", "get", "scan", "put", "put_if", "erase",
                                     "savepoint", "release", "rollback_to", "commit", "rollback", "backup"})
    all.push_back({"storage_no_" + function, Step::open, plugin_unavailable, "lacks '" + function + "'", stays});
}

// A breach of the contract.
StorageExpectation breach(const char* kind, Step step, const char* words) {
  return {kind, step, plugin_unavailable, std::string(k_out_of_contract) + words, stays};
}

StorageExpectation refused(const char* kind) {
  return {kind, Step::nowhere, k_none, k_denied, stays};
}

const std::vector<StorageExpectation> k_others = {
    {"storage_ordinary", Step::nowhere, k_none, "", stays},
    {"storage_deadlock_in_get", Step::get, plugin_unavailable, k_late, is_lost, for_call},

    {"storage_longest_value", Step::nowhere, k_none, "", stays},
    {"storage_long_value", Step::get, plugin_unavailable, k_no_answer, is_lost},
    {"storage_enormous_value", Step::get, plugin_unavailable, "process is gone", is_lost},
    {"storage_value_from_nowhere", Step::get, plugin_unavailable, "process is gone", is_lost},
    {"storage_value_without_end", Step::get, plugin_unavailable, "process is gone", is_lost},
    breach("storage_no_row", Step::get, "it returned no row and no reason"),
    {"storage_row_and_not_found", Step::get, not_found, "there is no such row", stays},
    breach("storage_two_rows", Step::get, "it returned two rows for one key"),
    breach("storage_other_key", Step::get, "it returned a row with another key"),
    breach("storage_row_without_version", Step::get, "it returned a row without a version"),

    breach("storage_out_of_order", Step::scan, "it returned rows out of order"),
    breach("storage_row_twice", Step::scan, "it returned rows out of order"),
    breach("storage_before_range", Step::scan, "it returned a row outside of the range"),
    breach("storage_at_end_of_range", Step::scan, "it returned a row outside of the range"),
    breach("storage_row_too_many", Step::scan, "it went on after the end of a scan"),
    breach("storage_row_without_key", Step::scan, "it returned a key out of bounds"),
    {"storage_long_key", Step::scan, plugin_unavailable, k_no_answer, is_lost},
    {"storage_enormous_row", Step::scan, plugin_unavailable, "process is gone", is_lost},
    {"storage_endless_rows", Step::scan, plugin_unavailable, "it went on after the end of a scan", is_lost, for_call},
    {"storage_same_row_for_ever", Step::scan, plugin_unavailable, "rows out of order", is_lost, for_call},
    {"storage_row_and_sleep", Step::scan, plugin_unavailable, k_late, is_lost, for_call},
    // Its backup alone does not end.
    {"storage_endless_backup", Step::nowhere, k_none, "", stays},

    {"storage_no_report", Step::health, plugin_unavailable, "malformed", is_lost},
    {"storage_null_report", Step::health, plugin_unavailable, "malformed", is_lost},
    {"storage_short_report", Step::health, plugin_unavailable, "malformed", is_lost},
    {"storage_long_detail", Step::nowhere, k_none, "", stays},
    {"storage_negative_status", Step::get, storage_failed, "the storage plugin failed", stays},
    {"storage_status_of_daemon", Step::get, storage_failed, "the storage plugin failed", stays},
    {"storage_corrupt_status", Step::get, corrupt, "the vault is damaged", stays},
    {"storage_silent_failure", Step::commit, storage_failed, "the storage plugin failed", stays},
    {"storage_enormous_sentence", Step::get, storage_failed, "a?[31m b?c??d", stays},
    {"storage_many_sentences", Step::get, storage_failed, "again", stays},
    {"storage_sentence_from_nowhere", Step::get, plugin_unavailable, "process is gone", is_lost},
    {"storage_log_in_get", Step::nowhere, k_none, "x??y", stays},
    {"storage_log_in_health", Step::nowhere, k_none, "x??y", stays},
    {"storage_no_handle_in_open", Step::open, storage_failed, "gave no handle", stays},
    {"storage_no_handle_in_begin", Step::begin, storage_failed, "gave no handle", stays},

    {"storage_close_lane", Step::get, plugin_unavailable, "process is gone", is_lost},
    {"storage_close_everything", Step::get, plugin_unavailable, "process is gone", is_lost},
    {"storage_dripping_frame", Step::get, plugin_unavailable, k_late, is_lost, for_call},
    {"storage_few_descriptors", Step::get, plugin_unavailable, "descriptors that nobody asked for", is_lost},
    // What it says in place of the runner is taken for its answer, as if it had answered so itself.
    breach("storage_forged_done", Step::get, "it returned no row and no reason"),
    {"storage_forged_done_in_open", Step::health, plugin_unavailable, "malformed", is_lost},
    {"storage_half_frame", Step::scan, plugin_unavailable, k_late, is_lost, for_call},
    {"storage_huge_frame", Step::get, plugin_unavailable, "sent too much at once", is_lost},
    {"storage_huge_frame_in_health", Step::health, plugin_unavailable, "sent too much at once", is_lost},
    {"storage_log_for_ever", Step::get, plugin_unavailable, k_no_answer, is_lost},
    {"storage_malformed_rows", Step::scan, plugin_unavailable, k_no_answer, is_lost},
    {"storage_no_rows_for_ever", Step::scan, plugin_unavailable, k_no_answer, is_lost},
    {"storage_random_frames", Step::get, plugin_unavailable, "sent too much at once", is_lost},
    {"storage_short_frame", Step::get, plugin_unavailable, "malformed", is_lost},
    {"storage_steal_calls", Step::get, plugin_unavailable, k_late, is_lost, for_call},
    {"storage_taken", Step::get, plugin_unavailable, k_no_answer, is_lost},
    {"storage_taken_in_health", Step::health, plugin_unavailable, "malformed", is_lost},
    {"storage_unknown_frame", Step::get, plugin_unavailable, k_no_answer, is_lost},
    {"storage_work_for_ever", Step::get, plugin_unavailable, k_no_answer, is_lost},

    refused("storage_change_limits"),
    refused("storage_change_socket"),
    refused("storage_connect_to_daemon"),
    refused("storage_leave_folder"),
    refused("storage_open_sockets"),
    refused("storage_read_daemon"),
    refused("storage_read_daemon_memory"),
    refused("storage_read_data"),
    refused("storage_read_system"),
    refused("storage_run_shell"),
    refused("storage_signal_daemon"),
    refused("storage_trace_daemon"),
    refused("storage_try_fork"),
    refused("storage_write_elsewhere"),

    {"storage_no_table", Step::open, plugin_unavailable, "does not have the extension", stays},
    {"storage_short_table", Step::open, plugin_unavailable, "too short", stays},
    {"storage_tiny_table", Step::open, plugin_unavailable, "too short", stays},
    // A newer minor has more functions.
    {"storage_long_table", Step::nowhere, k_none, "", stays},
};

}  // namespace

std::vector<StorageExpectation> storage_expectations() {
  std::vector<StorageExpectation> all = k_others;
  add_ends(all, "storage_segfault", "ended by signal 11");
  add_ends(all, "storage_abort", "ended by signal 6");
  add_ends(all, "storage_exit", "ended with code 0");
  add_waits(all, "storage_spin");
  add_waits(all, "storage_sleep");
  add_unknown_statuses(all);
  add_missing(all);
  return all;
}

}  // namespace strongroom::tests::hostile
