#include "tests/plugin_runner/hostile/expectations.h"

namespace strongroom::tests::hostile {
namespace {

using enum Place;
using enum Patience;
using enum ErrorCode;

const std::vector<ErrorCode> k_gone = {plugin_unavailable};
const std::vector<ErrorCode> k_late = {timeout};

// One that tries what is forbidden is refused by the kernel, says so, and its export is an ordinary one.
constexpr const char* k_denied = "denied:";

const std::vector<Expectation> k_all = {
    {"segfault_at_load", begin, k_gone, "ended by signal 11"},
    {"segfault_in_get_extension", begin, k_gone, "ended by signal 11"},
    {"segfault_in_begin", begin, k_gone, "ended by signal 11"},
    {"segfault_in_sheet", sheet, k_gone, "ended by signal 11"},
    {"segfault_in_rows", rows, k_gone, "ended by signal 11"},
    {"segfault_in_end", end, k_gone, "ended by signal 11"},
    // Nothing is asked of a plugin whose export is abandoned: its process is ended.
    {"segfault_in_abandon", nowhere, {}, "", usual, Ending::abandon},
    {"abort_in_begin", begin, k_gone, "ended by signal 6"},
    {"exit_at_load", begin, k_gone, "ended with code 0"},
    {"exit_in_begin", begin, k_gone, "ended with code 0"},
    {"exit_at_once_in_rows", rows, k_gone, "ended with code 0"},
    {"stack_overflow", begin, k_gone, "ended by signal 11"},
    {"survive_faults", begin, k_late, "did not answer in time", for_call},
    {"spin_at_load", begin, k_late, "did not answer in time", for_load},
    {"spin_in_rows", rows, k_late, "did not answer in time", for_call},
    {"deadlock_in_rows", rows, k_late, "did not answer in time", for_call},
    {"sleep_at_load", begin, k_late, "did not answer in time", for_load},
    {"sleep_in_begin", begin, k_late, "did not answer in time", for_call},
    {"sleep_in_rows", rows, k_late, "did not answer in time", for_call},
    {"sleep_in_end", end, k_late, "did not answer in time", for_call},
    {"stop_itself", rows, k_late, "did not answer in time", for_call},
    {"end_thread", begin, k_late, "did not answer in time", for_call},

    {"huge_frame", rows, k_gone, "sent too much at once"},
    {"unknown_frame", begin, k_gone, "sent something that is no answer"},
    {"call_as_answer", sheet, k_gone, "sent something that is no answer"},
    {"short_frame", begin, k_gone, "malformed"},
    {"short_frame_at_load", begin, k_gone, "malformed"},
    {"half_frame", end, k_late, "did not answer in time", for_call},
    {"dripping_frame", end, k_late, "did not answer in time", for_call},
    {"random_frames", rows, k_gone, "sent too much at once"},
    {"forged_done_at_load", begin, k_gone, "malformed"},
    {"forged_done_in_begin", rows, k_gone, "answers out of turn"},
    {"forged_done_in_rows", rows, k_gone, "answers out of turn"},
    {"forged_error", sheet, k_gone, "?????"},
    {"longest_error", sheet, k_gone, "malformed"},
    {"taken_of_free_slot", sheet, k_gone, "gives back what it has not"},
    {"taken_of_no_slot", begin, k_gone, "gives back what it has not"},
    {"taken_at_load", begin, k_gone, "answers out of turn"},
    {"taken_without_number", sheet, k_gone, "malformed"},
    {"log_through_host", nowhere, {}, "complete"},
    {"log_for_ever", end, k_gone, "talks without end"},
    {"work_for_ever", end, k_gone, "talks without end"},
    {"few_descriptors", sheet, k_gone, "descriptors that nobody asked for"},
    {"many_descriptors", sheet, k_gone, "descriptors that nobody asked for"},
    {"close_socket", rows, k_gone, "process is gone"},
    {"close_everything", sheet, k_gone, "ended with code 1"},
    {"steal_calls", sheet, k_late, "did not answer in time", for_call},

    {"allocate_1_gib", nowhere, {}, k_denied},
    {"grow_until_limit", nowhere, {}, "grown: "},
    {"lock_memory", nowhere, {}, k_denied},
    {"resize_region", nowhere, {}, k_denied},
    // It is their own rows that they spoil; whether before the runner has copied them, chance decides.
    {"scribble_region", anywhere, k_gone, "done: scribble"},
    {"punch_region", anywhere, k_gone, "done: punch"},
    {"poison_region", nowhere, {}, k_denied},
    {"change_library", nowhere, {}, k_denied},

    {"try_fork", nowhere, {}, k_denied},
    {"fork_bomb", nowhere, {}, k_denied},
    {"run_shell", nowhere, {}, k_denied},
    {"thread_bomb", nowhere, {}, "threads: "},
    {"odd_threads", nowhere, {}, k_denied},
    {"trace_daemon", nowhere, {}, k_denied},
    {"signal_daemon", nowhere, {}, k_denied},
    {"read_daemon", nowhere, {}, k_denied},
    {"change_limits", nowhere, {}, k_denied},
    {"open_sockets", nowhere, {}, k_denied},
    {"connect_to_daemon", nowhere, {}, k_denied},
    {"change_socket", nowhere, {}, k_denied},
    {"signal_by_descriptor", nowhere, {}, k_denied},
    {"type_into_terminals", nowhere, {}, k_denied},
    {"kernel_interfaces", nowhere, {}, k_denied},
    {"administration", nowhere, {}, k_denied},
    {"loosen_itself", nowhere, {}, k_denied},
    {"other_architecture", begin, k_gone, "ended by signal 31"},
    {"other_numbers", begin, k_gone, "ended by signal 31"},
    {"leak_descriptors", nowhere, {}, "descriptors: "},

    {"read_system", nowhere, {}, k_denied},
    {"read_daemon_memory", nowhere, {}, k_denied},
    {"read_data", nowhere, {}, k_denied},
    {"write_elsewhere", nowhere, {}, k_denied},
    {"misuse_output", nowhere, {}, k_denied},
    {"giant_file", nowhere, {}, k_denied},
    {"leave_scratch", nowhere, {}, k_denied},
    {"fill_scratch", nowhere, {}, "complete"},

    {"enormous_sentence", sheet, k_gone, "a?[31m b?c??d"},
    {"many_sentences", begin, k_gone, "again"},
    {"sentence_from_nowhere", sheet, k_gone, "ended by signal 11"},
    {"silent_failure", end, k_gone, "did not say why"},
    {"unknown_status", sheet, k_gone, "did not say why"},
    {"unknown_status_in_rows", rows, k_gone, "did not say why"},
    {"negative_status", begin, k_gone, "did not say why"},
    {"corrupt_status", begin, k_gone, "the vault is damaged"},
    {"bytes_from_nowhere", nowhere, {}, "sink: "},
    {"null_handle", begin, k_gone, "gave no handle"},

    {"no_table", begin, k_gone, "does not have the extension"},
    {"short_table", begin, k_gone, "too short"},
    {"no_begin", begin, k_gone, "lacks 'begin'"},
    {"no_sheet", begin, k_gone, "lacks 'sheet'"},
    {"no_rows", begin, k_gone, "lacks 'rows'"},
    {"no_end", begin, k_gone, "lacks 'end'"},
    {"no_abandon", begin, k_gone, "lacks 'abandon'"},
    {"other_major", begin, k_gone, "built for interface 2"},
    {"short_entry", begin, k_gone, "entry table is too short"},
    {"tiny_entry", begin, k_gone, "entry table is too short"},
    {"other_id", begin, {untrusted}, "another id than its manifest"},
    {"long_version", begin, k_gone, "missing or malformed"},
    {"no_get_extension", begin, k_gone, "lacks 'get_extension'"},
};

}  // namespace

std::span<const Expectation> expectations() {
  return k_all;
}

}  // namespace strongroom::tests::hostile
