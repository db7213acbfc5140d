// io.strongroom.Audit: reading, proving and looking after the audit log (docs/audit.md).
#pragma once

#include <strongroom/protocol/methods/service.h>

namespace strongroom::protocol::audit {

enum class Decision : std::uint8_t { allowed, denied };

}  // namespace strongroom::protocol::audit

namespace strongroom::protocol {

template <>
struct EnumNames<audit::Decision> {
  static constexpr std::string_view type_name = "Decision";
  static constexpr std::array<std::string_view, 2> names{"allowed", "denied"};
};

namespace audit {

using service::Empty;

inline constexpr Bounds k_event_text{.min = 1, .max = 64};
inline constexpr Bounds k_sequence{.min = 0};
inline constexpr Bounds k_event_path{.min = 1, .max = 1024};
inline constexpr Bounds k_time{.min = 0};

// One entry of the log, as far as it can be read. Field names are those of docs/audit-format.md, section Exports.
struct Event {
  std::int64_t seq = 0;
  std::int64_t time_s = 0;
  std::int64_t epoch = 0;
  std::string type;
  std::optional<std::string> action;
  std::optional<std::string> phase;
  std::optional<Decision> decision;
  std::optional<std::string> rule;
  std::optional<std::string> result;
  std::optional<std::string> actor;
  std::optional<std::string> auth;
  std::optional<std::int64_t> session;
  std::optional<std::int64_t> uid;
  std::optional<std::int64_t> pid;
  std::optional<std::string> client;
  std::optional<std::vector<std::string>> objects;
  std::optional<std::int64_t> request;
  std::optional<std::int64_t> time_ns;
  std::optional<std::int64_t> boot_ns;
  std::optional<std::int64_t> generation;
  std::optional<std::int64_t> intent;
  std::optional<std::int64_t> count;
  std::optional<std::string> detail;
  std::optional<std::vector<std::string>> paths;
  std::optional<std::string> reason;
  static constexpr std::string_view type_name = "Event";

  static constexpr auto fields() {
    using R = Event;
    return std::tuple{
        Field<&R::seq>{"seq", "Number of the entry, from 0."},
        Field<&R::time_s>{"time_s", "When, in seconds since 1970, as its public header says."},
        Field<&R::epoch>{"epoch", "Epoch in which it was written."},
        Field<&R::type>{"type", "event, key, epoch, skip, recovery or witness."},
        Field<&R::action>{"action", "What was done or asked for; one of the catalogue."},
        Field<&R::phase>{"phase", "single, intent, outcome or recovered."},
        Field<&R::decision>{"decision", "Whether it was let in."},
        Field<&R::rule>{"rule", "What decided: owner, state, protocol, limit or system."},
        Field<&R::result>{"result", "ok, or the name of an error; absent in an intent."},
        Field<&R::actor>{"actor", "uid:N, or system for the daemon itself."},
        Field<&R::auth>{"auth", "How it authenticated: peer, or none."},
        Field<&R::session>{"session", "Number of the connection since the daemon started."},
        Field<&R::uid>{"uid", "User id of the peer."},
        Field<&R::pid>{"pid", "Process id of the peer at connect; a hint."},
        Field<&R::client>{"client", "The name that the client gave itself."},
        Field<&R::objects>{"objects", "Ids of the objects in hex."},
        Field<&R::request>{"request", "Number of the request, as errors tell it."},
        Field<&R::time_ns>{"time_ns", "When, in nanoseconds since 1970."},
        Field<&R::boot_ns>{"boot_ns", "Nanoseconds since the machine started."},
        Field<&R::generation>{"generation", "Generation of the store after the write."},
        Field<&R::intent>{"intent", "Number of the intent that this is the outcome of."},
        Field<&R::count>{"count", "How many equal events this one stands for."},
        Field<&R::detail>{"detail", "What more there is to say."},
        Field<&R::paths>{"paths", "Names of the objects; absent when there are none or they were redacted."},
        Field<&R::reason>{"reason", "The purpose that the client stated."}};
  }
};

struct ListRequest {
  std::optional<std::int64_t> since_ms;
  std::optional<std::int64_t> until_ms;
  std::optional<std::string> actor;
  std::optional<std::string> action;
  std::optional<std::string> path;
  std::optional<Decision> decision;
  std::optional<std::int64_t> request;
  std::optional<bool> records;
  std::optional<std::int64_t> before;
  std::optional<std::int64_t> limit;

