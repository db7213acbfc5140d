#include "daemon/ipc/drop_ledger.h"

#include <string>

namespace strongroom::ipc {

namespace {

constexpr std::chrono::seconds k_between_lines{1};

constexpr std::array<std::string_view, k_drop_reasons.size()> k_sentences = {
    "of another user",
    "over the limit of connections (limits.connections)",
    "whose bytes are no messages",
    "with a message that is too long (limits.message_bytes)",
    "that passed a descriptor",
    "whose message did not end in time (limits.half_message_seconds)",
    "with the oldest of too many unfinished messages (limits.half_message_bytes)",
    "that was idle for long (limits.idle_seconds)",
    "that did not read its answers (limits.unread_seconds)",
    "that did not read its stream (limits.unread_bytes)",
    "that had stalled longest while too many answers were unread (limits.unread_total_bytes)"};

}  // namespace

bool DropLedger::note(DropReason reason, Clock::time_point now) {
  const auto index = static_cast<std::size_t>(reason);
  const std::lock_guard guard(mutex_);
  ++counts_[index];
  if (now - said_[index] < k_between_lines) return true;
  say(index, now);
  return false;
}

void DropLedger::tell(Clock::time_point now) {
  const std::lock_guard guard(mutex_);
  for (std::size_t index = 0; index < counts_.size(); ++index)
    if (counts_[index] != reported_[index]) say(index, now);
}

void DropLedger::say(std::size_t reason, Clock::time_point now) {
  const auto many = counts_[reason] - reported_[reason];
  reported_[reason] = counts_[reason];
  said_[reason] = now;
  if (record_) record_(k_drop_reasons[reason], many);
  if (report_)
    report_("dropped " + std::to_string(many) + (many == 1 ? " client " : " clients ") +
            std::string(k_sentences[reason]) + ": " + std::string(k_drop_reasons[reason]));
}

Dropped DropLedger::counts() const {
  const std::lock_guard guard(mutex_);
  return counts_;
}

}  // namespace strongroom::ipc
