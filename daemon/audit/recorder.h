// What the daemon records of a call and of itself. The dispatcher and a few places of the daemon speak to this;
// handlers never do.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <strongroom/base/error.h>
#include <strongroom/base/result.h>
#include <strongroom/protocol/json.h>
#include <strongroom/protocol/method.h>

#include "daemon/audit/log.h"

namespace strongroom::audit {

// Who calls.
struct Subject {
  std::uint64_t uid = 0;
  std::uint64_t pid = 0;
  std::uint64_t session = 0;
  std::string client;  // what it calls itself
  std::string reason;  // the purpose that it states
};

// One call.
struct CallRecord {
  const protocol::AuditPolicy* policy = nullptr;
  const Subject* subject = nullptr;
  std::uint64_t request = 0;
  const protocol::JsonValue* parameters = nullptr;
};

// Thread-safe. Without a log (there is no store yet) nothing is recorded and everything may go on.
class Recorder {
 public:
  struct Ports {
    // The id of an object by its name; nothing while it cannot be known (the store is locked).
    std::function<std::optional<std::array<Byte, 16>>(std::string_view name)> object_id;
    std::function<bool()> has_store;
  };

  Recorder(AuditLog& log, Ports ports, Durability reveals);

  // A call that was not let in. Many of them from one uid become one event a second that counts them.
  void denied(const CallRecord& call, const Error& why);

  // A call that reads or reveals is over. For a reveal it is the number of its event when that has to be durable before
  // the answer leaves. Error: audit_unavailable; the answer must not leave then.
  Result<std::optional<std::uint64_t>> used(const CallRecord& call, protocol::Effect effect, const Error* error);

  // A call that changes something begins; its number marks what it writes (store::IntentScope). Error:
  // audit_unavailable; it must not begin then. Nothing: there is no log yet.
  Result<std::optional<std::uint64_t>> begin(const CallRecord& call);

  // An outcome that could not be written yet. It is never lost: it is written before anything else is let in.
  struct Outcome {
    std::string action;
    std::string result;
    std::string actor;
    std::uint64_t uid = 0, pid = 0, session = 0, request = 0;
    std::string client;
    std::string reason;  // beside an intent it stands there
    Bytes objects;
    std::vector<std::string> paths;
    std::string detail;
    std::optional<std::uint64_t> intent;
    bool administration = false;
  };

  // What end() needs to know of a call that goes on elsewhere.
  Outcome outcome_of(const CallRecord& call, std::optional<std::uint64_t> intent) const;
  // A call that reads has ended elsewhere. Error: audit_unavailable; the answer must not leave then.
  Status used_later(Outcome outcome, const Error* error);
  // What `work` writes into the store belongs to the intent.
  static void under(std::optional<std::uint64_t> intent, const std::function<void()>& work);

  // A call that changes something has ended; `error` is null when it did what it should.
  void end(Outcome outcome, const Error* error);

  // The daemon itself: start, stop, a changed setting.
  void system(std::string_view action, std::string_view detail, std::string_view result = "ok");
  // Clients that were sent away.
  void dropped(std::string_view reason, std::uint64_t many);

  void sync(std::uint64_t sequence) { log_.sync(sequence); }

  void set_reveals(Durability reveals) noexcept { reveals_ = reveals; }

  Durability reveals() const noexcept { return reveals_; }

  // Writes what was counted and is due. Returns when something is due next.
  std::optional<Keeper::Time> flush_denials(Keeper::Time now);

 private:
  struct Objects {
    std::vector<std::string> names;
    Bytes ids;
  };

  struct Denials {
    double allowance = 0;
    Keeper::Time refilled{};
    std::uint64_t counted = 0;
    Keeper::Time since{};
    std::string last;
    std::string result;
  };

  Objects objects_of(const CallRecord& call) const;
  evidence::Event event_of(const CallRecord& call, const Objects& objects, const std::string& actor) const;
  bool may_write_denial(std::uint64_t uid, const CallRecord& call, const Error& why);
  void count_denial(std::uint64_t uid, const CallRecord& call, const Error& why);
  Result<std::uint64_t> write_intent(const CallRecord& call);
  void owe(Outcome outcome);
  Status write_owed();
  Status write(const Outcome& outcome);

  AuditLog& log_;
  Ports ports_;
  std::atomic<Durability> reveals_;
  std::mutex denials_mutex_;
  std::map<std::uint64_t, Denials> denials_;
  std::atomic<bool> owes_ = false;
  std::mutex owed_mutex_;
  std::vector<Outcome> owed_;
};

}  // namespace strongroom::audit
