// What every command shares: the options before and behind it, the connection, and how it ends.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <strongroom/base/error.h>
#include <strongroom/client/client.h>

namespace strongroom::cli {

struct GlobalOptions {
  bool json = false;
  bool quiet = false;
  bool no_start = false;  // or STRONGROOM_AUTOSTART=0
  std::string socket;     // empty: the usual place
  bool system = false;    // the daemon of the machine
  std::int64_t timeout_s = 30;
  std::string reason;                // what the calls are for; or STRONGROOM_REASON
  std::vector<std::string> program;  // behind "--", for a command that runs one
};

class Session {
 public:
  // `option_names`: of the command, without dashes. An error about a field that is one of them names the option.
  explicit Session(GlobalOptions options, std::vector<std::string> option_names = {})
      : options_(std::move(options)), option_names_(std::move(option_names)) {}

  const GlobalOptions& options() const noexcept { return options_; }

  // The client, connected; starts the daemon when none runs and that is allowed. Errors: unreachable, untrusted.
  Result<client::Client*> client();

  // Another connection to the daemon that client() has reached, for a call beside one that is under way.
  Result<client::Client> another_client();

  // Whether it is the daemon of the machine that is asked: by --system or by the place of its socket, however that is
  // named.
  bool of_machine() const;

  // Before client(): a daemon that has to be started shall not make a store by itself.
  void leave_store_to_me() noexcept { make_store_ = false; }

  // Whether client() had to start the daemon.
  bool started_daemon() const noexcept { return started_; }

  // Prints the error in words for a person (or as JSON) to standard error and returns its exit code.
  int fail(const Error& error) const;

  // A note for a person on standard error, unless --quiet.
  void note(std::string_view sentence) const;

 private:
  std::string shown_subject(const std::string& subject) const;
  Result<client::Endpoint> endpoint() const;
  Result<client::Client::Options> client_options() const;

  GlobalOptions options_;
  std::vector<std::string> option_names_;
  std::optional<client::Client> client_;
  bool started_ = false;
  bool make_store_ = true;
};

}  // namespace strongroom::cli