  static constexpr auto fields() {
    using R = ListRequest;
    return std::tuple{
        Field<&R::since_ms>{"since_ms", "Only from this time on, in milliseconds since 1970.", k_time},
        Field<&R::until_ms>{"until_ms", "Only before this time.", k_time},
        Field<&R::actor>{"actor", "Only of this actor, such as uid:1000.", k_event_text},
        Field<&R::action>{"action", "Only this action, such as secret.get.", k_event_text},
        Field<&R::path>{"path", "Only about the object of this name.", k_event_path},
        Field<&R::decision>{"decision", "Only what was allowed, or denied."},
        Field<&R::request>{"request", "Only of the request of this number.", k_sequence},
        Field<&R::records>{"records", "The log's own records too: keys, epochs, skips."},
        Field<&R::before>{"before", "Only entries with a lower number; the cursor of the page before.", k_sequence},
        Field<&R::limit>{"limit", "Events of a page, 1 to 1000; 50 by default.", {.min = 1, .max = 1000}}};
  }
};

struct ListResponse {
  std::vector<Event> events;
  std::optional<std::int64_t> cursor;

  static constexpr auto fields() {
    using R = ListResponse;
    return std::tuple{Field<&R::events>{"events", "Newest first."},
                      Field<&R::cursor>{"cursor", "Give it as `before` for the next page; absent at the end."}};
  }
};

struct List {
  using Request = ListRequest;
  using Response = ListResponse;
  static constexpr MethodInfo info{.name = "List",
                                   .documentation = "Lists events, newest first.",
                                   .states = LockStates::unlocked,
                                   .audit = audited_use("audit.list", "path")};
};

struct SequenceRequest {
  std::int64_t seq = 0;

  static constexpr auto fields() {
    return std::tuple{Field<&SequenceRequest::seq>{"seq", "Number of the entry.", k_sequence, CliRole::positional}};
  }
};

struct Get {
  using Request = SequenceRequest;
  using Response = Event;
  static constexpr MethodInfo info{.name = "Get",
                                   .documentation = "Shows one entry.",
                                   .states = LockStates::unlocked,
                                   .audit = audited_use("audit.get")};
};

struct Tail {
  using Request = Empty;
  using Response = Event;
  static constexpr MethodInfo info{.name = "Tail",
                                   .documentation =
                                       "Tells each event after it is in the log. It ends when the store is locked. A "
                                       "reader that does not keep up is "
                                       "dropped.",
                                   .states = LockStates::unlocked,
                                   .audit = audited_use("audit.tail"),
                                   .streaming = Streaming::required};
};

struct SummaryRequest {
  std::optional<std::int64_t> since_ms;
  std::optional<std::int64_t> until_ms;

  static constexpr auto fields() {
    using R = SummaryRequest;
    return std::tuple{Field<&R::since_ms>{"since_ms", "From this time on; the last 30 days by default.", k_time},
                      Field<&R::until_ms>{"until_ms", "Before this time; now by default.", k_time}};
  }
};

struct Count {
  std::string name;
  std::int64_t events = 0;
  std::int64_t denied = 0;
  std::int64_t failed = 0;
  static constexpr std::string_view type_name = "Count";

  static constexpr auto fields() {
    using R = Count;
    return std::tuple{Field<&R::name>{"name", "What was counted."}, Field<&R::events>{"events", "How many events."},
                      Field<&R::denied>{"denied", "How many of them were denied."},
                      Field<&R::failed>{"failed", "How many were let in and failed."}};
  }
};

struct SummaryResponse {
  std::int64_t events = 0;
  std::vector<Count> actors;
  std::vector<Count> actions;
  std::vector<Count> objects;
  std::vector<Count> days;

