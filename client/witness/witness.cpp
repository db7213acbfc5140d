#include "client/witness/witness.h"

#include <cstdio>

#include "client/witness/log_state.h"

namespace strongroom::witness {
namespace {

using evidence::Checkpoint;
using evidence::Note;

// What the operator must learn and the log need not.
Decision failed(const Error& error) {
  std::fprintf(stderr, "strongroom-witness: %s\n", error.message.c_str());
  return {Verdict::failed, "the witness could not do its work; its operator knows why"};
}

// The note with the lines of the log's trusted keys only; nothing when there is none or one does not verify.
std::optional<Note> verified_note(const Note& note, const std::vector<evidence::VerifierKey>& keys) {
  Note verified{note.text, {}};
  for (const auto& key : keys) {
    const Status status = evidence::verify_note(note, key);
    if (!status && status.error().code == ErrorCode::not_found) continue;
    if (!status) return std::nullopt;
    for (const auto& line : note.signatures)
      if (line.name == key.name && line.id == key.id) verified.signatures.push_back(line);
  }
  if (verified.signatures.empty()) return std::nullopt;
  return verified;
}

Decision forked(LogState& state, const Note& note, const Checkpoint& checkpoint) {
  std::fprintf(stderr, "strongroom-witness: %s signed two different logs of size %llu\n", checkpoint.origin.c_str(),
               static_cast<unsigned long long>(checkpoint.size));
  if (const Status kept = state.keep_fork(note); !kept) return failed(kept.error());
  return {Verdict::fork, "the log has another root at this size", state.size()};
}

}  // namespace

Decision Witness::add_checkpoint(const evidence::AddCheckpoint& request) const {
  const auto checkpoint = Checkpoint::parse(request.checkpoint.text);
  if (!checkpoint) return {Verdict::malformed, checkpoint.error().message};
  auto state = LogState::open(folder_, checkpoint->origin, key_.verifier());
  if (!state && state.error().code == ErrorCode::not_found) return {Verdict::unknown_log, "this log is not known here"};
  if (!state) return failed(state.error());
  auto note = verified_note(request.checkpoint, state->keys());
  if (!note) return {Verdict::not_signed, "no key that is trusted for this log signed the checkpoint"};
  if (request.old_size > checkpoint->size) return {Verdict::malformed, "the old size is above the new one"};
  if (request.old_size != state->size())
    return {Verdict::stale, "the last cosigned checkpoint has another size", state->size()};
  if (state->cosigned() && checkpoint->size == state->size() && checkpoint->root != state->root())
    return forked(*state, *note, *checkpoint);
  if (!evidence::verify_consistency(state->size(), state->root(), checkpoint->size, checkpoint->root, request.proof))
    return {Verdict::inconsistent, "the proof does not lead from the last cosigned checkpoint to this one"};
  const auto cosignature = key_.cosign(note->text, clock_.now_ms() / 1000);
  if (!cosignature) return failed(cosignature.error());
  note->signatures.push_back(*cosignature);
  // The state is on the disk before anybody sees the cosignature, so that no crash takes back what was attested.
  if (const Status stored = state->store(*note); !stored) return failed(stored.error());
  return {Verdict::cosigned, {}, checkpoint->size, cosignature->line()};
}

}  // namespace strongroom::witness
