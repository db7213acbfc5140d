#include "client/witness/submit.h"

#include <Poco/Net/HTTPRequest.h>
#include <Poco/Net/HTTPResponse.h>
#include <Poco/Net/HTTPSClientSession.h>
#include <Poco/Net/NetException.h>
#include <Poco/Net/RejectCertificateHandler.h>
#include <Poco/Net/SSLException.h>
#include <Poco/Net/SSLManager.h>
#include <Poco/URI.h>
#include <signal.h>
#include <unistd.h>

#include <strongroom/evidence/add_checkpoint.h>
#include <memory>

namespace strongroom::witness {
namespace {

namespace net = Poco::Net;

constexpr int k_step_s = 10;

void say_and_end(int) {
  constexpr char k_sentence[] = "strongroom-witness: the witness did not answer in time\n";
  (void)!::write(STDERR_FILENO, k_sentence, sizeof k_sentence - 1);
  ::_exit(1);
}

net::Context::Ptr verifying_context() {
  net::Context::Ptr context = new net::Context(net::Context::TLS_CLIENT_USE, "", net::Context::VERIFY_STRICT, 9, true);
  context->requireMinimumProtocol(net::Context::PROTO_TLSV1_2);
  net::SSLManager::instance().initializeClient(nullptr, new net::RejectCertificateHandler(false), context);
  return context;
}

std::unique_ptr<net::HTTPClientSession> session_for(const Poco::URI& uri) {
  if (uri.getScheme() == "https")
    return std::make_unique<net::HTTPSClientSession>(uri.getHost(), uri.getPort(), verifying_context());
  return std::make_unique<net::HTTPClientSession>(uri.getHost(), uri.getPort());
}

std::string path_of(const Poco::URI& uri) {
  std::string path = uri.getPath();
  while (path.ends_with('/')) path.pop_back();
  return path + "/add-checkpoint";
}

Result<Response> exchange(const Poco::URI& uri, const std::string& body) {
  const auto session = session_for(uri);
  session->setTimeout(Poco::Timespan(k_step_s, 0));
  net::HTTPRequest request(net::HTTPRequest::HTTP_POST, path_of(uri), net::HTTPMessage::HTTP_1_1);
  request.setContentType("text/plain; charset=utf-8");
  request.setContentLength(static_cast<std::streamsize>(body.size()));
  request.setKeepAlive(false);
  session->sendRequest(request) << body << std::flush;
  net::HTTPResponse response;
  std::istream& in = session->receiveResponse(response);
  Response received{static_cast<int>(response.getStatus()), std::string(evidence::k_add_checkpoint_max + 1, '\0')};
  in.read(received.body.data(), static_cast<std::streamsize>(received.body.size()));
  received.body.resize(static_cast<std::size_t>(in.gcount()));
  if (received.body.size() > evidence::k_add_checkpoint_max)
    return make_error(ErrorCode::too_large, "the witness's answer is longer than 64 KiB");
  return received;
}

}  // namespace

Result<Response> submit(const std::string& url, const std::string& body) {
  try {
    const Poco::URI uri(url);
    const bool is_web = uri.getScheme() == "http" || uri.getScheme() == "https";
    if (!is_web || uri.getHost().empty() || !uri.getUserInfo().empty() || !uri.getRawQuery().empty())
      return make_error(ErrorCode::invalid_argument, "the URL is not of the form http://host or https://host", "url");
    return exchange(uri, body);
  } catch (const Poco::SyntaxException&) {
    return make_error(ErrorCode::invalid_argument, "the URL is not of the form http://host or https://host", "url");
  } catch (const net::SSLException& problem) {
    return make_error(ErrorCode::untrusted, "the witness did not prove who it is: " + problem.displayText());
  } catch (const Poco::Exception& problem) {
    return make_error(ErrorCode::unreachable, "the witness cannot be reached: " + problem.displayText());
  }
}

void end_process_in(unsigned seconds) {
  signal(SIGALRM, say_and_end);
  alarm(seconds);
}

}  // namespace strongroom::witness
