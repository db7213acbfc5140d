#include "client/witness/log_state.h"

#include <algorithm>

namespace strongroom::witness {
namespace {

constexpr const char* k_keys = "keys";
constexpr const char* k_checkpoint = "checkpoint";
constexpr const char* k_fork = "fork";
constexpr std::string_view k_none = "none\n";
constexpr std::size_t k_keys_max = 65'536;

// An origin may hold slashes and be of any length, a name of a folder not.
std::filesystem::path folder_of(const std::filesystem::path& folder, std::string_view origin) {
  return folder / "logs" / to_hex(evidence::leaf_hash(as_bytes(origin)));
}

Error damaged(const char* file) {
  return make_error(ErrorCode::corrupt, std::string("the file ") + file + " of the log is not what was written", file);
}

}  // namespace

Status LogState::read_keys(std::string_view origin) {
  STRONGROOM_ASSIGN(const WipedString file, read_private_file(folder_ / k_keys, k_keys_max));
  std::string_view rest = file;
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    if (end == std::string_view::npos) return damaged(k_keys);
    auto key = evidence::VerifierKey::parse(rest.substr(0, end));
    if (!key || key->name != origin) return damaged(k_keys);
    keys_.push_back(std::move(*key));
    rest.remove_prefix(end + 1);
  }
  return {};
}

Status LogState::read_checkpoint(std::string_view origin, const evidence::VerifierKey& witness) {
  const auto file = read_private_file(folder_ / k_checkpoint, evidence::k_note_max);
  // A log that is trusted has this file: without it the witness would begin again and cosign another history.
  if (!file && file.error().code == ErrorCode::not_found) return damaged(k_checkpoint);
  if (!file) return file.error();
  if (std::string_view(*file) == k_none) return {};
  const auto note = evidence::Note::parse(*file);
  if (!note) return damaged(k_checkpoint);
  if (!evidence::verify_note(*note, witness))
    return make_error(ErrorCode::tampered, "the last checkpoint of the log is not one that this witness cosigned",
                      k_checkpoint);
  const auto checkpoint = evidence::Checkpoint::parse(note->text);
  if (!checkpoint || checkpoint->origin != origin) return damaged(k_checkpoint);
  cosigned_ = *checkpoint;
  return {};
}

Result<LogState> LogState::open(const std::filesystem::path& folder, std::string_view origin,
                                const evidence::VerifierKey& witness) {
  const auto own = folder_of(folder, origin);
  STRONGROOM_ASSIGN(HeldFolder held, HeldFolder::hold(own));
  LogState state(own, std::move(held));
  STRONGROOM_CHECK(state.read_keys(origin));
  STRONGROOM_CHECK(state.read_checkpoint(origin, witness));
  return state;
}

Status LogState::trust(const std::filesystem::path& folder, const evidence::VerifierKey& log) {
  if (log.type != evidence::k_note_key)
    return make_error(ErrorCode::invalid_argument, "this is the key of a witness, not of a log", "vkey");
  STRONGROOM_CHECK(ensure_private_folder(folder / "logs"));
  const auto own = folder_of(folder, log.name);
  STRONGROOM_CHECK(ensure_private_folder(own));
  STRONGROOM_ASSIGN(HeldFolder held, HeldFolder::hold(own));
  LogState state(own, std::move(held));
  if (is_there(own / k_keys)) STRONGROOM_CHECK(state.read_keys(log.name));
  if (std::ranges::find(state.keys_, log) != state.keys_.end()) return {};
  // The keys come last, because they make the log known.
  if (state.keys_.empty() && !is_there(own / k_checkpoint)) STRONGROOM_CHECK(state.held_.replace(k_checkpoint, k_none));
  std::string lines;
  for (const auto& key : state.keys_) lines += key.text() + "\n";
  return state.held_.replace(k_keys, lines + log.text() + "\n");
}

Status LogState::store(const evidence::Note& cosigned) {
  return held_.replace(k_checkpoint, cosigned.serialize());
}

Status LogState::keep_fork(const evidence::Note& other) {
  if (is_there(folder_ / k_fork)) return {};
  return held_.replace(k_fork, other.serialize());
}

}  // namespace strongroom::witness
