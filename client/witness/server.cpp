#include "client/witness/server.h"

#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/ThreadPool.h>
#include <signal.h>

#include <chrono>
#include <cstdio>
#include <optional>

#include "client/witness/answer.h"

namespace strongroom::witness {
namespace {

namespace net = Poco::Net;

constexpr int k_threads = 16;
constexpr int k_waiting = 256;
constexpr int k_requests_a_connection = 1000;
constexpr int k_patience_s = 5;

// The body as far as it is bounded; nothing when it is longer or does not arrive in time.
std::optional<std::string> read_body(std::istream& in) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(k_patience_s);
  std::string body;
  char part[4096];
  while (in.peek() != std::istream::traits_type::eof()) {
    const std::streamsize n = in.readsome(part, sizeof part);
    body.append(part, static_cast<std::size_t>(n));
    if (body.size() > evidence::k_add_checkpoint_max || std::chrono::steady_clock::now() > until) return std::nullopt;
  }
  return body;
}

class Handler final : public net::HTTPRequestHandler {
 public:
  explicit Handler(const Witness& witness) : witness_(witness) {}

  void handleRequest(net::HTTPServerRequest& request, net::HTTPServerResponse& response) override {
    Answer made = refusal(500, "the witness could not do its work");
    bool was_read = false;
    try {
      made = answer_to(request, response, was_read);
    } catch (const Poco::TimeoutException&) {
      made = refusal(408, "the request did not arrive in time");
    }
    // What was not read would be taken for the next request.
    if (!was_read) response.setKeepAlive(false);
    response.setStatus(static_cast<net::HTTPResponse::HTTPStatus>(made.status));
    response.setReason(net::HTTPResponse::getReasonForStatus(response.getStatus()));
    response.setContentType(made.type);
    response.setContentLength(static_cast<std::streamsize>(made.body.size()));
    response.send() << made.body;
  }

 private:
  Answer answer_to(net::HTTPServerRequest& request, net::HTTPServerResponse& response, bool& was_read) const {
    if (request.getURI() != "/add-checkpoint") return refusal(404, "there is only /add-checkpoint here");
    if (request.getMethod() != net::HTTPRequest::HTTP_POST) return refusal(405, "a checkpoint is posted");
    if (!request.hasContentLength() && !request.getChunkedTransferEncoding())
      return refusal(411, "the length of the request is not told");
    if (request.hasContentLength() && request.getContentLength64() > Poco::Int64{evidence::k_add_checkpoint_max})
      return refusal(413, "the request is longer than 64 KiB");
    if (request.getExpectContinue()) response.sendContinue();
    const auto body = read_body(request.stream());
    if (!body) return refusal(413, "the request is longer than 64 KiB or slow");
    was_read = true;
    return answer(witness_, *body);
  }

  const Witness& witness_;
};

class Factory final : public net::HTTPRequestHandlerFactory {
 public:
  explicit Factory(const Witness& witness) : witness_(witness) {}

  net::HTTPRequestHandler* createRequestHandler(const net::HTTPServerRequest&) override {
    return new Handler(witness_);
  }

 private:
  const Witness& witness_;
};

net::HTTPServerParams::Ptr parameters() {
  net::HTTPServerParams::Ptr made = new net::HTTPServerParams;
  made->setMaxThreads(k_threads);
  made->setMaxQueued(k_waiting);
  made->setTimeout(Poco::Timespan(k_patience_s, 0));
  made->setKeepAliveTimeout(Poco::Timespan(k_patience_s, 0));
  made->setMaxKeepAliveRequests(k_requests_a_connection);
  return made;
}

void run(const Witness& witness, const net::ServerSocket& socket) {
  // Blocked before there are threads, so that only this one gets them.
  sigset_t stops;
  sigemptyset(&stops);
  sigaddset(&stops, SIGINT);
  sigaddset(&stops, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &stops, nullptr);
  Poco::ThreadPool threads(2, k_threads);
  net::HTTPServer server(new Factory(witness), threads, socket, parameters());
  server.start();
  std::printf("strongroom-witness listens on %s\n", socket.address().toString().c_str());
  std::fflush(stdout);
  int stop = 0;
  sigwait(&stops, &stop);
  // Connections end too, those that wait for a next request as well.
  server.stopAll(true);
}

}  // namespace

Status serve(const Witness& witness, const std::string& listen) {
  std::optional<net::SocketAddress> address;
  try {
    address.emplace(listen);
  } catch (const Poco::Exception&) {
    return make_error(ErrorCode::invalid_argument, "this is no address of the form 127.0.0.1:PORT", "listen");
  }
  try {
    run(witness, net::ServerSocket(*address, k_waiting));
  } catch (const Poco::Exception& problem) {
    return make_error(ErrorCode::unreachable, "the witness cannot listen there: " + problem.displayText());
  }
  return {};
}

}  // namespace strongroom::witness
