// What the daemon and strongroom-plugin-runner say to each other, over a Channel (channel.h).
//
// The daemon calls, the runner answers; while a call runs, lines of the plugin's log come first. All texts are UTF-8,
// bounded by k_max_text. Integers are little-endian (base/bytes.h).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include <strongroom/abi/status.h>
#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>

namespace strongroom::plugin_seam {

inline constexpr std::size_t k_max_text = 4096;
inline constexpr std::size_t k_max_items = 256;  // of any list in a message

// From the daemon.
enum class Call : std::uint32_t {
  load = 1,      // LoadCall; descriptor: the library, in memory that nobody can change
  begin_export,  // ExportCall; descriptors: the file, the shared region
  sheet,         // SheetCall
  rows,          // RowsCall; answered by `taken` when the slot may be filled again
  end_export,    // nothing
  add_lane,      // no answer; descriptor: one more channel, for transact
  open_storage,  // OpenStorageCall; behind all lanes
  health,        // u32 flags; the report is in the outcome (storage_calls.h)
  backup,        // nothing; pieces come in `rows_back`
  transact,      // on a lane: storage_calls.h
  open_monitor,  // OpenMonitorCall; descriptors: what it names (monitor_calls.h)
  events,        // u64 lost, events
  metrics,       // metrics
};

// From the runner.
enum class Answer : std::uint32_t {
  done = 101,  // Outcome: the call has ended
  taken,       // u32 slot: its rows were taken
  log,         // u32 level, text
  working,     // nothing: the call goes on
  rows_back,   // rows of a scan, or a piece of a backup: more will come
};

struct Limits {
  std::uint64_t memory_bytes = 0;  // of the process's address space
  std::uint64_t file_bytes = 0;    // of each file that it writes
  std::uint32_t descriptors = 0;
};

// What the process may be used for, and what confines it.
struct LoadCall {
  std::string extension;  // "strongroom.exporter/1"
  std::string scratch;    // a folder that it may write; empty: none
  bool serves = false;    // takes connections on a descriptor that it is given
  std::string folder;     // one in which it may also make folders, and keeps what it stores; empty: none
  Limits limits;
  bool require_sandbox = true;  // refuse to load where the system cannot confine it
};

// How far the system confines the process.
struct Loaded {
  std::string id;
  std::string name;
  std::string version;
  std::uint32_t abi_minor = 0;
  bool files_confined = false;
  bool calls_confined = false;
};

struct ExportCall {
  std::map<std::string, std::string> settings;
  std::string title;
  std::string subject;
  std::string author;
  std::int64_t created_ms = 0;
  std::uint32_t slots = 0;
  std::uint32_t slot_size = 0;
};

struct OpenStorageCall {
  std::map<std::string, std::string> settings;
};

struct SheetColumn {
  std::string name;
  std::string title;
  std::uint32_t type = 0;
  std::uint32_t width = 0;
};

struct SheetCall {
  std::string name;
  std::string title;
  std::vector<SheetColumn> columns;
};

struct RowsCall {
  std::uint32_t slot = 0;
  std::uint32_t size = 0;
  std::uint32_t rows = 0;
};

// `content` of a done that is SR_OK depends on the call: Loaded for a load.
struct Outcome {
  sr_status status = SR_OK;
  std::string sentence;
  BytesView content;  // a view on the frame
};

Bytes encode(const LoadCall& call);
Bytes encode(const Loaded& loaded);
Bytes encode(const ExportCall& call);
Bytes encode(const SheetCall& call);
Bytes encode(const OpenStorageCall& call);
Bytes encode(const RowsCall& call);
Bytes encode(const Outcome& outcome);

// Error of all: malformed.
Result<LoadCall> decode_load(BytesView content);
Result<Loaded> decode_loaded(BytesView content);
Result<ExportCall> decode_export(BytesView content);
Result<SheetCall> decode_sheet(BytesView content);
Result<OpenStorageCall> decode_open_storage(BytesView content);
Result<RowsCall> decode_rows(BytesView content);
Result<Outcome> decode_outcome(BytesView content);

}  // namespace strongroom::plugin_seam
