// Any bytes, in any pieces, to a real server: whole messages of JSON come back, the connection ends when we end ours,
// and the next client is served.
//
// Input: a byte from which the pieces follow (0: one piece), then what is sent.
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <string>

#include <strongroom/protocol/json.h>
#include <strongroom/protocol/method.h>

#include "daemon/ipc/bind.h"
#include "tests/support/raw_socket.h"
#include "tests/support/test_server.h"

using namespace strongroom;

namespace echo {

struct Text {
  std::string text;

  static constexpr auto fields() { return std::tuple{protocol::Field<&Text::text>{"text", "Comes back."}}; }
};

struct Echo {
  using Request = Text;
  using Response = Text;
  static constexpr protocol::MethodInfo info{.name = "Echo", .documentation = "Answers with the same text."};
};

using Methods = protocol::MethodList<Echo>;
constexpr std::string_view interface = "io.strongroom.test.Echo";

template <class M>
  requires protocol::in_list_v<M, Methods>
constexpr std::string_view interface_of(M) {
  return interface;
}

struct Service {
  void handle(Echo, Text&& request, Completion<Text> completion) const { completion(std::move(request)); }
};

}  // namespace echo

namespace {

tests::TestServer& server() {
  static echo::Service service;
  static tests::TestServer made([](ipc::Dispatcher& dispatcher) {
    ipc::bind(dispatcher, echo::interface, echo::Methods{}, service, ipc::Ordering::pipelined);
  });
  return made;
}

class Pieces {
 public:
  explicit Pieces(unsigned seed) : seed_(seed) {}

  std::size_t next(std::size_t left) {
    if (seed_ == 0) return left;
    state_ = state_ * 1103515245U + 12345U + seed_;
    const std::size_t longest = seed_ % 2 == 0 ? 8 : 600;
    return std::min<std::size_t>(left, 1 + (state_ >> 16) % longest);
  }

 private:
  unsigned seed_;
  unsigned state_ = 1;
};

// False at the end, which may be a reset when the server did not want the rest.
bool receive_some(int socket, std::string& answers) {
  char text[65536];
  const ssize_t n = recv(socket, text, sizeof text, MSG_DONTWAIT);
  if (n > 0) answers.append(text, static_cast<std::size_t>(n));
  return n > 0 || (n < 0 && (errno == EAGAIN || errno == EINTR));
}

// Sends and receives until the server ends the connection. What it does not do within the time, it never does.
std::string talk(tests::RawSocket& socket, std::string_view bytes, Pieces pieces) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(8);
  std::string answers;
  bool open = true;
  while (open) {
    pollfd watched{socket.descriptor(), static_cast<short>(bytes.empty() ? POLLIN : POLLIN | POLLOUT), 0};
    if (poll(&watched, 1, 1000) > 0 && (watched.revents & ~POLLOUT) != 0)
      open = receive_some(socket.descriptor(), answers);
    if (open && !bytes.empty() && (watched.revents & POLLOUT) != 0) {
      const ssize_t n = send(socket.descriptor(), bytes.data(), pieces.next(bytes.size()), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n));
      if (n < 0 && errno != EAGAIN && errno != EINTR) bytes = {};
      if (bytes.empty()) socket.shut_down_writing();
    }
    if (std::chrono::steady_clock::now() > until) std::abort();
  }
  return answers;
}

void expect_messages(std::string_view answers) {
  protocol::JsonDocument document;
  while (!answers.empty()) {
    const auto end = answers.find('\0');
    if (end == std::string_view::npos) std::abort();
    if (!document.parse(answers.substr(0, end)) || document.root().kind() != protocol::JsonKind::object) std::abort();
    answers.remove_prefix(end + 1);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size < 2) return 0;
  {
    tests::RawSocket socket(server().socket());
    expect_messages(talk(socket, as_text({data + 1, size - 1}), Pieces(data[0])));
  }
  tests::RawSocket next(server().socket());
  if (!next.send_message(R"({"method":"org.varlink.service.GetInfo"})")) std::abort();
  const auto answer = next.receive();
  if (!answer || answer->find("https://strongroom.example/") == std::string::npos) std::abort();
  return 0;
}
