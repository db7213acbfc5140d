#include "daemon/plugin_host/exporter_v1.h"

#include <algorithm>

namespace strongroom::plugin_host {
namespace {

using exports::Cell;
using exports::CellType;
using plugin_seam::Call;

// While the plugin works on one slot, another waits and a third is filled.
constexpr std::uint32_t k_slots = 4;
constexpr std::uint32_t k_slot_size = 256 * 1024;

static_assert(static_cast<std::uint32_t>(CellType::time) == SR_CELL_TIME);

sr_cell abi_cell(const Cell& cell) {
  sr_cell out{};
  out.type = static_cast<std::uint32_t>(cell.type);
  out.integer = cell.number;
  out.real = cell.real;
  const BytesView text = as_bytes(cell.text);
  out.text = {text.data(), text.size()};
  return out;
}

}  // namespace

ExporterV1::ExporterV1(std::unique_ptr<RunnerProcess> process, plugin_seam::SharedRegion region,
                       const Deadlines& deadlines)
    : process_(std::move(process)), region_(std::move(region)), deadlines_(deadlines) {
  for (std::uint32_t slot = 0; slot < region_.slots(); ++slot) free_.push_back(slot);
}

Result<std::unique_ptr<ExporterV1>> ExporterV1::begin(std::unique_ptr<RunnerProcess> process,
                                                      const exports::Begin& wanted,
                                                      const std::map<std::string, std::string>& settings,
                                                      const Deadlines& deadlines) {
  STRONGROOM_ASSIGN(auto region, plugin_seam::SharedRegion::create(k_slots, k_slot_size));
  const plugin_seam::ExportCall call{.settings = settings,
                                     .title = wanted.document.title,
                                     .subject = wanted.document.subject,
                                     .author = wanted.document.author,
                                     .created_ms = wanted.document.created_ms,
                                     .slots = k_slots,
                                     .slot_size = k_slot_size};
  const int descriptors[] = {wanted.output, region.descriptor()};
  STRONGROOM_CHECK(process->send(Call::begin_export, plugin_seam::encode(call), descriptors, deadlines.call));
  std::unique_ptr<ExporterV1> made(new ExporterV1(std::move(process), std::move(region), deadlines));
  STRONGROOM_CHECK(made->finish(deadlines.call));
  return made;
}

template <class Work>
Status ExporterV1::remembering(Work&& work) {
  if (failure_) return *failure_;
  Status status = work();
  if (!status) failure_ = status.error();
  return status;
}

Status ExporterV1::sheet(const exports::Sheet& sheet) {
  return remembering([&]() -> Status {
    STRONGROOM_CHECK(flush());
    plugin_seam::SheetCall call{sheet.name, sheet.title, {}};
    for (const auto& column : sheet.columns)
      call.columns.push_back({column.name, column.title, static_cast<std::uint32_t>(column.type), column.width});
    columns_ = sheet.columns;
    STRONGROOM_CHECK(process_->send(Call::sheet, plugin_seam::encode(call), {}, deadlines_.call));
    return finish(deadlines_.call);
  });
}

Status ExporterV1::row(std::span<const Cell> cells) {
  return remembering([&]() -> Status {
    if (cells.size() != columns_.size()) return make_error(ErrorCode::internal, "a row has another number of cells");
    STRONGROOM_CHECK(check_texts(cells));
    if (!writer_) STRONGROOM_CHECK(take_slot());
    if (writer_->rows() < SR_EXPORT_MAX_ROWS && put(cells)) return {};
    STRONGROOM_CHECK(flush());
    STRONGROOM_CHECK(take_slot());
    if (put(cells)) return {};
    return make_error(ErrorCode::too_large, "a row is longer than 256 KiB");
  });
}

Status ExporterV1::check_texts(std::span<const Cell> cells) const {
  for (std::size_t i = 0; i < cells.size(); ++i)
    if (cells[i].text.size() > SR_EXPORT_MAX_TEXT)
      return make_error(ErrorCode::too_large, "a text in the column '" + columns_[i].name + "' is longer than 64 KiB");
  return {};
}

bool ExporterV1::put(std::span<const Cell> cells) {
  for (const Cell& cell : cells) {
    if (writer_->cell(abi_cell(cell))) continue;
    writer_->undo_row();
    return false;
  }
  writer_->end_row();
  return true;
}

// Hands over what the present slot holds.
Status ExporterV1::flush() {
  if (!writer_) return {};
  const plugin_seam::RowsCall call{slot_, static_cast<std::uint32_t>(writer_->used()), writer_->rows()};
  writer_.reset();
  if (call.rows == 0) {
    free_.push_back(call.slot);
    return {};
  }
  return process_->send(Call::rows, plugin_seam::encode(call), {}, deadlines_.call);
}

Status ExporterV1::take_slot() {
  while (free_.empty()) {
    bool done = false;
    STRONGROOM_CHECK(take_answer(deadlines_.call, done));
    if (done) return make_error(ErrorCode::plugin_unavailable, "the plugin's process answers out of turn");
  }
  slot_ = free_.back();
  free_.pop_back();
  writer_.emplace(region_.slot(slot_));
  return {};
}

// A slot that is free again, or the outcome of a call, which is an error here when it is one there.
Status ExporterV1::take_answer(std::chrono::milliseconds deadline, bool& done) {
  STRONGROOM_ASSIGN(const auto answer, process_->receive(deadline));
  if (answer.piece) return make_error(ErrorCode::plugin_unavailable, "the plugin's process answers out of turn");
  if (!answer.taken) {
    done = true;
    if (answer.outcome.status == SR_OK) return {};
    return error_of(answer.outcome.status, answer.outcome.sentence);
  }
  const bool known = *answer.taken < region_.slots() && std::ranges::find(free_, *answer.taken) == free_.end();
  if (!known) return make_error(ErrorCode::plugin_unavailable, "the plugin's process gives back what it has not");
  free_.push_back(*answer.taken);
  return {};
}

Status ExporterV1::finish(std::chrono::milliseconds deadline) {
  for (bool done = false; !done;) STRONGROOM_CHECK(take_answer(deadline, done));
  return {};
}

Status ExporterV1::end() {
  return remembering([&]() -> Status {
    STRONGROOM_CHECK(flush());
    STRONGROOM_CHECK(process_->send(Call::end_export, {}, {}, deadlines_.call));
    return finish(deadlines_.end);
  });
}

}  // namespace strongroom::plugin_host
