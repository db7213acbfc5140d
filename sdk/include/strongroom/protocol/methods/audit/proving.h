// Proving the log: verification, checkpoints, proofs, keys, exported evidence.
#pragma once

#include <strongroom/protocol/methods/audit/common.h>

namespace strongroom::protocol::audit {

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

}  // namespace strongroom::protocol::audit