  static constexpr auto fields() {
    using R = SummaryResponse;
    return std::tuple{Field<&R::events>{"events", "Events in all; an intent and its outcome count once."},
                      Field<&R::actors>{"actors", "By actor, most first."},
                      Field<&R::actions>{"actions", "By action, most first."},
                      Field<&R::objects>{"objects", "By the object's name, most first; the first 1000."},
                      Field<&R::days>{"days", "By day (UTC), oldest first."}};
  }
};

struct GetSummary {
  using Request = SummaryRequest;
  using Response = SummaryResponse;
  static constexpr MethodInfo info{.name = "GetSummary",
                                   .documentation = "Counts events by actor, action, object and day.",
                                   .states = LockStates::unlocked,
                                   .audit = audited_use("audit.get_summary")};
};

struct VerifyRequest {
  std::optional<std::string> against;

  static constexpr auto fields() {
    return std::tuple{Field<&VerifyRequest::against>{
        "against", "An older checkpoint, as a signed note, that the log has to contain.", {.min = 1, .max = 65536}}};
  }
};

struct VerifyResponse {
  bool ok = false;
  std::int64_t first = 0;
  std::int64_t entries = 0;
  std::int64_t signed_entries = 0;
  std::int64_t torn = 0;
  std::optional<std::int64_t> sequence;
  std::optional<std::string> problem;
  std::optional<std::string> origin;
  std::optional<std::string> root;
  std::optional<bool> done;

  static constexpr auto fields() {
    using R = VerifyResponse;
    return std::tuple{Field<&R::ok>{"ok", "Whether everything is as it was written."},
                      Field<&R::first>{"first", "Entries before it are archived."},
                      Field<&R::entries>{"entries", "Entries read so far."},
                      Field<&R::signed_entries>{"signed_entries", "How many the newest checkpoint covers."},
                      Field<&R::torn>{"torn", "Bytes of an unfinished entry at the end."},
                      Field<&R::sequence>{"sequence", "Number of the entry where damage shows first."},
                      Field<&R::problem>{"problem", "What is wrong; absent when nothing is."},
                      Field<&R::origin>{"origin", "Name of the log."},
                      Field<&R::root>{"root", "Root of the whole tree in base64."},
                      Field<&R::done>{"done", "False in answers that only tell the progress."}};
  }
};

struct Verify {
  using Request = VerifyRequest;
  using Response = VerifyResponse;
  static constexpr MethodInfo info{
      .name = "Verify",
      .documentation = "Reads the whole log and checks everything that can be checked without a key.",
      .states = LockStates::initialized,
      .audit = audited_look("audit.verify"),
      .streaming = Streaming::optional};
};

struct CheckpointResponse {
  std::string checkpoint;

  static constexpr auto fields() {
    return std::tuple{Field<&CheckpointResponse::checkpoint>{"checkpoint", "A signed note (C2SP tlog-checkpoint)."}};
  }
};

struct GetCheckpoint {
  using Request = Empty;
  using Response = CheckpointResponse;
  static constexpr MethodInfo info{
      .name = "GetCheckpoint",
      .documentation = "Signs a checkpoint of everything that is in the log now, this call not included.",
      .states = LockStates::initialized,
      .audit = audited_use("audit.get_checkpoint")};
};

struct ProveRequest {
  std::int64_t seq = 0;
  std::optional<bool> disclose;

  static constexpr auto fields() {
    using R = ProveRequest;
    return std::tuple{Field<&R::seq>{"seq", "Number of the entry.", k_sequence, CliRole::positional},
                      Field<&R::disclose>{"disclose",
                                          "Put the entry's key into the proof, so that who has the proof can "
                                          "read this event, and no other."}};
  }
};

struct ProveResponse {
  std::string proof;

  static constexpr auto fields() {
    return std::tuple{Field<&ProveResponse::proof>{"proof", "A proof (C2SP tlog-proof)."}};
  }
};

struct Prove {
  using Request = ProveRequest;
  using Response = ProveResponse;
  static constexpr MethodInfo info{.name = "Prove",
                                   .documentation = "Proves that an entry is in the log.",
                                   .states = LockStates::unlocked,
                                   .audit = audited_use("audit.prove")};
};

struct KeyResponse {
  std::string key;
  std::string origin;

