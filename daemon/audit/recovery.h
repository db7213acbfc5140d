// Finding the end of a log at start: what a crash left unfinished is cut, the tree is made again, and both are compared
// with the newest checkpoint. Needs no key.
#pragma once

#include <optional>
#include <string>

#include <strongroom/evidence/checkpoint.h>
#include <strongroom/evidence/note.h>
#include <strongroom/evidence/tiled_tree.h>

#include "daemon/audit/block_offsets.h"
#include "daemon/audit/log_folder.h"
#include "daemon/audit/log_writer.h"

namespace strongroom::audit {

struct Recovered {
  LogEnd end;
  Segment newest;
  std::uint64_t torn = 0;  // bytes that were cut
  std::uint64_t lost = 0;  // whole frames among them
  evidence::EpochEntry epoch;
  std::int64_t epoch_time_s = 0;  // when it began
  std::optional<evidence::Note> checkpoint;
  std::uint64_t signed_entries = 0;
  // Why the log cannot go on: it was damaged or changed. Empty when all is well.
  std::string problem;
};

// Fills `tree`, which is empty. Nothing when there is no log yet. Errors: those of reading and writing files; a log
// that was changed is no error but a problem.
// `boot`: which boot of the machine this is.
Result<std::optional<Recovered>> recover(LogFolder& folder, BlockOffsets& offsets, evidence::TiledTree& tree,
                                         const evidence::BootId& boot);

}  // namespace strongroom::audit
