#include <strongroom/evidence/note.h>

#include <gtest/gtest.h>

#include <limits>

#include "tests/unit/sdk/evidence/sample_note.h"

namespace strongroom::evidence {
namespace {

// The example of Go's package sumdb/note, with its private key.
constexpr std::string_view k_text =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
constexpr std::string_view k_line =
    "\xe2\x80\x94 PeterNeumann "
    "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
constexpr std::string_view k_vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
constexpr std::string_view k_seed = "810a1402d5146c8d84f2443330f54080ebf98ee17d9c74f6252fc5d5c7283173";

const std::string k_note = std::string(k_text) + "\n" + std::string(k_line);

const SampleKey& log_key() {
  static const SampleKey key("example.com/log", k_note_key, 1);
  return key;
}

const SampleKey& witness_key() {
  static const SampleKey key("witness.example/w1", k_cosignature_key, 2);
  return key;
}

ErrorCode code_of(const Status& status) {
  EXPECT_FALSE(status);
  return status ? ErrorCode::internal : status.error().code;
}

ErrorCode code_of(std::string_view note) {
  const auto parsed = Note::parse(note);
  EXPECT_FALSE(parsed) << note;
  return parsed ? ErrorCode::internal : parsed.error().code;
}

TEST(Note, OfAnotherImplementationVerifies) {
  const Note note = Note::parse(k_note).value();
  EXPECT_EQ(note.text, k_text);
  EXPECT_TRUE(verify_note(note, VerifierKey::parse(k_vkey).value()));
  EXPECT_EQ(note.serialize(), k_note);
}

TEST(Note, IsSignedAsByAnotherImplementation) {
  const Bytes seed = from_hex(k_seed).value();
  const auto line = sign_note(VerifierKey::parse(k_vkey).value(), k_text,
                              [&](BytesView message) { return Ed25519::sign(seed, message); });
  EXPECT_EQ(line.value().line(), k_line);
}

TEST(Note, IsSplitAtItsLastEmptyLine) {
  const Note note = signed_note("one\n\ntwo\n\n", log_key());
  const Note again = Note::parse(note.serialize()).value();
  EXPECT_EQ(again.text, "one\n\ntwo\n\n");
  EXPECT_TRUE(verify_note(again, log_key().verifier));
}

TEST(Note, FailsAfterEveryFlippedBit) {
  const Note note = Note::parse(k_note).value();
  const VerifierKey key = VerifierKey::parse(k_vkey).value();
  for (std::size_t bit = 0; bit < 8 * k_note.size(); ++bit) {
    std::string changed = k_note;
    changed[bit / 8] = static_cast<char>(changed[bit / 8] ^ 1 << bit % 8);
    const auto parsed = Note::parse(changed);
    EXPECT_TRUE(!parsed || !verify_note(*parsed, key)) << bit;
  }
}

TEST(Note, OfAStrangerIsNotFoundRatherThanWrong) {
  const Note note = signed_note("text\n", log_key());
  EXPECT_EQ(code_of(verify_note(note, witness_key().verifier)), ErrorCode::not_found);
  // Another key of the same name.
  EXPECT_EQ(code_of(verify_note(note, SampleKey("example.com/log", k_note_key, 3).verifier)), ErrorCode::not_found);
  Note bare;
  bare.text = "text\n";
  EXPECT_EQ(code_of(verify_note(bare, log_key().verifier)), ErrorCode::not_found);
}

TEST(Note, FailsWhenAnyLineOfTheKeyFails) {
  Note note = signed_note("text\n", log_key());
  NoteSignature wrong = note.signatures[0];
  wrong.signature[0] ^= 1;
  note.signatures.push_back(wrong);
  EXPECT_EQ(code_of(verify_note(note, log_key().verifier)), ErrorCode::tampered);
  std::swap(note.signatures[0], note.signatures[1]);
  EXPECT_EQ(code_of(verify_note(note, log_key().verifier)), ErrorCode::tampered);
}

TEST(Note, FailsWhenTheKeySignedTwice) {
  Note note = signed_note("text\n", log_key());
  note.signatures.push_back(note.signatures[0]);
  EXPECT_EQ(code_of(verify_note(note, log_key().verifier)), ErrorCode::tampered);
}

TEST(Note, VerifiesWhateverOthersHaveSigned) {
  Note note = signed_note("text\n", log_key());
  note.signatures.push_back({"stranger", 7, {1, 2, 3}});
  note.signatures.push_back({"example.com/log", log_key().verifier.id + 1, {1}});
  note.signatures.push_back({"example.com/other", log_key().verifier.id, {1}});
  EXPECT_TRUE(verify_note(Note::parse(note.serialize()).value(), log_key().verifier));
}

TEST(Note, IsRefusedWhenItIsNone) {
  const std::string dash = "\xe2\x80\x94 ";
  for (const std::string& bad : {std::string(),
                                 std::string("\n"),
                                 std::string("\n\n"),
                                 std::string("text\n\n"),
                                 std::string(k_text),
                                 std::string(k_text) + std::string(k_line),
                                 "text" + std::string(k_line),
                                 k_note + "\n",
                                 k_note + "more\n",
                                 k_note.substr(0, k_note.size() - 1),
                                 "text\n\n" + dash + "name AAAAAAA=",
                                 "text\n\n" + dash + "name\n",
                                 "text\n\n" + dash + "name \n",
                                 "text\n\n" + dash + " AAAAAAA=\n",
                                 "text\n\n" + dash + "na+me AAAAAAA=\n",
                                 "text\n\n" + dash + "name AAAAAA==\n",
                                 "text\n\n" + dash + "name AAAAAAB=\n",
                                 "text\n\n" + dash + "name AAAA AAA=\n",
                                 std::string("text\n\n- name AAAAAAA=\n"),
                                 "te\xff\n\n" + dash + "name AAAAAAA=\n",
                                 "te\txt\n\n" + dash + "name AAAAAAA=\n",
                                 "text\r\n\n" + dash + "name AAAAAAA=\n",
                                 std::string("te\0xt\n\n", 7) + dash + "name AAAAAAA=\n"})
    EXPECT_EQ(code_of(bad), ErrorCode::invalid_argument);
  EXPECT_TRUE(Note::parse("text\n\n" + dash + "name AAAAAAA=\n"));
}

TEST(Note, IsBounded) {
  Note note = signed_note("text\n", log_key());
  note.signatures.resize(k_note_signatures_max, note.signatures[0]);
  EXPECT_TRUE(Note::parse(note.serialize()));
  note.signatures.push_back(note.signatures[0]);
  EXPECT_EQ(code_of(note.serialize()), ErrorCode::too_large);
  EXPECT_EQ(code_of(std::string(k_note_max, 'a') + k_note), ErrorCode::too_large);
}

TEST(Note, IsNotSignedWhenNobodyCouldReadIt) {
  for (const std::string_view bad : {"", "text", "te\txt\n", "te\xffxt\n"}) {
    EXPECT_EQ(sign_note(log_key().verifier, bad, log_key().signer()).error().code, ErrorCode::invalid_argument);
    EXPECT_EQ(cosign_note(witness_key().verifier, bad, 1, witness_key().signer()).error().code,
              ErrorCode::invalid_argument);
  }
  EXPECT_EQ(sign_note(witness_key().verifier, "text\n", witness_key().signer()).error().code,
            ErrorCode::invalid_argument);
  EXPECT_EQ(cosign_note(log_key().verifier, "text\n", 1, log_key().signer()).error().code, ErrorCode::invalid_argument);
}

TEST(Note, SaysWhatItsSignerSays) {
  const Signer locked = [](BytesView) -> Result<Ed25519Signature> { return make_error(ErrorCode::locked, "locked"); };
  EXPECT_EQ(sign_note(log_key().verifier, "text\n", locked).error().code, ErrorCode::locked);
}

TEST(Cosignature, VerifiesAndTellsItsTime) {
  Note note = signed_note("example.com/log\n5\nroot\n", log_key());
  note.signatures.push_back(cosign_note(witness_key().verifier, note.text, 1679315147, witness_key().signer()).value());
  const Note again = Note::parse(note.serialize()).value();
  EXPECT_TRUE(verify_note(again, log_key().verifier));
  EXPECT_TRUE(verify_note(again, witness_key().verifier));
  EXPECT_EQ(cosignature_time(again, witness_key().verifier).value(), 1679315147);
  EXPECT_EQ(cosignature_time(again, log_key().verifier).error().code, ErrorCode::invalid_argument);
}

TEST(Cosignature, SignsTheLinesThatTheSpecificationSays) {
  std::string message;
  const auto line = cosign_note(witness_key().verifier, "log\n0\nroot\n", 7, [&](BytesView bytes) {
    message = as_text(bytes);
    return witness_key().signer()(bytes);
  });
  EXPECT_EQ(message, "cosignature/v1\ntime 7\nlog\n0\nroot\n");
  EXPECT_EQ(to_hex(BytesView(line.value().signature).first(8)), "0000000000000007");
  EXPECT_EQ(line.value().signature.size(), 72u);
}

TEST(Cosignature, FailsWithAnotherTimeOrSize) {
  Note note;
  note.text = "log\n0\nroot\n";
  const auto made = cosign_note(witness_key().verifier, note.text, 7, witness_key().signer()).value();
  for (std::size_t i = 0; i < made.signature.size(); ++i) {
    note.signatures = {made};
    note.signatures[0].signature[i] ^= 0x80;
    EXPECT_EQ(cosignature_time(note, witness_key().verifier).error().code, ErrorCode::tampered) << i;
  }
  for (const std::size_t size : {0u, 8u, 64u, 71u, 73u}) {
    note.signatures = {made};
    note.signatures[0].signature.resize(size);
    EXPECT_EQ(code_of(verify_note(note, witness_key().verifier)), ErrorCode::tampered) << size;
  }
}

TEST(Cosignature, HasATimeBetween1970AndTheLargest) {
  EXPECT_FALSE(cosign_note(witness_key().verifier, "a\n", -1, witness_key().signer()));
  Note note;
  note.text = "a\n";
  const std::int64_t last = std::numeric_limits<std::int64_t>::max();
  note.signatures = {cosign_note(witness_key().verifier, note.text, last, witness_key().signer()).value()};
  EXPECT_EQ(cosignature_time(note, witness_key().verifier).value(), last);
}

TEST(Cosignature, IsNoSignatureOfALogByTheSameKey) {
  // The same bytes as key of either type: neither signature passes for the other.
  const SampleKey as_log("name", k_note_key, 9);
  const SampleKey as_witness("name", k_cosignature_key, 9);
  Note note = signed_note("a\n", as_log);
  note.signatures[0].id = as_witness.verifier.id;
  EXPECT_EQ(code_of(verify_note(note, as_witness.verifier)), ErrorCode::tampered);
  note.signatures = {cosign_note(as_witness.verifier, "a\n", 1, as_witness.signer()).value()};
  note.signatures[0].id = as_log.verifier.id;
  EXPECT_EQ(code_of(verify_note(note, as_log.verifier)), ErrorCode::tampered);
}

}  // namespace
}  // namespace strongroom::evidence
