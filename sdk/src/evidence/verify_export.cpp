#include <fstream>

#include <strongroom/evidence/event_words.h>
#include <strongroom/evidence/export.h>
#include <strongroom/evidence/verify_disclosure.h>
#include <strongroom/evidence/verify_log.h>

#include "sdk/src/evidence/text.h"

namespace strongroom::evidence {
namespace {

namespace fs = std::filesystem;
using protocol::JsonDocument;
using protocol::JsonKind;
using protocol::JsonValue;

constexpr std::size_t k_longest_line = std::size_t{8} << 20;
constexpr std::int64_t k_between_progress = 256;

Error wrong(std::string what) {
  return make_error(ErrorCode::tampered, std::move(what));
}

// The lines of a file, one after the other.
class Lines {
 public:
  explicit Lines(const fs::path& file) : name_(file.filename().string()), in_(file, std::ios::binary) {}

  // False at the end.
  Result<bool> next(JsonDocument& document) {
    line_.clear();
    for (int c = in_.get(); c != '\n'; c = in_.get()) {
      if (c == std::char_traits<char>::eof()) {
        if (line_.empty() && in_.eof()) return false;
        return wrong(name_ + ": the last line has no end");
      }
      if (line_.size() >= k_longest_line) return wrong(name_ + ": a line is too long");
      line_.push_back(static_cast<char>(c));
    }
    if (!document.parse(line_) || document.root().kind() != JsonKind::object)
      return wrong(name_ + ": a line is no JSON object");
    return true;
  }

 private:
  std::string name_;
  std::ifstream in_;
  std::string line_;
};

// A line of proofs.jsonl.
struct ProofLine {
  std::uint64_t sequence = 0;
  Bytes entry;
  std::vector<Hash> proof;
  Disclosure disclosure;
};

Result<ProofLine> parse_line(const JsonValue& line) {
  const auto malformed = [] { return wrong("proofs.jsonl: a line is malformed"); };
  const auto* sequence = line.find("seq");
  const auto* entry = line.find("entry");
  const auto* proof = line.find("proof");
  const auto* key = line.find("entry_key");
  const auto* r = line.find("r");
  if (!sequence || sequence->kind() != JsonKind::integer || sequence->integer() < 0 || !entry || !proof ||
      proof->kind() != JsonKind::array || !key || line.object().size() != (r ? 5U : 4U))
    return malformed();
  ProofLine parsed;
  parsed.sequence = static_cast<std::uint64_t>(sequence->integer());
  auto bytes = base64_bytes(entry->string());
  if (!bytes) return malformed();
  parsed.entry = std::move(*bytes);
  for (const auto& item : proof->array()) {
    const auto hash = base64_hash(item.string());
    if (!hash) return malformed();
    parsed.proof.push_back(*hash);
  }
  const auto entry_key = base64_hash(key->string());
  if (!entry_key) return malformed();
  parsed.disclosure.entry_key = *entry_key;
  if (!r) return parsed;
  const auto opens_box = base64_hash(r->string());
  if (!opens_box) return malformed();
  parsed.disclosure.r = *opens_box;
  return parsed;
}

class ExportVerifier {
 public:
  ExportVerifier(fs::path folder, const VerifyExportOptions& options) : folder_(std::move(folder)), options_(options) {}

  Result<ExportReport> run() {
    Status status = check_all();
    if (!status && status.error().code == ErrorCode::cancelled) return status.error();
    if (!status) report_.problem = status.error().message;
    return std::move(report_);
  }

 private:
  Status check_all() {
    STRONGROOM_CHECK(check_manifest());
    STRONGROOM_ASSIGN(const VerifierKey key, log_key());
    STRONGROOM_ASSIGN(const ProvenCheckpoint proven, proven_checkpoint(key));
    report_.signed_entries = proven.checkpoint().size;
    return check_lines(proven);
  }

  Result<std::string> read(const char* name) const {
    auto text = read_log_file(folder_ / name, k_tlog_proof_max);
    if (text) return text;
    return wrong(std::string(name) + (text.error().code == ErrorCode::not_found ? " is missing" : " cannot be read"));
  }

  Status check_manifest() {
    STRONGROOM_ASSIGN(const std::string text, read("manifest.json"));
    STRONGROOM_ASSIGN(manifest_, ExportManifest::parse(text));
    report_.origin = manifest_.origin;
    report_.since_ms = manifest_.since_ms;
    report_.until_ms = manifest_.until_ms;
    for (const auto& [name, expected] : manifest_.files) {
      STRONGROOM_ASSIGN(const std::string digest, file_digest(folder_ / name));
      if (digest != expected) return wrong(name + " is not the file that the manifest describes");
    }
    return {};
  }

