#include "client/witness/answer.h"

namespace strongroom::witness {
namespace {

constexpr const char* k_text = "text/plain; charset=utf-8";

Answer last_size(const Decision& decision) {
  return {409, "text/x.tlog.size", std::to_string(decision.size) + "\n"};
}

}  // namespace

Answer refusal(int status, const std::string& sentence) {
  return {status, k_text, sentence + "\n"};
}

Answer answer(const Witness& witness, std::string_view body) {
  const auto request = evidence::AddCheckpoint::parse(body);
  if (!request) return refusal(400, request.error().message);
  const Decision decision = witness.add_checkpoint(*request);
  switch (decision.verdict) {
    case Verdict::cosigned:
      return {200, k_text, decision.cosignature};
    case Verdict::malformed:
      return refusal(400, decision.why);
    case Verdict::unknown_log:
      return refusal(404, decision.why);
    case Verdict::not_signed:
      return refusal(403, decision.why);
    case Verdict::stale:
    case Verdict::fork:
      return last_size(decision);
    case Verdict::inconsistent:
      return refusal(422, decision.why);
    case Verdict::failed:
      break;
  }
  return refusal(500, decision.why);
}

}  // namespace strongroom::witness
