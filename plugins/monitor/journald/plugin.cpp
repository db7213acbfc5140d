// Events in the system's journal, with fields that journalctl can match.
// Protocol: systemd, "Native Journal Protocol", https://systemd.io/JOURNAL_NATIVE_PROTOCOL/
#include <sys/socket.h>

#include <cerrno>
#include <charconv>

#include <strongroom/plugin/monitor.h>

namespace {

using namespace strongroom;
using namespace strongroom::plugin;

constexpr int k_notice = 5;
constexpr int k_warning = 4;

// No value of an event holds a newline, so that the short form does for all.
void append_field(std::string& out, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  out.append(name).append("=");
  for (const char c : value) out += c == '\n' ? ' ' : c;
  out += '\n';
}

std::string entry_of(const Event& event) {
  const bool good = event.decision == "allowed" && (event.result.empty() || event.result == "ok");
  std::string message = std::string(event.actor) + " " + std::string(event.action);
  if (!event.result.empty()) message += ": " + std::string(event.result);
  if (event.count > 1) message += " (" + std::to_string(event.count) + " times)";
  std::string out;
  append_field(out, "MESSAGE", message);
  append_field(out, "PRIORITY", std::to_string(good ? k_notice : k_warning));
  append_field(out, "SYSLOG_IDENTIFIER", "strongroom");
  append_field(out, "STRONGROOM_SEQUENCE", std::to_string(event.sequence));
  append_field(out, "STRONGROOM_ACTION", event.action);
  append_field(out, "STRONGROOM_PHASE", event.phase);
  append_field(out, "STRONGROOM_DECISION", event.decision);
  append_field(out, "STRONGROOM_RESULT", event.result);
  append_field(out, "STRONGROOM_ACTOR", event.actor);
  append_field(out, "STRONGROOM_UID", std::to_string(event.uid));
  append_field(out, "STRONGROOM_OBJECTS", event.objects);
  append_field(out, "STRONGROOM_COUNT", std::to_string(event.count));
  append_field(out, "STRONGROOM_TIME_MS", std::to_string(event.time_ms));
  if (event.request != 0) append_field(out, "STRONGROOM_REQUEST", std::to_string(event.request));
  return out;
}

class Journald final : public Monitor {
 public:
  static constexpr const char* k_id = "io.strongroom.monitor.journald";
  static constexpr const char* k_name = "The system's journal";
  static constexpr const char* k_version = "1.0.0";

  static Result<std::unique_ptr<Monitor>> open(const Settings& settings, const Host&) {
    STRONGROOM_CHECK(settings.only({"journal", "intents"}));
    STRONGROOM_ASSIGN(const std::string number, settings.get("journal"));
    int journal = -1;
    std::from_chars(number.data(), number.data() + number.size(), journal);
    return std::make_unique<Journald>(journal, settings.find("intents") == "true");
  }

  Journald(int journal, bool intents) : journal_(journal), intents_(intents) {}

  Status events(std::span<const Event> events, std::uint64_t lost) override {
    if (lost != 0) {
      std::string out;
      append_field(out, "MESSAGE", std::to_string(lost) + " events were lost on their way to the journal");
      append_field(out, "PRIORITY", std::to_string(k_warning));
      append_field(out, "SYSLOG_IDENTIFIER", "strongroom");
      STRONGROOM_CHECK(send(out));
    }
    for (const Event& event : events)
      if (intents_ || event.phase != "intent") STRONGROOM_CHECK(send(entry_of(event)));
    return {};
  }

  Status metrics(std::span<const Metric>) override { return {}; }

 private:
  Status send(const std::string& entry) const {
    iovec part{const_cast<char*>(entry.data()), entry.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    ssize_t n = 0;
    do n = sendmsg(journal_, &message, MSG_NOSIGNAL);
    while (n < 0 && errno == EINTR);
    if (n >= 0) return {};
    return make_error(ErrorCode::storage_failed, "the journal does not take entries");
  }

  int journal_;
  bool intents_;
};

}  // namespace

STRONGROOM_PLUGIN(Journald)
