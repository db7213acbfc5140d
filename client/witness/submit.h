// One request to a witness, for a daemon that speaks no HTTP itself.
#pragma once

#include <string>

#include <strongroom/base/result.h>

namespace strongroom::witness {

struct Response {
  int status;
  std::string body;
};

// Posts `body` to URL/add-checkpoint, http or https (certificates verified against the system's store, host name too);
// follows no redirection. Errors: invalid_argument for a URL of another kind; unreachable; untrusted for a certificate;
// too_large for an answer above 64 KiB. Waits for each step at most the deadline of the process, see end_process_in().
Result<Response> submit(const std::string& url, const std::string& body);

// Ends the process with exit code 1 and a sentence on standard error when it still runs after that many seconds.
// Whatever the network does, nobody waits longer.
void end_process_in(unsigned seconds);

}  // namespace strongroom::witness
