// Metrics for Prometheus and whatever else reads its format, over sockets that the daemon has opened.
#include <sys/socket.h>
#include <unistd.h>

#include <charconv>
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

// The head of a request, or what came of it within a second.
std::string read_head(int socket) {
  const timeval second{1, 0};
  (void)setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &second, sizeof second);
  (void)setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &second, sizeof second);
  std::string head;
  char piece[1024];
  while (head.size() < k_longest_request && head.find("\r\n\r\n") == std::string::npos) {
    const ssize_t n = read(socket, piece, sizeof piece);
    if (n <= 0) break;
    head.append(piece, static_cast<std::size_t>(n));
  }
  return head;
}

void send_all(int socket, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = send(socket, text.data(), text.size(), MSG_NOSIGNAL);
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
      if (errno == EINTR || errno == ECONNABORTED) continue;
      return;
    }
    const std::string head = read_head(socket);
    if (!head.empty()) send_all(socket, answer_to(head, *exposition));
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
