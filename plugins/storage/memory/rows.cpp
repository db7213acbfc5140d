#include "plugins/storage/memory/rows.h"

#include <algorithm>
#include <mutex>

namespace strongroom::memory {

std::uint64_t Rows::begin_read() {
  const std::lock_guard lock(mutex_);
  readers_.insert(now_);
  return now_;
}

void Rows::end_read(std::uint64_t time) {
  const std::lock_guard lock(mutex_);
  readers_.erase(readers_.find(time));
  // A running write keeps its undo log, which prune does not touch: it only drops what lies before now_.
  if (readers_.empty()) prune();
}

const Rows::Change* Rows::at(const History& history, std::uint64_t time) {
  const auto after = std::upper_bound(history.begin(), history.end(), time,
                                      [](std::uint64_t t, const Change& change) { return t < change.time; });
  return after == history.begin() ? nullptr : &*std::prev(after);
}

std::optional<Row> Rows::find(const RowId& id, std::uint64_t time) const {
  const std::shared_lock lock(mutex_);
  const auto found = rows_.find(id);
  if (found == rows_.end()) return std::nullopt;
  const Change* change = at(found->second, time);
  return change == nullptr ? std::nullopt : change->row;
}

std::vector<FoundRow> Rows::select(const Selection& s, std::uint64_t time, std::size_t count) const {
  std::vector<FoundRow> out;
  if (s.end && *s.end <= s.first) return out;
  const std::shared_lock lock(mutex_);
  const auto in_place = [&](const RowId& id) { return std::get<0>(id) == s.collection && std::get<1>(id) == s.scope; };
  auto from = rows_.lower_bound({s.collection, s.scope, s.first});
  // No key is longer than 256 bytes, so 257 of the greatest byte lie behind all of them.
  auto to = rows_.lower_bound({s.collection, s.scope, s.end.value_or(std::string(257, '\xff'))});
  while (from != to && out.size() < count) {
    const auto row = s.reverse ? --to : from++;
    if (!in_place(row->first)) break;
    const Change* change = at(row->second, time);
    if (change != nullptr && change->row) out.push_back({std::get<2>(row->first), *change->row});
  }
  return out;
}

bool Rows::begin_write() {
  const std::lock_guard lock(mutex_);
  return !std::exchange(writing_, true);
}

std::uint64_t Rows::writer_time() const {
  const std::shared_lock lock(mutex_);
  return now_ + 1;
}

void Rows::write(const RowId& id, std::optional<Row> row) {
  const std::lock_guard lock(mutex_);
  undo_.reserve(undo_.size() + 1);
  History& history = rows_[id];
  const std::uint64_t time = now_ + 1;
  if (!history.empty() && history.back().time == time) {
    undo_.push_back({id, std::exchange(history.back(), Change{time, std::move(row)})});
    return;
  }
  history.push_back({time, std::move(row)});
  undo_.push_back({id, std::nullopt});
}

void Rows::undo_to(std::size_t written) {
  const std::lock_guard lock(mutex_);
  for (; undo_.size() > written; undo_.pop_back()) {
    Undo& undo = undo_.back();
    const auto found = rows_.find(undo.id);
    if (undo.before)
      found->second.back() = *std::move(undo.before);
    else
      found->second.pop_back();
    if (found->second.empty()) rows_.erase(found);
  }
}

void Rows::commit(std::uint64_t mark) {
  const std::lock_guard lock(mutex_);
  for (const Undo& undo : undo_) {
    if (undo.before) continue;  // counted at the first change of the row in this write
    const History& history = rows_.find(undo.id)->second;
    const Change* before = at(history, now_);
    if (before != nullptr && before->row) --live_;
    if (history.back().row) ++live_;
    prunable_.insert(undo.id);
  }
  undo_.clear();
  ++now_;
  mark_ = mark;
  prune();
}

void Rows::end_write() {
  const std::lock_guard lock(mutex_);
  writing_ = false;
}

// Drops changes that no snapshot from the oldest reader's on can see.
void Rows::prune() {
  const std::uint64_t oldest = readers_.empty() ? now_ : *readers_.begin();
  std::erase_if(prunable_, [&](const RowId& id) {
    const auto found = rows_.find(id);
    if (found == rows_.end()) return true;
    History& history = found->second;
    const Change* seen = at(history, oldest);
    if (seen != nullptr) history.erase(history.begin(), history.begin() + (seen - history.data()));
    if (history.size() == 1 && !history.front().row && history.front().time <= oldest) history.clear();
    const bool clean = history.empty() || (history.size() == 1 && history.front().row);
    if (history.empty()) rows_.erase(found);
    return clean;
  });
}

std::uint64_t Rows::size() const {
  const std::shared_lock lock(mutex_);
  return live_;
}

std::uint64_t Rows::mark() const {
  const std::shared_lock lock(mutex_);
  return mark_;
}

}  // namespace strongroom::memory
