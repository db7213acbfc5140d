// A service for tests of the transport: answers of any size, calls that do not end by themselves, and a stream.
#pragma once

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <strongroom/base/completion.h>
#include <strongroom/protocol/method.h>

#include "daemon/ipc/dispatcher.h"
#include "tests/support/eventually.h"

namespace strongroom::ipc::feed {

using protocol::Field;
using protocol::MethodInfo;

struct Size {
  std::int64_t size = 0;

  static constexpr auto fields() { return std::tuple{Field<&Size::size>{"size", "Length of the answer."}}; }
};

struct Text {
  std::string text;

  static constexpr auto fields() { return std::tuple{Field<&Text::text>{"text", "Some text."}}; }
};

struct Fetch {
  using Request = Size;
  using Response = Text;
  static constexpr MethodInfo info{.name = "Fetch", .documentation = "Answers at once."};
};

struct Hold {
  using Request = Size;
  using Response = Text;
  static constexpr MethodInfo info{.name = "Hold", .documentation = "Answers when the test says so."};
};

struct Watch {
  using Request = Size;
  using Response = Text;
  static constexpr MethodInfo info{
      .name = "Watch", .documentation = "Streams.", .streaming = protocol::Streaming::optional};
};

inline constexpr std::string_view interface = "io.strongroom.test.Feed";
using Methods = protocol::MethodList<Fetch, Hold, Watch>;

template <class M>
  requires protocol::in_list_v<M, Methods>
constexpr std::string_view interface_of(M) {
  return interface;
}

// Thread-safe.
class Service {
 public:
  Result<Text> handle(Fetch, Size&& request);
  void handle(Hold, Size&& request, Completion<Text> completion);
  void handle(Watch, Size&& request, Completion<Text> completion, Stream<Text> stream);

  // Sends to every watcher; returns how many are still there.
  std::size_t publish(const std::string& text);
  // Ends what is held and every stream.
  void finish();

  std::size_t held() const;
  std::size_t watchers() const;

  std::size_t ended() const { return ended_; }

 private:
  struct Watcher {
    Completion<Text> last;
    Stream<Text> stream;
  };

  mutable std::mutex mutex_;
  std::vector<Completion<Text>> held_;
  std::vector<Watcher> watchers_;
  std::atomic<std::size_t> ended_ = 0;
};

void bind_feed(Dispatcher& dispatcher, Service& service);

using tests::eventually;

}  // namespace strongroom::ipc::feed
