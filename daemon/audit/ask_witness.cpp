// The helper that speaks HTTP, as a process of its own.
#include <charconv>
#include <chrono>

#include "daemon/audit/witnesses.h"
#include "daemon/platform/helper_process.h"

namespace strongroom::audit {
namespace {

constexpr std::chrono::seconds k_deadline{15};
constexpr std::size_t k_most_answer = 128 * 1024;

Error unreachable(const char* why) {
  return make_error(ErrorCode::unreachable, std::string("the witness cannot be asked: ") + why);
}

}  // namespace

AskWitness ask_by_helper(std::filesystem::path helper) {
  return [helper = std::move(helper)](const std::string& url, const std::string& body) -> Result<WitnessAnswer> {
    auto ended = platform::run_helper(
        {{helper.string(), "submit", url}, {"PATH=/usr/bin:/bin"}, as_bytes(body), k_deadline, k_most_answer});
    if (!ended && ended.error().code == ErrorCode::unreachable)
      return unreachable("strongroom-witness is not installed beside the daemon");
    if (!ended || ended->exit_code != 0) return unreachable("it does not answer");
    const std::string_view answer = ended->said.reveal_text(RevealReason::inspect);
    WitnessAnswer parsed;
    const auto end = answer.find('\n');
    if (end == std::string_view::npos ||
        std::from_chars(answer.data(), answer.data() + end, parsed.status).ptr != answer.data() + end)
      return unreachable("its answer makes no sense");
    parsed.body = answer.substr(end + 1);
    return parsed;
  };
}

}  // namespace strongroom::audit