  static constexpr auto fields() {
    using R = KeyResponse;
    return std::tuple{Field<&R::key>{"key", "The log's public key as verifiers take it (C2SP signed-note)."},
                      Field<&R::origin>{"origin", "Name of the log in its checkpoints."}};
  }
};

struct GetKey {
  using Request = Empty;
  using Response = KeyResponse;
  static constexpr MethodInfo info{.name = "GetKey",
                                   .documentation = "Tells the public key that the log's checkpoints are signed with.",
                                   .states = LockStates::initialized,
                                   .audit = not_audited("The key is public.")};
};

struct ArchiveRequest {
  std::int64_t before_ms = 0;

  static constexpr auto fields() {
    return std::tuple{Field<&ArchiveRequest::before_ms>{
        "before_ms", "Whole segments with nothing newer than this are archived.", k_time}};
  }
};

struct ArchiveResponse {
  std::int64_t entries = 0;
  std::int64_t segments = 0;
  std::string folder;

  static constexpr auto fields() {
    using R = ArchiveResponse;
    return std::tuple{Field<&R::entries>{"entries", "Entries before this number are archived now."},
                      Field<&R::segments>{"segments", "How many segments were moved."},
                      Field<&R::folder>{"folder", "Where they are; they can be moved away and verified there."}};
  }
};

struct Archive {
  using Request = ArchiveRequest;
  using Response = ArchiveResponse;
  static constexpr MethodInfo info{.name = "Archive",
                                   .documentation =
                                       "Moves the oldest segments out of the log into a folder beside it. The tree "
                                       "goes on: what remains is verified "
                                       "behind a signed checkpoint of what was moved.",
                                   .states = LockStates::unlocked,
                                   .effect = Effect::write,
                                   .audit = audited_administration("audit.archive")};
};

struct Witness {
  std::string key;
  std::optional<std::string> url;
  std::optional<std::int64_t> entries;
  std::optional<std::int64_t> time_ms;
  std::optional<std::string> problem;
  static constexpr std::string_view type_name = "Witness";

  static constexpr auto fields() {
    using R = Witness;
    return std::tuple{Field<&R::key>{"key", "Its public key (type 04)."},
                      Field<&R::url>{"url", "Where it answers; absent when checkpoints are carried to it by hand."},
                      Field<&R::entries>{"entries", "How many entries it has vouched for last."},
                      Field<&R::time_ms>{"time_ms", "When it did."},
                      Field<&R::problem>{"problem", "Why it did not the last time; absent when it did."}};
  }
};

struct AddWitnessRequest {
  std::string key;
  std::optional<std::string> url;
  std::optional<std::string> cosigned;

  static constexpr auto fields() {
    using R = AddWitnessRequest;
    return std::tuple{
        Field<&R::key>{"key", "The witness's public key.", {.min = 1, .max = 512}},
        Field<&R::url>{"url", "Where it answers, http:// or https://.", {.min = 8, .max = 1024}},
        Field<&R::cosigned>{"cosigned", "A checkpoint of this log that it has cosigned.", {.min = 1, .max = 65536}}};
  }
};

struct AddWitness {
  using Request = AddWitnessRequest;
  using Response = Witness;
  static constexpr MethodInfo info{.name = "AddWitness",
                                   .documentation =
                                       "Adds a witness, or the cosigned checkpoint of one that is reached by files. "
                                       "One with a URL is asked at once, "
                                       "and then once a minute while the log grows.",
                                   .states = LockStates::unlocked,
                                   .effect = Effect::write,
                                   .audit = audited_change("audit.add_witness", "key")};
};

struct ListWitnessesResponse {
  std::vector<Witness> witnesses;

