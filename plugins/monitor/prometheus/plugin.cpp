// Metrics for Prometheus and whatever else reads its format, over sockets that the daemon has opened.
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <chrono>
#include <thread>

#include <strongroom/plugin/monitor.h>

#include "plugins/monitor/prometheus/exposition.h"

namespace {

using namespace strongroom;
using namespace strongroom::plugin;

constexpr std::size_t k_longest_request = 8192;

int number_of(const std::string& text) {
  int number = -1;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

// A whole exchange has this long: whoever is slower keeps the others waiting no longer.
constexpr std::chrono::seconds k_patience(2);

using Clock = std::chrono::steady_clock;

bool ready(int socket, short events, Clock::time_point until) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(until - Clock::now()).count();
  pollfd wanted{socket, events, 0};
  return left > 0 && poll(&wanted, 1, static_cast<int>(left)) > 0;
}

// The head of a request, or what came of it in time.
std::string read_head(int socket, Clock::time_point until) {
  std::string head;
  char piece[1024];
  while (head.size() < k_longest_request && head.find("\r\n\r\n") == std::string::npos &&
         ready(socket, POLLIN, until)) {
    const ssize_t n = recv(socket, piece, sizeof piece, MSG_DONTWAIT);
    if (n <= 0) break;
    head.append(piece, static_cast<std::size_t>(n));
  }
  return head;
}

void send_all(int socket, std::string_view text, Clock::time_point until) {
  while (!text.empty() && ready(socket, POLLOUT, until)) {
    const ssize_t n = send(socket, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno == EAGAIN) continue;
    if (n <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

std::string answer_to(const std::string& head, const prometheus::Exposition& exposition) {
  const std::string line = head.substr(0, head.find("\r\n"));
  const bool good = line.starts_with("GET /metrics ") || line.starts_with("GET /metrics?");
  const std::string body = good ? exposition.text() : "the metrics are at /metrics\n";
  return std::string("HTTP/1.0 ") + (good ? "200 OK" : "404 Not Found") +
         "\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body;
}

// One reader after the other: a scrape takes a millisecond.
void serve(int listening, std::shared_ptr<const prometheus::Exposition> exposition) {
  for (;;) {
    const int socket = accept4(listening, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) {
      if (errno == EBADF || errno == EINVAL) return;
      // No descriptors or no memory just now: it gets better, and nobody else would try again.
      if (errno != EINTR && errno != ECONNABORTED) std::this_thread::sleep_for(std::chrono::milliseconds(100));
      continue;
    }
    const auto until = Clock::now() + k_patience;
    const std::string head = read_head(socket, until);
    if (!head.empty()) send_all(socket, answer_to(head, *exposition), until);
    close(socket);
  }
}

class Prometheus final : public Monitor {
 public:
  static constexpr const char* k_id = "io.strongroom.monitor.prometheus";
  static constexpr const char* k_name = "Prometheus";
  static constexpr const char* k_version = "1.0.0";

  static Result<std::unique_ptr<Monitor>> open(const Settings& settings, const Host&) {
    STRONGROOM_CHECK(settings.only({"listen", "listen_port"}));
    STRONGROOM_ASSIGN(const std::string socket, settings.get("listen"));
    auto made = std::make_unique<Prometheus>();
    // They end with the process.
    std::thread(serve, number_of(socket), made->exposition_).detach();
    if (const auto port = settings.find("listen_port"))
      std::thread(serve, number_of(*port), made->exposition_).detach();
    return made;
  }

  Status events(std::span<const Event> events, std::uint64_t lost) override {
    exposition_->count(events, lost);
    return {};
  }

  Status metrics(std::span<const Metric> metrics) override {
    exposition_->set(metrics);
    return {};
  }

 private:
  std::shared_ptr<prometheus::Exposition> exposition_ = std::make_shared<prometheus::Exposition>();
};

}  // namespace

STRONGROOM_PLUGIN(Prometheus)
