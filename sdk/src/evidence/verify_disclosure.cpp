#include <strongroom/evidence/verify_disclosure.h>

#include <algorithm>

#include <strongroom/evidence/cbor.h>
#include <strongroom/evidence/verify_log.h>

namespace strongroom::evidence {
namespace {

constexpr std::size_t k_most_hashes = 64;

Error malformed() {
  return make_error(ErrorCode::invalid_argument, "what the proof says beside the hashes is malformed");
}

template <std::size_t N>
std::array<Byte, N> exactly(CborReader& in) {
  std::array<Byte, N> out{};
  const BytesView bytes = in.bytes(N);
  if (bytes.size() == N)
    std::ranges::copy(bytes, out.begin());
  else
    in.fail();
  return out;
}

Bytes some_bytes(CborReader& in) {
  const BytesView bytes = in.bytes(k_max_entry);
  return {bytes.begin(), bytes.end()};
}

void take_member(std::uint64_t key, CborReader& in, ProofExtra& extra) {
  switch (key) {
    case 1:
      extra.entry = some_bytes(in);
      break;
    case 2:
      extra.epoch_record = some_bytes(in);
      break;
    case 3:
      for (auto left = in.array(k_most_hashes); left > 0 && in.ok(); --left)
        extra.epoch_proof.push_back(exactly<32>(in));
      break;
    case 4:
      extra.disclosure.emplace().entry_key = exactly<32>(in);
      break;
    default:
      extra.disclosure->r = exactly<32>(in);
  }
}

}  // namespace

Bytes ProofExtra::encode() const {
  Bytes out;
  CborWriter writer(out);
  const bool has_r = disclosure && disclosure->r;
  writer.map(3U + (disclosure ? 1U : 0U) + (has_r ? 1U : 0U));
  writer.uint(1);
  writer.bytes(entry);
  writer.uint(2);
  writer.bytes(epoch_record);
  writer.uint(3);
  writer.array(epoch_proof.size());
  for (const Hash& hash : epoch_proof) writer.bytes(hash);
  if (disclosure) {
    writer.uint(4);
    writer.bytes(disclosure->entry_key);
  }
  if (has_r) {
    writer.uint(5);
    writer.bytes(*disclosure->r);
  }
  return out;
}

Result<ProofExtra> ProofExtra::parse(BytesView cbor) {
  CborReader in(cbor);
  ProofExtra extra;
  const std::uint64_t pairs = in.map(5);
  // All keys up to the last one are there: an r makes no sense without an entry key.
  for (std::uint64_t key = 1; key <= pairs && in.ok(); ++key) {
    if (in.uint() != key) return malformed();
    take_member(key, in, extra);
  }
  if (!in.finished() || pairs < 3) return malformed();
  return extra;
}

Result<ProvenCheckpoint> ProvenCheckpoint::verify(const Note& note, BytesView epoch_record,
                                                  std::span<const Hash> epoch_proof, const VerifierKey& log) {
  ProvenCheckpoint proven;
  STRONGROOM_ASSIGN(proven.log_id_, log_id_of(log.name));
  STRONGROOM_CHECK(verify_note(note, log));
  STRONGROOM_ASSIGN(const Entry record, parse_entry(epoch_record));
  const auto* epoch = std::get_if<EpochEntry>(&record.content);
  if (!epoch) return make_error(ErrorCode::tampered, "what stands for the epoch record is none");
  if (epoch->log_id != proven.log_id_ || !std::ranges::equal(epoch->identity_key, log.key))
    return make_error(ErrorCode::tampered, "the epoch record is of another log");
  if (record.header.epoch != epoch->closes + 1 || epoch->size != record.header.sequence)
    return make_error(ErrorCode::tampered, "the epoch record contradicts itself");
  if (!has_identity_signature(*epoch))
    return make_error(ErrorCode::tampered, "the epoch record is not signed by the log's identity");
  STRONGROOM_ASSIGN(proven.checkpoint_, verify_checkpoint(note, *epoch, record.header.epoch));
  STRONGROOM_CHECK(verify_inclusion(record.header.sequence, proven.checkpoint_.size, leaf_hash(epoch_record),
                                    epoch_proof, proven.checkpoint_.root));
  proven.epoch_ = record.header.epoch;
  proven.epoch_record_ = record.header.sequence;
  return proven;
}

Result<Entry> ProvenCheckpoint::entry_at(std::uint64_t sequence, BytesView bytes, std::span<const Hash> proof) const {
  STRONGROOM_CHECK(verify_inclusion(sequence, checkpoint_.size, leaf_hash(bytes), proof, checkpoint_.root));
  STRONGROOM_ASSIGN(const Entry entry, parse_entry(bytes));
  if (entry.header.sequence != sequence)
    return make_error(ErrorCode::tampered, "the entry calls itself by another number than its place");
  const bool fits = sequence >= epoch_record_ ? entry.header.epoch == epoch_ : entry.header.epoch < epoch_;
  if (!fits) return make_error(ErrorCode::tampered, "the entry names another epoch than it was written in");
  return entry;
}

ProofReport verify_disclosure(std::string_view text, const VerifierKey& log) {
  ProofReport report;
  const auto check = [&]() -> Status {
    STRONGROOM_ASSIGN(const TlogProof proof, TlogProof::parse(text));
    const auto checkpoint = Checkpoint::parse(proof.checkpoint.text);
    if (checkpoint && proof.index < checkpoint->size) report.sequence = proof.index;
    if (!proof.extra) return make_error(ErrorCode::invalid_argument, "the proof does not hold the entry");
    STRONGROOM_ASSIGN(const ProofExtra extra, ProofExtra::parse(*proof.extra));
    STRONGROOM_ASSIGN(const auto proven,
                      ProvenCheckpoint::verify(proof.checkpoint, extra.epoch_record, extra.epoch_proof, log));
    report.signed_entries = proven.checkpoint().size;
    STRONGROOM_ASSIGN(const Entry entry, proven.entry_at(proof.index, extra.entry, proof.hashes));
    report.header = entry.header;
    if (!extra.disclosure) return {};
    STRONGROOM_ASSIGN(report.opened, open_disclosed(proven.log_id(), entry, *extra.disclosure));
    return {};
  };
  if (auto status = check(); !status) report.problem = status.error().message;
  return report;
}

Result<OpenedEvent> open_disclosed(const LogId& log, const Entry& entry, const Disclosure& disclosure) {
  const auto* event = std::get_if<EventEntry>(&entry.content);
  if (!event) return make_error(ErrorCode::invalid_argument, "only events can be disclosed");
  if (disclosure.r && event->box.empty())
    return make_error(ErrorCode::tampered, "the proof opens names that the event does not have");
  STRONGROOM_ASSIGN(auto opened, open_event(log, entry, disclosure));
  if (opened.event.intent && *opened.event.intent >= entry.header.sequence)
    return make_error(ErrorCode::corrupt, "the event names an intent that comes after it");
  return opened;
}

Result<LogId> log_id_of(std::string_view origin) {
  constexpr std::string_view k_prefix = "io.strongroom/log/";
  const auto refused = [] { return make_error(ErrorCode::invalid_argument, "the key is not that of an audit log"); };
  if (!origin.starts_with(k_prefix)) return refused();
  const auto bytes = from_hex(origin.substr(k_prefix.size()));
  LogId id{};
  if (!bytes || bytes->size() != id.size()) return refused();
  std::ranges::copy(*bytes, id.begin());
  if (origin_of(id) != origin) return refused();
  return id;
}

}  // namespace strongroom::evidence