  static constexpr auto fields() {
    return std::tuple{Field<&ListWitnessesResponse::witnesses>{"witnesses", "In the order in which they were added."}};
  }
};

struct ListWitnesses {
  using Request = Empty;
  using Response = ListWitnessesResponse;
  static constexpr MethodInfo info{.name = "ListWitnesses",
                                   .documentation = "Lists the witnesses and what they have vouched for.",
                                   .states = LockStates::initialized,
                                   .audit = not_audited("It tells nothing about what is stored."),
                                   .cli = {"audit witness list", "strongroom audit witness list"}};
};

struct RemoveWitnessRequest {
  std::string key;

  static constexpr auto fields() {
    return std::tuple{Field<&RemoveWitnessRequest::key>{
        "key", "The witness's public key, or its name.", {.min = 1, .max = 512}, CliRole::positional}};
  }
};

struct RemoveWitness {
  using Request = RemoveWitnessRequest;
  using Response = Empty;
  static constexpr MethodInfo info{.name = "RemoveWitness",
                                   .documentation = "Removes a witness. What it has cosigned stays.",
                                   .states = LockStates::unlocked,
                                   .effect = Effect::write,
                                   .audit = audited_change("audit.remove_witness", "key"),
                                   .cli = {"audit witness remove", "strongroom audit witness remove witness.example"}};
};

struct ExportRequest {
  std::optional<std::int64_t> since_ms;
  std::optional<std::int64_t> until_ms;

  static constexpr auto fields() {
    using R = ExportRequest;
    return std::tuple{Field<&R::since_ms>{"since_ms", "From this time on; everything by default.", k_time},
                      Field<&R::until_ms>{"until_ms", "Before this time.", k_time}};
  }
};

struct ExportItem {
  std::optional<std::string> checkpoint;
  std::optional<std::string> key;
  std::optional<std::string> epoch_proof;
  std::optional<Event> event;
  std::optional<std::string> entry;
  std::optional<std::vector<std::string>> proof;
  std::optional<std::string> entry_key;
  std::optional<std::string> r;
  std::optional<std::int64_t> total;

  static constexpr auto fields() {
    using R = ExportItem;
    return std::tuple{Field<&R::checkpoint>{"checkpoint", "First answer: the checkpoint that all proofs lead to."},
                      Field<&R::key>{"key", "First answer: the log's key."},
                      Field<&R::epoch_proof>{"epoch_proof", "First answer: proof of the newest epoch record."},
                      Field<&R::event>{"event", "An event; one for each further answer."},
                      Field<&R::entry>{"entry", "Its entry in base64."},
                      Field<&R::proof>{"proof", "Its inclusion proof, hashes in base64."},
                      Field<&R::entry_key>{"entry_key", "The key that opens it, in base64."},
                      Field<&R::r>{"r", "What opens its box, in base64; absent when there is none or it was redacted."},
                      Field<&R::total>{"total", "Last answer: how many events there were."}};
  }
};

struct Export {
  using Request = ExportRequest;
  using Response = ExportItem;
  static constexpr MethodInfo info{
      .name = "Export",
      .documentation =
          "Gives out events with all that is needed to check and read them without the daemon, oldest first.",
      .states = LockStates::unlocked,
      .audit = audited_use("audit.export"),
      .streaming = Streaming::required};
};

struct Redact {
  using Request = SequenceRequest;
  using Response = Empty;
  static constexpr MethodInfo info{
      .name = "Redact",
      .documentation =
          "Destroys what opens an event's names and stated purpose. The event and every proof stay valid; the names "
          "cannot be brought back.",
      .states = LockStates::unlocked,
      .effect = Effect::write,
      .audit = audited_change("audit.redact", "seq")};
};

inline constexpr std::string_view interface = "io.strongroom.Audit";
inline constexpr std::string_view documentation = "Reading, proving and looking after the audit log.";
using Methods = MethodList<List, Get, Tail, GetSummary, Verify, GetCheckpoint, Prove, GetKey, Archive, AddWitness,
                           ListWitnesses, RemoveWitness, Export, Redact>;

// The interface of a method of this area, found by its type.
template <class M>
  requires in_list_v<M, Methods>
constexpr std::string_view interface_of(M) {
  return interface;
}

}  // namespace audit
}  // namespace strongroom::protocol
