#include "client/cli/session.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "client/cli/autostart.h"
#include "client/cli/terminal.h"

namespace strongroom::cli {

namespace {

// What stands on the command line goes before the variable.
Result<std::string> stated_reason(const std::string& option) {
  constexpr std::size_t k_longest = 512;
  const char* variable = std::getenv("STRONGROOM_REASON");
  std::string reason = !option.empty() || !variable ? option : variable;
  const bool controls = std::ranges::any_of(reason, [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; });
  if (reason.size() <= k_longest && !controls && protocol::is_utf8(reason)) return reason;
  const std::string source = option.empty() ? "STRONGROOM_REASON" : "--reason";
  return make_error(ErrorCode::invalid_argument, source + " must be text of 1 to 512 bytes without control characters");
}

}  // namespace

Result<client::Endpoint> Session::endpoint() const {
  const auto of_machine = client::system_endpoint();
  if (options_.system || options_.socket == of_machine.socket) return of_machine;
  if (!options_.socket.empty()) return client::Endpoint{options_.socket, geteuid()};
  return client::default_endpoint();
}

bool Session::of_machine() const {
  const auto asked = endpoint();
  return asked && asked->socket == client::system_endpoint().socket;
}

Result<client::Client::Options> Session::client_options() const {
  client::Client::Options options;
  options.deadline = std::chrono::seconds(options_.timeout_s);
  options.name = "strongroom";
  STRONGROOM_ASSIGN(options.reason, stated_reason(options_.reason));
  STRONGROOM_ASSIGN(options.endpoint, endpoint());
  return options;
}

Result<client::Client*> Session::client() {
  if (client_) return &*client_;
  STRONGROOM_ASSIGN(const auto options, client_options());
  auto connected = client::Client::connect(options);
  const char* autostart = std::getenv("STRONGROOM_AUTOSTART");
  // The daemon of the machine runs as a user of its own, which only the service manager can start it as.
  if (!connected && connected.error().code == ErrorCode::unreachable && of_machine())
    return make_error(ErrorCode::unreachable,
                      "no daemon of the machine is running; 'systemctl enable --now strongroomd.socket' starts it");
  const bool may_start = !options_.no_start && !(autostart && std::strcmp(autostart, "0") == 0);
  if (!connected && connected.error().code == ErrorCode::unreachable && may_start) {
    STRONGROOM_CHECK(
        start_daemon(*options.endpoint, {.usual_place = options_.socket.empty(), .make_store = make_store_}));
    started_ = true;
    connected = client::Client::connect(options);
  }
  if (!connected) return std::move(connected).error();
  client_.emplace(std::move(connected).value());
  return &*client_;
}

Result<client::Client> Session::another_client() {
  STRONGROOM_ASSIGN(auto options, client_options());
  return client::Client::connect(std::move(options));
}

std::string Session::shown_subject(const std::string& subject) const {
  std::string name = subject;
  std::ranges::replace(name, '_', '-');
  return std::ranges::find(option_names_, name) == option_names_.end() ? neutralised(subject) : "--" + name;
}

int Session::fail(const Error& error) const {
  const ErrorInfo& info = error_info(error.code);
  if (options_.json) {
    WipedString text(wiped_heap());
    protocol::JsonWriter writer(text);
    writer.begin_object().key("error").string(info.name).key("message").string(neutralised(error.message));
    if (!error.subject.empty()) writer.key("subject").string(neutralised(error.subject));
    writer.key("retryable").boolean(info.retryable).end_object();
    text.push_back('\n');
    print_error(text);
  } else {
    std::string line = "strongroom: ";
    // A parameter's own sentence begins with its verb; others stand alone.
    const bool about_parameter =
        !error.subject.empty() && (error.message.starts_with("must ") || error.message.starts_with("is ") ||
                                   error.message.starts_with("cannot ") || error.message.starts_with("belongs ") ||
                                   error.message.starts_with("names ") || error.message.starts_with("does "));
    const bool about_place = error.code == ErrorCode::untrusted || error.subject.starts_with("line ");
    if (!error.subject.empty() && (about_parameter || about_place))
      line += shown_subject(error.subject) + (about_parameter ? " " : ": ");
    line += neutralised(error.message);
    line += "\n";
    print_error(line);
  }
  return static_cast<int>(info.exit_code);
}

void Session::note(std::string_view sentence) const {
  if (options_.quiet) return;
  std::string line(sentence);
  line.push_back('\n');
  print_error(line);
}

}  // namespace strongroom::cli
