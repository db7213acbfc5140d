#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>

#include "sdk/src/plugin_tests/check_list.h"

namespace strongroom::plugin_tests {

std::string name_of(sr_status status) {
  constexpr std::string_view k_names[] = {"SR_OK",        "SR_FAILED",    "SR_INVALID",     "SR_NOT_FOUND",
                                          "SR_CONFLICT",  "SR_TOO_LARGE", "SR_CORRUPT",     "SR_FULL",
                                          "SR_READ_ONLY", "SR_IO",        "SR_UNSUPPORTED", "SR_BUSY"};
  const auto number = static_cast<std::size_t>(status);
  return status >= 0 && number < std::size(k_names) ? std::string(k_names[number]) : std::to_string(status);
}

void expect_status(sr_status actual, sr_status wanted, std::string_view what) {
  if (actual == wanted) return;
  throw Broken{std::string(what) + " must answer " + name_of(wanted) + " and answers " + name_of(actual)};
}

int open_descriptors() {
  constexpr int k_most = 256;
  int open = 0;
  for (int descriptor = 0; descriptor < k_most; ++descriptor)
    if (fcntl(descriptor, F_GETFD) >= 0) ++open;
  return open;
}

std::uint64_t peak_kib() {
  struct rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto peak = static_cast<std::uint64_t>(used.ru_maxrss);
#if defined(__APPLE__)
  return peak / 1024;
#else
  return peak;
#endif
}

void report(const Context& context, std::uint64_t count) {
  // One write of few bytes goes into a pipe whole.
  while (write(context.reports, &count, sizeof count) < 0 && errno == EINTR) {
  }
}

std::vector<sr_setting> abi_settings(const std::vector<std::pair<std::string, std::string>>& settings) {
  std::vector<sr_setting> out;
  for (const auto& [name, value] : settings) out.push_back({bytes_of(name), bytes_of(value)});
  return out;
}

}  // namespace strongroom::plugin_tests
