#include "daemon/log/ring.h"

#include <algorithm>

namespace strongroom::log {

namespace {

std::size_t size_of(const Entry& entry) {
  return entry.source.size() + entry.message.size();
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool contains(const std::string& text, const std::string& part) {
  return !std::ranges::search(text, part, {}, lower, lower).empty();
}

bool matches(const Entry& entry, const Wanted& wanted) {
  if (entry.id <= wanted.after.value_or(0) || entry.level < wanted.level) return false;
  return wanted.text.empty() || contains(entry.message, wanted.text) || contains(entry.source, wanted.text);
}

}  // namespace

void Ring::add(Entry entry) {
  const std::lock_guard guard(mutex_);
  entry.id = ++last_;
  bytes_ += size_of(entry);
  entries_.push_back(std::move(entry));
  while (entries_.size() > k_entries || (bytes_ > k_bytes && entries_.size() > 1)) {
    bytes_ -= size_of(entries_.front());
    entries_.pop_front();
  }
}

std::vector<Entry> Ring::find(const Wanted& wanted) const {
  std::vector<Entry> found;
  const std::lock_guard guard(mutex_);
  if (wanted.after) {
    for (auto entry = entries_.begin(); entry != entries_.end() && found.size() < wanted.most; ++entry)
      if (matches(*entry, wanted)) found.push_back(*entry);
    return found;
  }
  for (auto entry = entries_.rbegin(); entry != entries_.rend() && found.size() < wanted.most; ++entry)
    if (matches(*entry, wanted)) found.push_back(*entry);
  std::ranges::reverse(found);
  return found;
}

std::uint64_t Ring::last() const {
  const std::lock_guard guard(mutex_);
  return last_;
}

}  // namespace strongroom::log
