#include "daemon/audit/witnesses.h"

#include <algorithm>
#include <charconv>
#include <sstream>

#include <strongroom/evidence/add_checkpoint.h>
#include <strongroom/evidence/verify_log.h>

namespace strongroom::audit {
namespace {

using evidence::Note;
using evidence::VerifierKey;

constexpr std::chrono::seconds k_between_asks{60};
constexpr std::size_t k_cosigned_kept = 16;

bool is_url(std::string_view url) {
  return (url.starts_with("http://") || url.starts_with("https://")) && url.size() <= 1024 &&
         std::ranges::none_of(url, [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; });
}

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t value = 0;
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

}  // namespace

Witnesses::Witnesses(AuditLog& log, AskWitness ask, std::function<void(const std::string&)> alarm)
    : log_(log), ask_(std::move(ask)), alarm_(std::move(alarm)) {
  load();
}

// One line each: key, url or "-", size and time of the last cosignature.
void Witnesses::load() {
  const auto text = evidence::read_log_file(log_.folder().path() / "witnesses");
  if (!text) return;
  std::istringstream lines(*text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string key;
    WitnessState witness;
    words >> key >> witness.url >> witness.cosigned_size >> witness.cosigned_s;
    auto parsed = VerifierKey::parse(key);
    if (!parsed || !words) continue;
    witness.key = std::move(*parsed);
    if (witness.url == "-") witness.url.clear();
    witnesses_.push_back(std::move(witness));
  }
}

Status Witnesses::save() {
  std::string text;
  for (const auto& witness : witnesses_)
    text += witness.key.text() + " " + (witness.url.empty() ? "-" : witness.url) + " " +
            std::to_string(witness.cosigned_size) + " " + std::to_string(witness.cosigned_s) + "\n";
  return log_.folder().replace("witnesses", text);
}

std::vector<WitnessState> Witnesses::all() const {
  const std::lock_guard guard(mutex_);
  return witnesses_;
}

bool Witnesses::any() const {
  const std::lock_guard guard(mutex_);
  return !witnesses_.empty();
}

Result<WitnessState> Witnesses::add(const std::string& key, const std::optional<std::string>& url,
                                    const std::optional<std::string>& cosigned) {
  const std::lock_guard one(asking_);
  const auto parsed = VerifierKey::parse(key);
  if (!parsed || parsed->type != evidence::k_cosignature_key)
    return make_error(ErrorCode::invalid_argument, "is no key of a witness (type 04)", "key");
  if (url.has_value() == cosigned.has_value())
    return make_error(ErrorCode::invalid_argument, "give either where it answers or a checkpoint that it has cosigned",
                      "url");
  if (url && !is_url(*url))
    return make_error(ErrorCode::invalid_argument, "must begin with http:// or https://", "url");
  WitnessState witness{.key = *parsed, .url = url.value_or(""), .cosigned_size = 0, .cosigned_s = 0, .problem = {}};
  {
    const std::lock_guard guard(mutex_);
    const auto there = std::ranges::find(witnesses_, *parsed, &WitnessState::key);
    if (there != witnesses_.end() && url)
      return make_error(ErrorCode::conflict, "this witness is there already", "key");
    if (there != witnesses_.end()) witness = *there;
  }
  if (url) {
    STRONGROOM_CHECK(log_.keeper().checkpoint());
    STRONGROOM_CHECK(ask(witness));
  } else {
    STRONGROOM_ASSIGN(const Note note, Note::parse(*cosigned));
    STRONGROOM_CHECK(take_cosignature(witness, note));
  }
  const std::lock_guard guard(mutex_);
  std::erase_if(witnesses_, [&](const auto& other) { return other.key == witness.key; });
  witnesses_.push_back(witness);
  STRONGROOM_CHECK(save());
  return witness;
}

Status Witnesses::remove(const std::string& key) {
  const std::lock_guard guard(mutex_);
  const auto removed = std::erase_if(
      witnesses_, [&](const auto& witness) { return witness.key.text() == key || witness.key.name == key; });
  if (removed == 0) return make_error(ErrorCode::not_found, "there is no such witness", "key");
  return save();
}

Result<WitnessAnswer> Witnesses::submit(const WitnessState& witness, std::uint64_t old_size, const Note& checkpoint) {
  STRONGROOM_ASSIGN(const auto parsed, evidence::Checkpoint::parse(checkpoint.text));
  evidence::AddCheckpoint request{.old_size = old_size, .proof = {}, .checkpoint = checkpoint};
  STRONGROOM_CHECK(log_.keeper().with_tree([&](const evidence::TiledTree& tree) -> Status {
    STRONGROOM_ASSIGN(request.proof, evidence::prove_consistency(old_size, parsed.size, tree.reader()));
    return {};
  }));
  return ask_(witness.url, request.text());
}

// A witness that knows another size says so (409), and is asked again from there.
// Once, however often it is asked again.
Error Witnesses::alarmed(const WitnessState& witness, const std::string& problem) const {
  if (witness.problem != problem) alarm_(problem);
  return make_error(ErrorCode::tampered, problem);
}

Status Witnesses::ask(WitnessState& witness) {
  const std::string text = log_.keeper().state().checkpoint;
  if (text.empty()) return make_error(ErrorCode::locked, "nothing is signed yet");
  STRONGROOM_ASSIGN(Note note, Note::parse(text));
  // Only the log's own lines: a witness need not see what others said.
  std::erase_if(note.signatures, [&](const auto& line) { return !line.name.starts_with(log_.origin()); });
  STRONGROOM_ASSIGN(const auto checkpoint, evidence::Checkpoint::parse(note.text));
  STRONGROOM_ASSIGN(WitnessAnswer answer, submit(witness, witness.cosigned_size, note));
  if (answer.status == 409) {
    const auto known = number_of(answer.body);
    if (known && *known > checkpoint.size)
      return alarmed(witness, "the witness " + witness.key.name + " has seen " + std::to_string(*known) +
                                  " entries of the audit log, and fewer are there: the log was put back");
    if (known) {
      STRONGROOM_ASSIGN(answer, submit(witness, *known, note));
    }
  }
  if (answer.status == 422 || answer.status == 409)
    return alarmed(witness, "the witness " + witness.key.name + " has seen another log than this one");
  if (answer.status != 200)
    return make_error(ErrorCode::denied, "the witness answers " + std::to_string(answer.status) +
                                             (answer.status == 404 ? ": it does not know this log's key" : ""));
  STRONGROOM_ASSIGN(const auto lines, evidence::parse_signatures(answer.body));
  for (const auto& line : lines)
    if (line.name == witness.key.name && line.id == witness.key.id) note.signatures.push_back(line);
  return take_cosignature(witness, note);
}

// Kept in the log, beside it, and in the newest checkpoint when that is the one.
Status Witnesses::take_cosignature(WitnessState& witness, const Note& note) {
  STRONGROOM_ASSIGN(const auto checkpoint, evidence::Checkpoint::parse(note.text));
  if (checkpoint.origin != log_.origin())
    return make_error(ErrorCode::invalid_argument, "the checkpoint is of another log", "cosigned");
  STRONGROOM_CHECK(evidence::verify_note(note, evidence::make_verifier_key(log_.origin(), evidence::k_note_key,
                                                                           log_.keeper().epoch_entry().identity_key)));
  const auto time = evidence::cosignature_time(note, witness.key);
  if (!time) return make_error(ErrorCode::wrong_credential, "the checkpoint has no right cosignature of this witness");
  STRONGROOM_CHECK(log_.keeper().with_tree([&](const evidence::TiledTree& tree) -> Status {
    if (checkpoint.size > tree.size())
      return make_error(ErrorCode::tampered, "the cosigned checkpoint covers more entries than there are");
    STRONGROOM_ASSIGN(const auto root, evidence::root_of(checkpoint.size, tree.reader()));
    if (root == checkpoint.root) return {};
    return make_error(ErrorCode::tampered, "the cosigned checkpoint is of another log than this one");
  }));
  const bool grew = checkpoint.size > witness.cosigned_size;
  witness.cosigned_size = std::max(witness.cosigned_size, checkpoint.size);
  witness.cosigned_s = *time;
  witness.problem.clear();
  // What else the file says is nobody's word.
  Note kept{note.text, {}};
  for (const auto& line : note.signatures) {
    if (line.name.starts_with(log_.origin()) || (line.name == witness.key.name && line.id == witness.key.id))
      kept.signatures.push_back(line);
  }
  const std::string text = kept.serialize();
  STRONGROOM_CHECK(log_.folder().replace(std::filesystem::path("cosigned") / std::to_string(checkpoint.size), text));
  log_.folder().keep_newest("cosigned", k_cosigned_kept);
  std::erase_if(kept.signatures, [&](const auto& line) { return line.name.starts_with(log_.origin()); });
  STRONGROOM_CHECK(log_.keeper().add_cosignatures(kept));
  return grew ? log_.append_record(evidence::EntryType::witness, as_bytes(text)) : Status();
}

// The entry that says that a witness has signed is no reason to ask it again. Before the first unlock nothing is signed
// that it could be asked about, whatever an earlier run has signed.
std::optional<Keeper::Time> Witnesses::due() const {
  const std::lock_guard guard(mutex_);
  const bool any = std::ranges::any_of(witnesses_, [](const auto& witness) { return !witness.url.empty(); });
  const auto state = log_.keeper().state();
  const bool grown = !state.checkpoint.empty() && state.signed_entries > asked_size_ + witnesses_.size();
  if (!any || !grown) return std::nullopt;
  return asked_ + k_between_asks;
}

void Witnesses::ask_all() {
  const std::lock_guard one(asking_);
  auto witnesses = all();
  const auto before = log_.keeper().state().signed_entries;
  for (auto& witness : witnesses) {
    if (witness.url.empty()) continue;
    if (auto asked = ask(witness); !asked) witness.problem = asked.error().message;
    const std::lock_guard guard(mutex_);
    for (auto& held : witnesses_)
      if (held.key == witness.key) held = witness;
  }
  const std::lock_guard guard(mutex_);
  asked_size_ = before;
  asked_ = Keeper::Clock::now();
  (void)save();
}

}  // namespace strongroom::audit
