// A small audit log in memory with all that opens it, and what can be proved of it.
#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <strongroom/evidence/event_words.h>
#include <strongroom/evidence/export.h>
#include <strongroom/evidence/verify_disclosure.h>
#include <strongroom/evidence/verify_log.h>

#include "tests/unit/sdk/evidence/sample_note.h"

namespace strongroom::evidence {

class SampleAuditLog {
 public:
  static constexpr std::int64_t k_time_s = 1'800'000'000;

  // An epoch record, a key record, and events whose box names "secret/<number>".
  explicit SampleAuditLog(std::uint64_t events = 6)
      : identity_(origin_of(log_id()), k_note_key, 1),
        epoch_(epoch_key_name(origin_of(log_id()), 1), k_note_key, 2),
        disclosures_(2) {
    add_epoch();
    add_key();
    for (std::uint64_t i = 0; i < events; ++i) add_event();
  }

  static LogId log_id() { return {1, 2, 3, 4}; }

  const VerifierKey& key() const { return identity_.verifier; }

  std::uint64_t size() const { return entries.size(); }

  HashReader reader() const {
    return [this](unsigned level, std::uint64_t index) { return Result<Hash>(subtree(level, index)); };
  }

  Note checkpoint() const {
    const Checkpoint checkpoint{origin_of(log_id()), size(), root_of(size(), reader()).value()};
    Note note = signed_note(checkpoint.text(), identity_);
    note.signatures.push_back(sign_note(epoch_.verifier, note.text, epoch_.signer()).value());
    return note;
  }

  ProofExtra extra(std::uint64_t index, bool disclose) const {
    ProofExtra extra;
    extra.entry = entries[index];
    extra.epoch_record = entries[0];
    extra.epoch_proof = prove_inclusion(0, size(), reader()).value();
    if (disclose) extra.disclosure = disclosures_[index];
    return extra;
  }

  TlogProof proof(std::uint64_t index, const ProofExtra& extra) const {
    return {.extra = extra.encode(),
            .index = index,
            .hashes = prove_inclusion(index, size(), reader()).value(),
            .checkpoint = checkpoint()};
  }

  std::string proof_text(std::uint64_t index, bool disclose) const {
    return proof(index, extra(index, disclose)).text();
  }

  // All events, as `strongroom audit export` writes them.
  void write_export(const std::filesystem::path& folder) const {
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "key") << key().text() << "\n";
    std::ofstream(folder / "checkpoint") << checkpoint().serialize();
    std::ofstream(folder / "epoch.proof") << proof_text(0, false);
    std::ofstream events(folder / "events.jsonl");
    std::ofstream proofs(folder / "proofs.jsonl");
    for (std::uint64_t i = 2; i < size(); ++i) {
      events << words(i) << "\n";
      proofs << proof_line(i) << "\n";
    }
    events.close();
    proofs.close();
    describe(folder);
  }

  // The manifest, made to fit the files.
  void describe(const std::filesystem::path& folder) const {
    ExportManifest manifest{.origin = origin_of(log_id()),
                            .created_ms = k_time_s * 1000 + 5000,
                            .since_ms = k_time_s * 1000,
                            .until_ms = k_time_s * 1000 + 999,
                            .events = static_cast<std::int64_t>(size()) - 2,
                            .files = {}};
    for (const auto name : k_export_files) manifest.files[std::string(name)] = file_digest(folder / name).value();
    std::ofstream(folder / "manifest.json") << manifest.encode();
  }

  std::vector<Bytes> entries;

 private:
  static std::string base64(BytesView bytes) {
    std::string text(base64_size(bytes.size()), '\0');
    base64_encode(bytes, text.data());
    return text;
  }

  Hash subtree(unsigned level, std::uint64_t index) const {
    if (level == 0) return leaf_hash(entries.at(index));
    return node_hash(subtree(level - 1, 2 * index), subtree(level - 1, 2 * index + 1));
  }

  Bytes begin_entry(EntryType type) const {
    Bytes entry;
    write_header({.type = type, .epoch = 1, .sequence = size(), .time_s = k_time_s, .boot = {}}, entry);
    return entry;
  }

  void add_epoch() {
    Bytes entry = begin_entry(EntryType::epoch);
    ByteWriter writer(entry);
    writer.u32(0);
    writer.u64(0);
    writer.raw(empty_root());
    writer.raw(epoch_.verifier.key);
    writer.raw(identity_.verifier.key);
    writer.raw(Bytes(32, 7));
    writer.raw(log_id());
    writer.raw(Bytes(16, 9));
    const auto signature = Ed25519::sign(identity_.seed, epoch_message(entry)).value();
    writer.raw(Bytes(64));
    writer.raw(signature);
    entries.push_back(std::move(entry));
  }

  void add_key() {
    Bytes entry = begin_entry(EntryType::key);
    ByteWriter writer(entry);
    writer.u64(0);
    writer.raw(Bytes(k_key_box));
    entries.push_back(std::move(entry));
  }

  void add_event() {
    const std::string path = "secret/" + std::to_string(size());
    const Bytes object(16, static_cast<Byte>(size()));
    Event event{.action = "secret.get", .rule = "owner", .result = "ok", .actor = "uid:1000", .authentication = "peer"};
    event.uid = 1000;
    event.objects = object;
    event.paths = {path};
    event.reason = "because";
    Bytes body;
    Bytes box;
    encode_body(event, body);
    encode_box(event, box);
    Disclosure disclosure;
    disclosure.entry_key.fill(static_cast<Byte>(size()));
    disclosure.r.emplace().fill(static_cast<Byte>(100 + size()));
    Bytes entry = begin_entry(EntryType::event);
    ByteWriter writer(entry);
    writer.u32(static_cast<std::uint32_t>(size()));
    writer.u32(static_cast<std::uint32_t>(sealed_size(body.size())));
    writer.u32(static_cast<std::uint32_t>(sealed_size(box.size())));
    const Bytes bound = entry;
    for (const auto& [part, key, plain] : {std::tuple(Part::body, BytesView(disclosure.entry_key), BytesView(body)),
                                           std::tuple(Part::box, BytesView(*disclosure.r), BytesView(box))}) {
      Bytes sealed(32 + sealed_size(plain.size()));
      seal_part(part, key, log_id(), bound, plain, sealed);
      writer.raw(sealed);
    }
    entries.push_back(std::move(entry));
    disclosures_.push_back(disclosure);
  }

  std::string words(std::uint64_t index) const {
    const Entry entry = parse_entry(entries[index]).value();
    const auto opened = open_disclosed(log_id(), entry, disclosures_[index]);
    WipedString text;
    protocol::JsonWriter writer(text);
    write_words(*opened, writer);
    return std::string(text);
  }

  std::string proof_line(std::uint64_t index) const {
    std::string line =
        R"({"seq":)" + std::to_string(index) + R"(,"entry":")" + base64(entries[index]) + R"(","proof":[)";
    const auto hashes = prove_inclusion(index, size(), reader()).value();
    for (const Hash& hash : hashes) line += (&hash == &hashes.front() ? "\"" : ",\"") + base64(hash) + "\"";
    return line + R"(],"entry_key":")" + base64(disclosures_[index].entry_key) + R"(","r":")" +
           base64(*disclosures_[index].r) + "\"}";
  }

  SampleKey identity_;
  SampleKey epoch_;
  std::vector<Disclosure> disclosures_;
};

}  // namespace strongroom::evidence
