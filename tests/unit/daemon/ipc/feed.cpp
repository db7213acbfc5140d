#include "tests/unit/daemon/ipc/feed.h"

#include "daemon/ipc/bind.h"

namespace strongroom::ipc::feed {

Result<Text> Service::handle(Fetch, Size&& request) {
  return Text{std::string(static_cast<std::size_t>(request.size), 'x')};
}

void Service::handle(Hold, Size&&, Completion<Text> completion) {
  const std::lock_guard guard(mutex_);
  held_.push_back(std::move(completion));
}

void Service::handle(Watch, Size&&, Completion<Text> completion, Stream<Text> stream) {
  if (!stream.send) return completion(Text{"once"});
  stream.on_end([this] { ++ended_; });
  const std::lock_guard guard(mutex_);
  watchers_.push_back({std::move(completion), std::move(stream)});
}

std::size_t Service::publish(const std::string& text) {
  const std::lock_guard guard(mutex_);
  std::erase_if(watchers_, [&](const Watcher& watcher) { return !watcher.stream.send(Text{text}); });
  return watchers_.size();
}

void Service::finish() {
  const std::lock_guard guard(mutex_);
  for (auto& completion : held_) completion(Text{"held"});
  for (auto& watcher : watchers_) watcher.last(Text{"last"});
  held_.clear();
  watchers_.clear();
}

std::size_t Service::held() const {
  const std::lock_guard guard(mutex_);
  return held_.size();
}

std::size_t Service::watchers() const {
  const std::lock_guard guard(mutex_);
  return watchers_.size();
}

void bind_feed(Dispatcher& dispatcher, Service& service) {
  bind(dispatcher, interface, Methods{}, service, Ordering::pipelined);
}

}  // namespace strongroom::ipc::feed
