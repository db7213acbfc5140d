// After a start: what the log says of the store, and what the store says of the log.
#include <algorithm>
#include <map>
#include <string>

#include "daemon/audit/log.h"

namespace strongroom::audit {

// What an intent said that has no outcome.
struct OpenIntent {
  std::string action;
  std::string actor;
  Bytes objects;
  std::optional<std::uint64_t> request;
};

namespace {

// What the log knows from before this run.
struct Known {
  StorePin pin;
  std::map<std::uint64_t, OpenIntent> open;
};

// The newest pin that is known, and from where on events have to be read besides.
Result<std::uint64_t> find_pin(EventReader& reader, std::uint64_t first_of_run, StorePin& pin) {
  std::uint64_t from = first_of_run;
  bool newest = true;
  for (std::uint64_t before = first_of_run;;) {
    const auto record = reader.chain_of(before);
    if (!record && record.error().code == ErrorCode::not_found) return from;
    if (!record) return record.error();
    STRONGROOM_ASSIGN(const auto read, reader.read(*record));
    STRONGROOM_ASSIGN(const ChainStart start,
                      reader.open_chain(*record, std::get<evidence::KeyEntry>(read.entry.content)));
    from = *record;
    if (newest) from = std::min(from, start.oldest_intent);
    newest = false;
    pin = start.pin;
    if (pin.generation != evidence::k_unknown) return from;
    before = *record;
  }
}

void take(const evidence::Event& event, std::uint64_t sequence, Known& known) {
  if (event.phase == evidence::Phase::intent)
    known.open.insert_or_assign(sequence, OpenIntent{std::string(event.action), std::string(event.actor),
                                                     Bytes(event.objects.begin(), event.objects.end()), event.request});
  if (event.intent) known.open.erase(*event.intent);
  if (event.generation && (known.pin.generation == evidence::k_unknown || *event.generation >= known.pin.generation)) {
    // Earlier versions told a generation without its accumulator.
    if (*event.generation != known.pin.generation) known.pin.accumulator = {};
    known.pin.generation = *event.generation;
    if (!event.accumulator.empty()) std::ranges::copy(event.accumulator, known.pin.accumulator.begin());
  }
  if (event.header_generation &&
      (known.pin.header_generation == evidence::k_unknown || *event.header_generation > known.pin.header_generation))
    known.pin.header_generation = *event.header_generation;
}

Result<Known> read_known(EventReader& reader, std::uint64_t first_of_run) {
  Known known;
  STRONGROOM_ASSIGN(const std::uint64_t from, find_pin(reader, first_of_run, known.pin));
  for (std::uint64_t sequence = from; sequence < first_of_run; ++sequence) {
    STRONGROOM_ASSIGN(const auto read, reader.read(sequence));
    if (read.event) take(read.event->event, sequence, known);
  }
  return known;
}

// A write that the store holds was announced in the log first.
Result<bool> knows_intents(EventReader& reader, const StoreState& store, std::uint64_t first_of_run) {
  for (const std::uint64_t intent : store.intents) {
    if (intent >= first_of_run) return false;
    const auto read = reader.read(intent);
    if (!read && read.error().code == ErrorCode::not_found) continue;  // archived
    if (!read) return read.error();
    if (!read->event || read->event->event.phase != evidence::Phase::intent) return false;
  }
  return true;
}

bool is_behind(const StoreState& store, const StorePin& pin) {
  if (pin.header_generation != evidence::k_unknown && store.header_generation < pin.header_generation) return true;
  if (pin.generation == evidence::k_unknown) return false;
  if (!store.generation || *store.generation < pin.generation) return true;
  const bool known = pin.accumulator != decltype(pin.accumulator){};
  return *store.generation == pin.generation && known && store.accumulator != pin.accumulator;
}

}  // namespace

Result<Agreement> AuditLog::compare(EventReader& reader, const StoreState& store) {
  STRONGROOM_ASSIGN(const Known known, read_known(reader, first_of_run_));
  STRONGROOM_ASSIGN(const bool announced, knows_intents(reader, store, first_of_run_));
  if (!announced) return Agreement::log_behind;
  const StorePin now{store.generation.value_or(evidence::k_unknown), store.accumulator, store.header_generation};
  for (const auto& [intent, open] : known.open) {
    if (completed_.contains(intent)) continue;
    STRONGROOM_CHECK(complete(intent, open, std::ranges::find(store.intents, intent) != store.intents.end(), now));
    completed_.insert(intent);
  }
  if (is_behind(store, known.pin)) {
    writer_->set_pin(known.pin);
    return Agreement::store_behind;
  }
  writer_->set_pin(now);
  return Agreement::agree;
}

// Of what is no write of the store, nobody can say any more whether it happened.
Status AuditLog::complete(std::uint64_t intent, const OpenIntent& open, bool committed, const StorePin& pin) {
  evidence::Event event;
  event.action = open.action;
  event.phase = evidence::Phase::recovered;
  event.rule = "system";
  event.result = committed ? "ok" : open.action.starts_with("secret.") ? "cancelled" : "unknown";
  event.actor = open.actor;
  event.authentication = "none";
  event.objects = open.objects;
  event.request = open.request;
  event.intent = intent;
  if (committed && pin.generation != evidence::k_unknown) {
    event.generation = pin.generation;
    event.accumulator = pin.accumulator;
  }
  const auto appended = writer_->append(event, {}, Room::administration);
  return appended ? Status() : Status(appended.error());
}

}  // namespace strongroom::audit
