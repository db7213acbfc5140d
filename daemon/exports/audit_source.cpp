#include "daemon/exports/audit_source.h"

#include <algorithm>
#include <deque>
#include <future>

namespace strongroom::exports {
namespace {

using protocol::audit::Decision;
using protocol::audit::Event;

Cell text_of(const std::optional<std::string>& text) {
  return text ? Cell::of_text(*text) : Cell{};
}

Cell number_of(const std::optional<std::int64_t>& number) {
  return number ? Cell::of_integer(*number) : Cell{};
}

class AuditSource final : public Source {
 public:
  AuditSource(audit::AuditService& audit, protocol::audit::ListRequest filter, audit::AuditService::Span span)
      : audit_(audit), filter_(std::move(filter)), first_(span.first), end_(span.end) {}

  const Sheet& sheet() const override { return sheet_; }

  std::optional<std::uint64_t> total() const override { return end_ - first_; }

  // While the rows of one block are handed over, the next ones are opened: that takes longer than all else.
  Result<bool> next(const RowTaker& take) override {
    while (ahead_.size() < k_ahead && next_ < end_) {
      ahead_.push_back(read_ahead(next_));
      next_ = std::min(next_ + k_block, end_);
    }
    if (ahead_.empty()) return false;
    auto block = ahead_.front().get();
    ahead_.pop_front();
    STRONGROOM_ASSIGN(const std::vector<Event> events, std::move(block));
    for (const Event& event : events) STRONGROOM_CHECK(put(event, take));
    return !ahead_.empty() || next_ < end_;
  }

 private:
  using Block = Result<std::vector<Event>>;

  static constexpr std::uint64_t k_block = 2048;
  static constexpr std::size_t k_ahead = 2;

  std::future<Block> read_ahead(std::uint64_t from) {
    return std::async(std::launch::async,
                      [this, from] { return audit_.read_events(filter_, from, std::min(from + k_block, end_)); });
  }

  Status put(const Event& event, const RowTaker& take) {
    constexpr std::int64_t k_ns_of_ms = 1'000'000;
    join_paths(event);
    const std::int64_t time_ms = event.time_ns ? *event.time_ns / k_ns_of_ms : event.time_s * 1000;
    const Cell decision =
        event.decision ? Cell::of_text(*event.decision == Decision::denied ? "denied" : "allowed") : Cell{};
    const Cell cells[] = {Cell::of_integer(event.seq),
                          Cell::of_time(time_ms),
                          text_of(event.actor),
                          text_of(event.action),
                          paths_.empty() ? Cell{} : Cell::of_text(paths_),
                          decision,
                          text_of(event.result),
                          text_of(event.reason),
                          text_of(event.client),
                          text_of(event.phase),
                          text_of(event.detail),
                          number_of(event.count),
                          number_of(event.uid),
                          number_of(event.pid),
                          number_of(event.session),
                          number_of(event.request),
                          number_of(event.intent),
                          number_of(event.generation),
                          Cell::of_integer(event.epoch),
                          Cell::of_text(event.type)};
    return take(cells);
  }

  // A line each, as many as fit a cell of a spreadsheet; behind them how many there are more.
  void join_paths(const Event& event) {
    constexpr std::size_t k_most = 32'000;
    paths_.clear();
    if (!event.paths) return;
    for (std::size_t i = 0; i < event.paths->size(); ++i) {
      const std::string& path = (*event.paths)[i];
      if (paths_.size() + path.size() > k_most) {
        paths_.append("\n... and ").append(std::to_string(event.paths->size() - i)).append(" more");
        return;
      }
      paths_.append(paths_.empty() ? "" : "\n").append(path);
    }
  }

  audit::AuditService& audit_;
  protocol::audit::ListRequest filter_;
  const std::uint64_t first_;
  const std::uint64_t end_;
  std::uint64_t next_ = first_;
  std::string paths_;
  const Sheet sheet_{"events",
                     "Events",
                     {{"seq", "Number", CellType::integer, 10},     {"time", "Time (UTC)", CellType::time, 24},
                      {"actor", "Actor", CellType::text, 12},       {"action", "Action", CellType::text, 20},
                      {"paths", "About", CellType::text, 40},       {"decision", "Decision", CellType::text, 9},
                      {"result", "Result", CellType::text, 16},     {"reason", "Reason", CellType::text, 30},
                      {"client", "Client", CellType::text, 14},     {"phase", "Phase", CellType::text, 10},
                      {"detail", "Detail", CellType::text, 40},     {"count", "Stands for", CellType::integer, 8},
                      {"uid", "User id", CellType::integer, 8},     {"pid", "Process", CellType::integer, 8},
                      {"session", "Session", CellType::integer, 8}, {"request", "Request", CellType::integer, 10},
                      {"intent", "Intent", CellType::integer, 10},  {"generation", "Generation", CellType::integer, 10},
                      {"epoch", "Epoch", CellType::integer, 8},     {"type", "Type", CellType::text, 8}}};
  std::deque<std::future<Block>> ahead_;  // last: what they run uses the rest
};

}  // namespace

Result<std::unique_ptr<Source>> audit_source(audit::AuditService& audit, protocol::audit::ListRequest filter) {
  STRONGROOM_ASSIGN(const auto span, audit.present());
  return std::make_unique<AuditSource>(audit, std::move(filter), span);
}

}  // namespace strongroom::exports
