// The adapter between exports::Exporter and a strongroom.exporter/1 plugin in a process of its own.
#pragma once

#include <memory>
#include <optional>

#include "daemon/exports/exporter.h"
#include "daemon/plugin_host/runner_process.h"
#include "daemon/plugin_seam/cells.h"
#include "daemon/plugin_seam/shared_region.h"

namespace strongroom::plugin_host {

class ExporterV1 final : public exports::Exporter {
 public:
  // In a process that has loaded the plugin. Errors: those of exports::Exporter.
  static Result<std::unique_ptr<ExporterV1>> begin(std::unique_ptr<RunnerProcess> process, const exports::Begin& wanted,
                                                   const std::map<std::string, std::string>& settings,
                                                   const Deadlines& deadlines);

  Status sheet(const exports::Sheet& sheet) override;
  Status row(std::span<const exports::Cell> cells) override;
  Status end() override;

 private:
  ExporterV1(std::unique_ptr<RunnerProcess> process, plugin_seam::SharedRegion region, const Deadlines& deadlines);
  template <class Work>
  Status remembering(Work&& work);
  Status check_texts(std::span<const exports::Cell> cells) const;
  bool put(std::span<const exports::Cell> cells);
  Status flush();
  Status take_slot();
  Status take_answer(std::chrono::milliseconds deadline, bool& done);
  Status finish(std::chrono::milliseconds deadline);

  std::unique_ptr<RunnerProcess> process_;
  plugin_seam::SharedRegion region_;
  Deadlines deadlines_;
  std::vector<std::uint32_t> free_;  // slots
  std::uint32_t slot_ = 0;
  std::optional<plugin_seam::CellWriter> writer_;  // of slot_
  std::vector<exports::Column> columns_;
  std::optional<Error> failure_;
};

}  // namespace strongroom::plugin_host
