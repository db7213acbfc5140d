#include <strongroom/evidence/note.h>

#include <utility>

#include "sdk/src/evidence/text.h"

namespace strongroom::evidence {
namespace {

constexpr std::string_view k_line_start = "\xe2\x80\x94 ";  // em dash, space
constexpr std::size_t k_id_bytes = 4;

Error no_note(std::string_view why) {
  return make_error(ErrorCode::invalid_argument, "this is no signed note: " + std::string(why));
}

std::uint32_t big_endian_id(BytesView bytes) noexcept {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 | bytes[3];
}

Result<NoteSignature> parse_line(std::string_view line) {
  if (!line.starts_with(k_line_start)) return no_note("a signature line does not begin with a dash");
  line.remove_prefix(k_line_start.size());
  const auto space = line.find(' ');
  if (space == std::string_view::npos || !is_key_name(line.substr(0, space)))
    return no_note("a signature line has no name of a key");
  const auto bytes = base64_bytes(line.substr(space + 1));
  if (!bytes || bytes->size() <= k_id_bytes) return no_note("a signature is not canonical base64 of an id and more");
  return NoteSignature{std::string(line.substr(0, space)), big_endian_id(*bytes),
                       Bytes(bytes->begin() + k_id_bytes, bytes->end())};
}

}  // namespace

std::string NoteSignature::line() const {
  Bytes bytes{static_cast<Byte>(id >> 24), static_cast<Byte>(id >> 16), static_cast<Byte>(id >> 8),
              static_cast<Byte>(id)};
  bytes.insert(bytes.end(), signature.begin(), signature.end());
  return std::string(k_line_start) + name + " " + base64_text(bytes) + "\n";
}

Result<std::vector<NoteSignature>> parse_signatures(std::string_view lines) {
  if (lines.size() > k_note_max) return make_error(ErrorCode::too_large, "the signatures are longer than 1 MB");
  std::vector<NoteSignature> signatures;
  while (!lines.empty()) {
    const auto line = take_line(lines);
    if (!line) return no_note("the last line does not end");
    if (signatures.size() == k_note_signatures_max)
      return make_error(ErrorCode::too_large, "the note has more than 100 signatures");
    STRONGROOM_ASSIGN(NoteSignature signature, parse_line(*line));
    signatures.push_back(std::move(signature));
  }
  return signatures;
}

Result<Note> Note::parse(std::string_view note) {
  if (note.size() > k_note_max) return make_error(ErrorCode::too_large, "the note is longer than 1 MB");
  if (!is_note_text(note)) return no_note("it has characters that a note may not have");
  const auto end = note.rfind("\n\n");
  if (end == std::string_view::npos) return no_note("no empty line stands before its signatures");
  Note parsed;
  parsed.text = note.substr(0, end + 1);
  STRONGROOM_ASSIGN(parsed.signatures, parse_signatures(note.substr(end + 2)));
  if (parsed.signatures.empty()) return no_note("it has no signature");
  return parsed;
}

std::string Note::serialize() const {
  std::string note = text + "\n";
  for (const auto& signature : signatures) note += signature.line();
  return note;
}

}  // namespace strongroom::evidence
