// One export in the plugin: calls of the daemon become calls of its table.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <strongroom/abi/exporter.h>

#include "daemon/plugin_seam/messages.h"
#include "daemon/plugin_seam/shared_region.h"
#include "daemon/runner/answers.h"
#include "daemon/runner/output_file.h"

namespace strongroom::runner {

class ExportSession {
 public:
  // `table` is checked (plugin_seam/entry.h).
  ExportSession(const sr_exporter_v1& table, Answers& answers) : table_(table), answers_(answers) {}

  // Each is one call of the daemon. An error breaks the protocol between the two and ends the process; what the plugin
  // says is in the outcome.
  Result<plugin_seam::Outcome> begin(const plugin_seam::Frame& frame, std::vector<platform::Descriptor> descriptors);
  Result<plugin_seam::Outcome> sheet(BytesView content);
  Result<plugin_seam::Outcome> rows(BytesView content);
  Result<plugin_seam::Outcome> end();

 private:
  const sr_exporter_v1& table_;
  Answers& answers_;
  std::unique_ptr<OutputFile> output_;
  std::optional<plugin_seam::SharedRegion> region_;
  sr_export* export_ = nullptr;
  std::size_t columns_ = 0;
  Bytes copied_;
  std::vector<sr_cell> cells_;
};

}  // namespace strongroom::runner