  Result<VerifierKey> log_key() {
    STRONGROOM_ASSIGN(std::string text, read("key"));
    if (!text.ends_with('\n')) return wrong("key: the line has no end");
    text.pop_back();
    STRONGROOM_ASSIGN(const VerifierKey key, VerifierKey::parse(text));
    if (options_.key && *options_.key != key) return wrong("the export's key is not the one given");
    if (manifest_.origin != key.name) return wrong("manifest.json: the origin is not that of the key");
    report_.key = std::move(text);
    return key;
  }

  // The checkpoint, with what epoch.proof says of its epoch.
  Result<ProvenCheckpoint> proven_checkpoint(const VerifierKey& key) const {
    STRONGROOM_ASSIGN(const std::string note_text, read("checkpoint"));
    STRONGROOM_ASSIGN(const Note note, Note::parse(note_text));
    STRONGROOM_ASSIGN(const std::string proof_text, read("epoch.proof"));
    STRONGROOM_ASSIGN(const TlogProof proof, TlogProof::parse(proof_text));
    if (!proof.extra) return wrong("epoch.proof does not hold the epoch record");
    STRONGROOM_ASSIGN(const ProofExtra extra, ProofExtra::parse(*proof.extra));
    if (extra.entry != extra.epoch_record || extra.disclosure)
      return wrong("epoch.proof is not that of the epoch record");
    if (proof.checkpoint.text != note.text) return wrong("epoch.proof leads to another checkpoint");
    if (const auto report = verify_disclosure(proof_text, key); !report.ok())
      return wrong("epoch.proof: " + report.problem);
    return ProvenCheckpoint::verify(note, extra.epoch_record, extra.epoch_proof, key);
  }

  Status check_lines(const ProvenCheckpoint& proven) {
    Lines events(folder_ / "events.jsonl");
    Lines proofs(folder_ / "proofs.jsonl");
    for (;;) {
      JsonDocument event;
      JsonDocument proof;
      STRONGROOM_ASSIGN(const bool has_event, events.next(event));
      STRONGROOM_ASSIGN(const bool has_proof, proofs.next(proof));
      if (has_event != has_proof) return wrong("events.jsonl and proofs.jsonl have different numbers of lines");
      if (!has_event) break;
      STRONGROOM_CHECK(check_line(proven, event.root(), proof.root()));
      if (++report_.events % k_between_progress == 0 && options_.progress && !options_.progress(report_.events))
        return make_error(ErrorCode::cancelled, "the verification was interrupted");
    }
    if (report_.events != manifest_.events) return wrong("manifest.json: the number of events is another");
    return {};
  }

  Status check_line(const ProvenCheckpoint& proven, const JsonValue& event, const JsonValue& proof) {
    STRONGROOM_ASSIGN(const ProofLine line, parse_line(proof));
    report_.sequence = line.sequence;
    if (line.sequence < next_) return wrong("proofs.jsonl: the events are not in order");
    next_ = line.sequence + 1;
    STRONGROOM_ASSIGN(const Entry entry, proven.entry_at(line.sequence, line.entry, line.proof));
    STRONGROOM_ASSIGN(const OpenedEvent opened, open_disclosed(proven.log_id(), entry, line.disclosure));
    if (!says(opened, event)) return wrong("events.jsonl: the line does not say what the event says");
    if (entry.header.time_s < manifest_.since_ms / 1000 || entry.header.time_s > manifest_.until_ms / 1000 + 1)
      return wrong("the event is not of the time that the manifest names");
    report_.sequence.reset();
    return {};
  }

  static bool says(const OpenedEvent& opened, const JsonValue& line) {
    WipedString text(wiped_heap());
    protocol::JsonWriter writer(text);
    write_words(opened, writer);
    JsonDocument words;
    return words.parse(text) && same_json(words.root(), line);
  }

  const fs::path folder_;
  const VerifyExportOptions& options_;
  ExportManifest manifest_;
  ExportReport report_;
  std::uint64_t next_ = 0;  // the least number that may come
};

}  // namespace

Result<ExportReport> verify_export(const fs::path& folder, const VerifyExportOptions& options) {
  return ExportVerifier(folder, options).run();
}

}  // namespace strongroom::evidence
