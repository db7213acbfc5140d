#include "daemon/app/log_service.h"

#include <algorithm>
#include <cctype>

#include <strongroom/protocol/json.h>

namespace strongroom::app {

namespace wire = protocol::log;

namespace {

// The wire takes nothing else than UTF-8; names of files may be anything.
std::string as_utf8(std::string text) {
  if (!protocol::is_utf8(text))
    for (char& c : text)
      if (static_cast<unsigned char>(c) >= 0x80) c = '?';
  return text;
}

wire::Entry entry_of(log::Entry&& entry) {
  return {.id = static_cast<std::int64_t>(entry.id),
          .time_ms = entry.time_ms,
          .level = static_cast<wire::Level>(entry.level),
          .source = std::move(entry.source),
          .message = as_utf8(std::move(entry.message))};
}

bool is_letter_or_digit(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0;
}

// "the secret has no field 'x'" becomes "the secret has no field '...'". An apostrophe within a word quotes nothing.
std::string without_quotations(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    out.push_back(text[at]);
    if (text[at] != '\'' || (at > 0 && is_letter_or_digit(text[at - 1]))) continue;
    std::size_t end = text.find('\'', at + 1);
    while (end != std::string_view::npos && end + 1 < text.size() && is_letter_or_digit(text[end + 1]))
      end = text.find('\'', end + 1);
    out.append(end == std::string_view::npos ? "..." : "...'");
    at = std::min(end, text.size() - 1);
  }
  return out;
}

}  // namespace

std::string failure_sentence(std::string_view method, std::int64_t request, const Error& error) {
  return std::string(method) + " failed: " + std::string(error_info(error.code).name) + ", " +
         without_quotations(error.message) + " (request " + std::to_string(request) + ")";
}

Result<wire::GetLogResponse> LogService::handle(wire::GetLog, wire::GetLogRequest&& request) {
  wire::GetLogResponse response;
  response.mode = static_cast<wire::Mode>(log_.mode());
  // Before the entries: one that comes meanwhile is then shown by the next call, not left out.
  response.last = static_cast<std::int64_t>(log_.entries().last());
  log::Wanted wanted{.level = static_cast<log::Level>(request.level.value_or(wire::Level::debug)),
                     .text = std::move(request.text).value_or(""),
                     .most = static_cast<std::size_t>(request.limit.value_or(wire::k_most))};
  if (request.after) wanted.after = static_cast<std::uint64_t>(*request.after);
  for (auto& entry : log_.entries().find(wanted)) response.entries.push_back(entry_of(std::move(entry)));
  return response;
}

void LogService::handle(wire::SetLogMode, wire::ModeMessage&& request, Completion<wire::ModeMessage> completion) {
  const Status set = log_.set_mode(static_cast<log::Mode>(request.mode));
  const std::string_view name = protocol::EnumNames<wire::Mode>::names[static_cast<std::size_t>(request.mode)];
  log_.write(log::Level::info, "log", "the mode is now " + std::string(name));
  if (!set) return completion(set.error());
  completion(request);
}

}  // namespace strongroom::app
