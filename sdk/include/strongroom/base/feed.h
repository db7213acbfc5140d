// Who follows a kind of event, and telling them.
#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include <strongroom/base/completion.h>

namespace strongroom {

// Thread-safe. Events reach a follower in the order of publish() when those calls are ordered themselves. A follower
// that went away or was dropped is forgotten at once. The feed may go before its followers' streams do.
template <class T>
class Feed {
 public:
  using Filter = std::function<bool(const T&)>;

  // Every event costs its publisher something for each follower.
  static constexpr std::size_t k_most = 128;

  // From now on `stream` gets `first` and then each event that passes `wants` (all when empty). `last` ends it; at
  // once, with `busy`, when k_most follow already.
  void add(Completion<T> last, Stream<T> stream, const T& first, Filter wants = {}) {
    auto follower = std::make_shared<Follower>(Follower{std::move(last), std::move(stream), std::move(wants)});
    std::optional<Error> refusal;
    {
      const std::lock_guard guard(state_->mutex);
      refusal = state_->refusal();
      if (!refusal && !follower->stream.send(first)) return;
      if (!refusal) state_->followers.push_back(follower);
      state_->count = state_->followers.size();
    }
    if (refusal) return follower->last(*refusal);
    follower->stream.on_end([state = std::weak_ptr<State>(state_), weak = std::weak_ptr<Follower>(follower)] {
      if (const auto alive = state.lock()) alive->forget(weak.lock());
    });
  }

  bool followed() const noexcept { return state_->count > 0; }

  void publish(const T& event) {
    if (!followed()) return;
    for (const auto& follower : state_->all())
      if ((!follower->wants || follower->wants(event)) && !follower->stream.send(event)) state_->forget(follower);
  }

  // Tells all followers why it is over, and whoever comes until it is opened again.
  void close(const Error& error) {
    for (const auto& follower : state_->take(error)) follower->last(error);
  }

  void open() {
    const std::lock_guard guard(state_->mutex);
    state_->closed.reset();
  }

 private:
  struct Follower {
    Completion<T> last;
    Stream<T> stream;
    Filter wants;
  };

  using Followers = std::vector<std::shared_ptr<Follower>>;

  struct State {
    std::mutex mutex;
    Followers followers;
    std::atomic<std::size_t> count = 0;
    std::optional<Error> closed;

    Followers all() {
      const std::lock_guard guard(mutex);
      return followers;
    }

    // Under the mutex.
    std::optional<Error> refusal() const {
      if (closed || followers.size() < k_most) return closed;
      return make_error(ErrorCode::busy, "too many follow already", "followers");
    }

    Followers take(const Error& error) {
      const std::lock_guard guard(mutex);
      closed = error;
      count = 0;
      return std::exchange(followers, {});
    }

    // What a follower holds is released outside the lock.
    void forget(const std::shared_ptr<Follower>& follower) {
      const std::lock_guard guard(mutex);
      std::erase(followers, follower);
      count = followers.size();
    }
  };

  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace strongroom
