// Looking after the log: its archive, its witnesses, redaction.
#pragma once

#include <strongroom/protocol/methods/audit/common.h>

namespace strongroom::protocol::audit {

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

}  // namespace strongroom::protocol::audit
