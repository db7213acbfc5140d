#include "daemon/runner/export_session.h"

#include <algorithm>

#include <strongroom/plugin/guard.h>

#include "daemon/plugin_seam/cells.h"
#include "daemon/runner/sentence.h"

namespace strongroom::runner {
namespace {

using plugin::to_abi;
using plugin_seam::Outcome;

Error out_of_turn() {
  return make_error(ErrorCode::malformed, "the daemon's call comes out of turn");
}

}  // namespace

Result<Outcome> ExportSession::begin(const plugin_seam::Frame& frame, std::vector<platform::Descriptor> descriptors) {
  if (export_ != nullptr || descriptors.size() != 2) return out_of_turn();
  STRONGROOM_ASSIGN(const auto call, plugin_seam::decode_export(frame.content));
  output_ = std::make_unique<OutputFile>(std::move(descriptors[0]), answers_);
  STRONGROOM_ASSIGN(region_, plugin_seam::SharedRegion::map(descriptors[1], call.slots, call.slot_size));
  std::vector<sr_setting> settings;
  for (const auto& [name, value] : call.settings)
    settings.push_back({to_abi(std::string_view(name)), to_abi(std::string_view(value))});
  const sr_export_config config{sizeof(sr_export_config),
                                static_cast<std::uint32_t>(settings.size()),
                                settings.data(),
                                to_abi(std::string_view(call.title)),
                                to_abi(std::string_view(call.subject)),
                                to_abi(std::string_view(call.author)),
                                call.created_ms};
  const Sentence said;
  const sr_status status = table_.begin(&config, &answers_.host(), &output_->sink(), &export_, said.sink());
  if (status != SR_OK) export_ = nullptr;
  if (status == SR_OK && export_ == nullptr)
    return Outcome{SR_FAILED, "the plugin began an export and gave no handle for it", {}};
  return said.outcome(status);
}

Result<Outcome> ExportSession::sheet(BytesView content) {
  if (export_ == nullptr) return out_of_turn();
  STRONGROOM_ASSIGN(const auto call, plugin_seam::decode_sheet(content));
  std::vector<sr_column> columns;
  for (const auto& column : call.columns)
    columns.push_back(
        {to_abi(std::string_view(column.name)), to_abi(std::string_view(column.title)), column.type, column.width});
  const sr_sheet sheet{sizeof(sr_sheet), static_cast<std::uint32_t>(columns.size()), columns.data(),
                       to_abi(std::string_view(call.name)), to_abi(std::string_view(call.title))};
  columns_ = columns.size();
  const Sentence said;
  return said.outcome(table_.sheet(export_, &sheet, said.sink()));
}

// The slot is copied before anything in it is believed, and free again at once.
Result<Outcome> ExportSession::rows(BytesView content) {
  if (export_ == nullptr) return out_of_turn();
  STRONGROOM_ASSIGN(const auto call, plugin_seam::decode_rows(content));
  if (call.slot >= region_->slots() || call.size > region_->slot_size()) return out_of_turn();
  const MutableBytes slot = region_->slot(call.slot);
  copied_.assign(slot.begin(), slot.begin() + static_cast<std::ptrdiff_t>(call.size));
  answers_.taken(call.slot);
  STRONGROOM_CHECK(plugin_seam::read_cells(copied_, call.rows, columns_, cells_));
  const Sentence said;
  return said.outcome(table_.rows(export_, cells_.data(), call.rows, said.sink()));
}

Result<Outcome> ExportSession::end() {
  if (export_ == nullptr) return out_of_turn();
  const Sentence said;
  return said.outcome(table_.end(std::exchange(export_, nullptr), said.sink()));
}

}  // namespace strongroom::runner
