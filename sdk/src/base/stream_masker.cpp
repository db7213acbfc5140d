#include <strongroom/base/stream_masker.h>

#include <algorithm>

namespace strongroom {

StreamMasker::StreamMasker(std::shared_ptr<const MaskingPatterns> patterns) : patterns_(std::move(patterns)) {}

void StreamMasker::cover(Offset begin, Offset end) {
  begin = std::max(begin, settled_);
  if (begin >= end) return;
  while (!regions_.empty() && regions_.back().end >= begin) {
    begin = std::min(begin, regions_.back().begin);
    end = std::max(end, regions_.back().end);
    regions_.pop_back();
  }
  regions_.push_back({begin, end});
}

void StreamMasker::follow(Byte byte) {
  bool agreed = false;
  std::erase_if(following_, [&](Following& one) {
    if (one.rest.front() != byte) return true;
    agreed = true;
    one.rest = one.rest.subspan(1);
    return one.rest.empty();
  });
  if (agreed) cover(position_ - 1, position_);
}

void StreamMasker::step(Byte byte) {
  state_ = patterns_->next(state_, byte);
  ++position_;
  if (!following_.empty()) follow(byte);
  if (swallowing_) {
    swallowing_ = position_ - patterns_->depth(state_) == begun_;
    if (swallowing_) cover(position_ - 1, position_);
  }
  if (const std::size_t length = patterns_->match(state_); length != 0) {
    cover(position_ - length, position_);
    for (const BytesView rest : patterns_->tails(state_)) following_.push_back({rest});
  }
}

// A beginning that came to nothing leaves a shorter one most of the time, which the table of shifts dismisses faster
// than the automaton. Only bytes of this chunk can be looked at again, and so few that it costs no more than a
// constant.
bool StreamMasker::may_look_again(std::size_t at, std::size_t size) const noexcept {
  const std::size_t depth = patterns_->depth(state_);
  return depth < k_shortest_masked && depth <= at && at - depth + k_shortest_masked <= size && following_.empty() &&
         !swallowing_ && position_ - depth > looked_ && position_ - depth >= settled_ &&
         (regions_.empty() || regions_.back().end <= position_ - depth);
}

void StreamMasker::feed(BytesView chunk, WipedBytes& out) {
  chunk_at_ = position_;
  for (std::size_t at = 0; at < chunk.size();) {
    if (state_ == 0 && following_.empty() && !swallowing_) {
      at = patterns_->skip(chunk, at);
      position_ = chunk_at_ + at;
      looked_ = position_;
      if (at >= chunk.size()) break;
    }
    step(chunk[at++]);
    if (may_look_again(at, chunk.size())) {
      at -= patterns_->depth(state_);
      position_ = chunk_at_ + at;
      state_ = 0;
    }
  }
  settle(position_ - patterns_->depth(state_), chunk, out);
  keep_rest(chunk);
}

void StreamMasker::flush(WipedBytes& out) {
  chunk_at_ = position_;
  const std::size_t depth = patterns_->depth(state_);
  if (depth >= k_begun) {
    begun_ = position_ - depth;
    swallowing_ = true;
    cover(begun_, position_);
  }
  settle(position_, {}, out);
  wipe(held_.data(), held_.size());
  held_.clear();
}

// Gives out or masks everything before `until`, and regions that begin there to their end: what is masked stays so.
void StreamMasker::settle(Offset until, BytesView chunk, WipedBytes& out) {
  until = std::max(until, settled_);
  std::size_t done = 0;
  for (const Region& region : regions_) {
    if (region.begin > until) break;
    give_out(settled_, region.begin, chunk, out);
    if (!mask_is_last_) out.insert(out.end(), k_mask.begin(), k_mask.end());
    mask_is_last_ = true;
    settled_ = region.end;
    ++done;
  }
  regions_.erase(regions_.begin(), regions_.begin() + static_cast<std::ptrdiff_t>(done));
  give_out(settled_, until, chunk, out);
  settled_ = std::max(settled_, until);
}

void StreamMasker::give_out(Offset begin, Offset end, BytesView chunk, WipedBytes& out) {
  if (begin >= end) return;
  mask_is_last_ = false;
  if (begin < chunk_at_) {
    const Offset held_at = chunk_at_ - held_.size();
    const Offset until = std::min(end, chunk_at_);
    const auto from = held_.begin() + static_cast<std::ptrdiff_t>(begin - held_at);
    out.insert(out.end(), from, from + static_cast<std::ptrdiff_t>(until - begin));
    begin = until;
  }
  const BytesView part = chunk.subspan(begin - chunk_at_, end - begin);
  out.insert(out.end(), part.begin(), part.end());
}

void StreamMasker::keep_rest(BytesView chunk) {
  const Offset held_at = chunk_at_ - held_.size();
  const auto settled = static_cast<std::ptrdiff_t>(std::min<Offset>(settled_ - held_at, held_.size()));
  held_.erase(held_.begin(), held_.begin() + settled);
  const std::size_t from = settled_ > chunk_at_ ? settled_ - chunk_at_ : 0;
  held_.insert(held_.end(), chunk.begin() + static_cast<std::ptrdiff_t>(from), chunk.end());
  chunk_at_ = position_;
}

}  // namespace strongroom
