// Evidence that leaves the daemon: proofs and exports; and redaction, which leaves them valid.
#include <algorithm>

#include <strongroom/evidence/cbor.h>
#include <strongroom/evidence/tlog_proof.h>
#include <strongroom/evidence/verify_log.h>

#include "daemon/audit/audit_service.h"

namespace strongroom::audit {

namespace wire = protocol::audit;
using evidence::Hash;

namespace {

std::string base64_of(BytesView bytes) {
  std::string text(base64_size(bytes.size()), '\0');
  base64_encode(bytes, text.data());
  return text;
}

struct Extra {
  BytesView entry;
  BytesView epoch_record;
  const std::vector<Hash>* epoch_proof = nullptr;
  const evidence::Disclosure* disclosure = nullptr;
};

Bytes encode(const Extra& extra) {
  Bytes out;
  evidence::CborWriter writer(out);
  const bool discloses = extra.disclosure != nullptr;
  const bool box = discloses && extra.disclosure->r.has_value();
  writer.map(3 + (discloses ? 1U : 0U) + (box ? 1U : 0U));
  writer.uint(1);
  writer.bytes(extra.entry);
  writer.uint(2);
  writer.bytes(extra.epoch_record);
  writer.uint(3);
  writer.array(extra.epoch_proof->size());
  for (const Hash& hash : *extra.epoch_proof) writer.bytes(hash);
  if (discloses) {
    writer.uint(4);
    writer.bytes(extra.disclosure->entry_key);
  }
  if (box) {
    writer.uint(5);
    writer.bytes(*extra.disclosure->r);
  }
  return out;
}

// The newest epoch record that a checkpoint covers, with its proof there.
struct EpochProof {
  Bytes record;
  std::uint64_t sequence = 0;
  std::vector<Hash> proof;
};

Result<EpochProof> prove_epoch(AuditLog& log, EventReader& reader, std::uint64_t size) {
  EpochProof epoch;
  STRONGROOM_ASSIGN(epoch.sequence, newest_epoch(reader, size));
  STRONGROOM_ASSIGN(epoch.record, log.epoch_record(epoch.sequence));
  STRONGROOM_CHECK(log.keeper().with_tree([&](const evidence::TiledTree& tree) -> Status {
    STRONGROOM_ASSIGN(epoch.proof, evidence::prove_inclusion(epoch.sequence, size, tree.reader()));
    return {};
  }));
  return epoch;
}

Result<std::vector<Hash>> prove_entry(AuditLog& log, std::uint64_t sequence, std::uint64_t size) {
  std::vector<Hash> proof;
  STRONGROOM_CHECK(log.keeper().with_tree([&](const evidence::TiledTree& tree) -> Status {
    STRONGROOM_ASSIGN(proof, evidence::prove_inclusion(sequence, size, tree.reader()));
    return {};
  }));
  return proof;
}

struct Signed {
  evidence::Note note;
  std::uint64_t size = 0;
};

Result<Signed> sign_now(AuditLog& log) {
  STRONGROOM_ASSIGN(const std::string text, log.keeper().checkpoint());
  STRONGROOM_ASSIGN(auto note, evidence::Note::parse(text));
  STRONGROOM_ASSIGN(const auto checkpoint, evidence::Checkpoint::parse(note.text));
  return Signed{std::move(note), checkpoint.size};
}

}  // namespace

Result<std::uint64_t> newest_epoch(EventReader& reader, std::uint64_t size) {
  STRONGROOM_ASSIGN(const std::uint64_t chain, reader.chain_of(size));
  STRONGROOM_ASSIGN(const auto key, reader.read(chain));
  std::uint64_t newest = std::get<evidence::KeyEntry>(key.entry.content).epoch_record;
  // A record may have come after the newest key record.
  for (std::uint64_t sequence = chain + 1; sequence < size; ++sequence) {
    STRONGROOM_ASSIGN(const auto read, reader.read(sequence));
    if (read.entry.header.type == evidence::EntryType::epoch) newest = sequence;
  }
  return newest;
}

// The newest checkpoint serves when it covers the entry; it may have cosignatures.
Result<std::string> AuditService::prove(std::uint64_t sequence, bool disclose) {
  STRONGROOM_CHECK(log_.usable());
  STRONGROOM_ASSIGN(const Signed at, sign_now(log_));
  evidence::TlogProof proof{.extra = {}, .index = sequence, .hashes = {}, .checkpoint = at.note};
  STRONGROOM_CHECK(log_.with_reader([&](EventReader& reader, std::uint64_t) -> Status {
    if (sequence >= at.size) return make_error(ErrorCode::not_found, "there is no such entry in the log", "seq");
    STRONGROOM_ASSIGN(const EpochProof epoch, prove_epoch(log_, reader, at.size));
    STRONGROOM_ASSIGN(proof.hashes, prove_entry(log_, sequence, at.size));
    STRONGROOM_ASSIGN(const auto read, reader.read(sequence));
    if (disclose && !read.event) return make_error(ErrorCode::invalid_argument, "the entry is no event", "disclose");
    proof.extra = encode({.entry = read.bytes,
                          .epoch_record = epoch.record,
                          .epoch_proof = &epoch.proof,
                          .disclosure = disclose ? &read.disclosure : nullptr});
    return {};
  }));
  return proof.text();
}

Status AuditService::export_events(const wire::ExportRequest& request, const Stream<wire::ExportItem>& stream,
                                   wire::ExportItem& last) {
  STRONGROOM_CHECK(log_.usable());
  STRONGROOM_ASSIGN(const Signed at, sign_now(log_));
  Query query;
  if (request.since_ms) query.since_s = *request.since_ms / 1000;
  if (request.until_ms) query.until_s = (*request.until_ms + 999) / 1000;
  const Error gone = make_error(ErrorCode::cancelled, "nobody reads the export any more");
  STRONGROOM_CHECK(log_.with_reader([&](EventReader& reader, std::uint64_t) -> Status {
    STRONGROOM_ASSIGN(const EpochProof epoch, prove_epoch(log_, reader, at.size));
    const evidence::TlogProof epoch_proof{
        .extra = encode({.entry = epoch.record, .epoch_record = epoch.record, .epoch_proof = &epoch.proof}),
        .index = epoch.sequence,
        .hashes = epoch.proof,
        .checkpoint = at.note};
    const bool sent =
        stream.send({.checkpoint = at.note.serialize(), .key = log_.key_text(), .epoch_proof = epoch_proof.text()});
    return sent ? Status() : gone;
  }));
  last.total = 0;
  for (std::uint64_t next = first_entry(); next < at.size;) {
    std::vector<wire::ExportItem> items;
    STRONGROOM_CHECK(read_items(query, at.size, next, items));
    // Who reads slowly is waited for here, where a lock of the store waits for nobody.
    for (const auto& item : items)
      if (stopping_ || !stream.wait_for_room() || !stream.send(item)) return gone;
    *last.total += static_cast<std::int64_t>(items.size());
  }
  return {};
}

// The events of the next block; `next` goes on behind it.
Status AuditService::read_items(const Query& query, std::uint64_t size, std::uint64_t& next,
                                std::vector<wire::ExportItem>& items) {
  return log_.with_reader([&](EventReader& reader, std::uint64_t) -> Status {
    const std::uint64_t end = std::min(size, (next / k_block + 1) * k_block);
    for (; next < end; ++next) {
      STRONGROOM_ASSIGN(const auto read, reader.read(next));
      if (!read.event || !query.matches(read)) continue;
      wire::ExportItem item{.event = shown_event(read), .entry = base64_of(read.bytes)};
      STRONGROOM_ASSIGN(const auto proof, prove_entry(log_, next, size));
      item.proof.emplace();
      for (const Hash& hash : proof) item.proof->push_back(base64_of(hash));
      item.entry_key = base64_of(read.disclosure.entry_key);
      if (read.disclosure.r) item.r = base64_of(*read.disclosure.r);
      items.push_back(std::move(item));
    }
    return {};
  });
}

Result<AuditService::Span> AuditService::present() {
  Span span;
  STRONGROOM_CHECK(log_.with_reader([&](EventReader&, std::uint64_t end) -> Status {
    span = {first_entry(), end};
    return {};
  }));
  return span;
}

Result<std::vector<wire::Event>> AuditService::read_events(const wire::ListRequest& filter, std::uint64_t first,
                                                           std::uint64_t end) {
  STRONGROOM_ASSIGN(const Query query, query_of(filter));
  std::vector<wire::Event> events;
  STRONGROOM_CHECK(log_.with_reader([&](EventReader& reader, std::uint64_t) -> Status {
    for (std::uint64_t next = first; next < end; ++next) {
      if (stopping_) return make_error(ErrorCode::cancelled, "the daemon is stopping");
      STRONGROOM_ASSIGN(const auto read, reader.read(next));
      if (query.matches(read)) events.push_back(shown_event(read));
    }
    return {};
  }));
  return events;
}

void AuditService::handle(wire::Export, wire::ExportRequest&& request, Completion<wire::ExportItem> done,
                          Stream<wire::ExportItem> stream) {
  run<wire::ExportItem>(std::move(done), [this, request, stream = std::move(stream)]() -> Result<wire::ExportItem> {
    wire::ExportItem last;
    STRONGROOM_CHECK(export_events(request, stream, last));
    return last;
  });
}

void AuditService::handle(wire::Redact, wire::SequenceRequest&& request, Done<wire::Redact> done) {
  run<protocol::service::Empty>(std::move(done), [this, sequence = request.seq]() -> Result<protocol::service::Empty> {
    STRONGROOM_CHECK(log_.usable());
    STRONGROOM_CHECK(log_.redact(static_cast<std::uint64_t>(sequence)));
    return protocol::service::Empty{};
  });
}

}  // namespace strongroom::audit
