#include "daemon/monitoring/hub.h"

#include <unistd.h>

#include <algorithm>
#include <optional>

namespace strongroom::monitoring {
namespace {

constexpr std::int64_t k_ns_of_ms = 1'000'000;

Event redacted(const evidence::Event& event, std::uint64_t sequence) {
  Event out;
  out.sequence = sequence;
  out.time_ms = event.time_ns / k_ns_of_ms;
  out.count = event.count.value_or(1);
  out.request = event.request.value_or(0);
  out.uid = event.uid.value_or(geteuid());
  out.action = event.action;
  out.phase = evidence::name_of(event.phase);
  out.decision = evidence::name_of(event.decision);
  out.result = event.result;
  out.actor = event.actor;
  // As many as fit a text of the seam.
  constexpr std::size_t k_most = 64;
  for (std::size_t at = 0;
       at + evidence::k_object_size <= std::min(event.objects.size(), k_most * evidence::k_object_size);
       at += evidence::k_object_size)
    out.objects.append(at == 0 ? "" : " ").append(to_hex(event.objects.subspan(at, evidence::k_object_size)));
  return out;
}

}  // namespace

void Hub::refresh(const std::string& again) {
  const std::lock_guard one(refreshing_);
  const auto wanted = monitors_.enabled();
  if (!wanted) return;
  std::vector<std::shared_ptr<Watch>> ended;
  std::map<std::string, std::shared_ptr<Watch>> next;
  {
    const std::lock_guard guard(mutex_);
    next = watches_;
  }
  for (auto watch = next.begin(); watch != next.end();) {
    const bool stays = watch->first != again && std::ranges::find(*wanted, watch->first) != wanted->end();
    if (!stays) ended.push_back(watch->second);
    watch = stays ? std::next(watch) : next.erase(watch);
  }
  {
    const std::lock_guard guard(mutex_);
    watches_ = next;
  }
  ended.clear();
  for (const auto& id : *wanted) {
    if (next.contains(id)) continue;
    Watch::Ports ports{.open = [this, id](auto stopped) { return monitors_.open(id, std::move(stopped)); },
                       .measure = ports_.measure,
                       .report =
                           [this, id](std::string_view line) {
                             if (ports_.report) ports_.report("the monitor " + id + ": " + std::string(line));
                           }};
    next.emplace(id, std::make_shared<Watch>(std::move(ports)));
  }
  const std::lock_guard guard(mutex_);
  watches_ = std::move(next);
  any_ = !watches_.empty();
}

void Hub::stop() {
  const std::lock_guard one(refreshing_);
  any_ = false;
  std::map<std::string, std::shared_ptr<Watch>> ended;
  const std::lock_guard guard(mutex_);
  ended.swap(watches_);
}

void Hub::observe(const evidence::Event& event, std::uint64_t sequence) {
  if (!any_.load(std::memory_order_relaxed)) return;
  std::optional<Event> told;
  const std::lock_guard guard(mutex_);
  for (const auto& [id, watch] : watches_) {
    if (!watch->has_room()) continue;
    if (!told) told = redacted(event, sequence);
    watch->observe(*told);
  }
}

std::uint64_t Hub::lost() const {
  const std::lock_guard guard(mutex_);
  std::uint64_t all = 0;
  for (const auto& [id, watch] : watches_) all += watch->lost();
  return all;
}

}  // namespace strongroom::monitoring
