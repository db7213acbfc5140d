// strongroom-witness submit: the daemon's way to a witness.
#include <gtest/gtest.h>

#include <thread>

#include "tests/integration/witness/witness_house.h"

namespace strongroom::tests {
namespace {

TEST(Submit, PrintsStatusAndAnswer) {
  WitnessHouse house;
  house.start();
  const evidence::SampleLog log(9);
  const auto request = growth(log, 0, 5);
  const Outcome cosigned = house.run({"submit", house.url()}, request.text());
  ASSERT_EQ(cosigned.exit_code, 0) << cosigned.errors;
  ASSERT_TRUE(cosigned.output.starts_with("200\n")) << cosigned.output;
  EXPECT_TRUE(house.cosigned(request.checkpoint, cosigned.output.substr(4)));
  // A slash behind the URL is no other place.
  const Outcome stale = house.run({"submit", house.url() + "/"}, growth(log, 0, 9).text());
  EXPECT_EQ(stale.exit_code, 0);
  EXPECT_EQ(stale.output, "409\n5\n");
}

TEST(Submit, GoesNowhereButToTheWeb) {
  for (const std::string url : {"", "localhost", "file:///etc/passwd", "ftp://localhost/", "http://",
                                "https://u:p@host", "http://host/?q=1", "http://host:99999"}) {
    const Outcome outcome = WitnessHouse::run({"submit", url}, "old 0\n");
    EXPECT_EQ(outcome.exit_code, 2) << url << outcome.errors;
    EXPECT_EQ(outcome.output, "");
  }
}

TEST(Submit, SaysWhenNobodyIsThere) {
  WitnessHouse house;
  house.start();
  house.kill();
  const Outcome outcome = house.run({"submit", house.url()}, "old 0\n");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_TRUE(outcome.errors.starts_with("strongroom-witness: the witness cannot be reached")) << outcome.errors;
}

// A port on which somebody answers `answer`, or listens and says nothing when it is empty.
class Listener {
 public:
  explicit Listener(std::string answer) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(socket_, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(socket_, 1) != 0 ||
        getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0)
      throw std::runtime_error("no socket");
    port_ = ntohs(address.sin_port);
    if (!answer.empty()) answering_ = std::jthread([this, text = std::move(answer)] { answer_once(text); });
  }

  ~Listener() { close(socket_); }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  void answer_once(const std::string& text) const {
    const int peer = accept(socket_, nullptr, nullptr);
    char request[4096];
    (void)!recv(peer, request, sizeof request, 0);
    (void)!::send(peer, text.data(), text.size(), MSG_NOSIGNAL);
    close(peer);
  }

  int socket_;
  int port_ = 0;
  std::jthread answering_;
};

TEST(Submit, WaitsTenSecondsAndNoLonger) {
  const Listener silent("");
  const auto begin = std::chrono::steady_clock::now();
  const Outcome outcome = WitnessHouse::run({"submit", silent.url()}, "old 0\n");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_FALSE(outcome.errors.empty());
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(15));
}

TEST(Submit, TakesNoAnswerThatIsTooLong) {
  const Listener talkative("HTTP/1.1 200 OK\r\nContent-Length: 70000\r\n\r\n" + std::string(70'000, 'x'));
  const Outcome outcome = WitnessHouse::run({"submit", talkative.url()}, "old 0\n");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_EQ(outcome.errors, "strongroom-witness: the witness's answer is longer than 64 KiB\n");
}

TEST(Submit, FollowsNobodyElsewhere) {
  const Listener elsewhere("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
  EXPECT_EQ(WitnessHouse::run({"submit", elsewhere.url()}, "old 0\n").output, "302\n");
}

TEST(Submit, SendsNoMoreThanARequestMayHave) {
  EXPECT_EQ(WitnessHouse::run({"submit", "http://127.0.0.1:1"}, std::string(65'537, 'x')).errors,
            "strongroom-witness: the request is longer than 64 KiB\n");
}

// An https server whose certificate is for "localhost" and signed by itself.
class HttpsServer {
 public:
  HttpsServer() {
    Process make({"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
                  "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", file("key"),
                  "-out", certificate()});
    if (const Outcome made = make.wait(); made.exit_code != 0) throw std::runtime_error(made.errors);
    serving_ =
        std::make_unique<Process>(std::vector<std::string>{"/bin/sh", "-c", "exec python3 \"$0\" \"$1\" \"$2\" >\"$3\"",
                                                           HTTPS_SERVER, certificate(), file("key"), file("port")});
    if (!eventually([&] {
          std::ifstream in(file("port"));
          return static_cast<bool>(std::getline(in, port_)) && !in.eof();
        }))
      throw std::runtime_error("the server does not listen");
  }

  std::string certificate() const { return file("certificate"); }

  std::string url(const std::string& host) const { return "https://" + host + ":" + port_; }

 private:
  std::string file(const std::string& name) const { return (folder_.path() / name).string(); }

  TemporaryFolder folder_;
  std::unique_ptr<Process> serving_;
  std::string port_;
};

TEST(SubmitOverTls, BelievesCertificatesOfTheSystemForTheirHostOnly) {
  const HttpsServer server;
  const std::vector<std::string> trusting{"SSL_CERT_FILE=" + server.certificate()};
  const Outcome trusted = WitnessHouse::run({"submit", server.url("localhost")}, "old 0\n", trusting);
  EXPECT_EQ(trusted.output, "200\nold 0\n") << trusted.errors;
  const Outcome other_host = WitnessHouse::run({"submit", server.url("127.0.0.1")}, "old 0\n", trusting);
  EXPECT_EQ(other_host.exit_code, 1);
  EXPECT_EQ(other_host.output, "");
  EXPECT_TRUE(other_host.errors.starts_with("strongroom-witness: the witness did not prove who it is"))
      << other_host.errors;
  const Outcome unknown = WitnessHouse::run({"submit", server.url("localhost")}, "old 0\n", {"HOME=/"});
  EXPECT_EQ(unknown.exit_code, 1);
  EXPECT_EQ(unknown.output, "");
  EXPECT_TRUE(unknown.errors.starts_with("strongroom-witness: the witness did not prove who it is")) << unknown.errors;
}

}  // namespace
}  // namespace strongroom::tests
