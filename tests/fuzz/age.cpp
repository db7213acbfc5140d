// Any bytes as an age file, or any edits of a good one. Where the bytes are cut changes nothing; a header has one text;
// nothing is handed out that was not sealed, and only the whole file ends well.
//
// Input: the size of the steps in which it is fed; '0' and the file, or edits of six bytes each: a position (three
// bytes, modulo the size), what is done there (one byte), and a value (two bytes).
#include <cstdlib>

#include "sdk/src/age/armor.h"
#include "sdk/src/age/header.h"
#include "tests/support/age_files.h"

using namespace strongroom;

namespace {

// That of the test vectors, so that their files are seeds.
constexpr std::string_view k_identity = "AGE-SECRET-KEY-1EGTZVFFV20835NWYV6270LXYVK2VKNX2MMDKWYKLMGR48UAWX40Q2P2LM0";

age::Credentials credentials() {
  static const age::Identity identity = age::Identity::parse(k_identity).value();
  age::Credentials out = tests::with_identity(identity);
  out.passphrase = Secret(as_bytes("password"));
  out.most_work_factor = 2;
  return out;
}

void expect(bool holds) {
  if (!holds) std::abort();
}

std::string text_of(const age::Header& header) {
  std::string out = std::string(age::k_intro) + "\n";
  for (const age::Stanza& stanza : header.stanzas) {
    out += "-> " + stanza.kind;
    for (const std::string& argument : stanza.arguments) out += " " + argument;
    const std::string body = age::base64(stanza.body);
    for (std::size_t at = 0; at <= body.size(); at += 64) out += "\n" + body.substr(at, 64);
    out += "\n";
  }
  return out + "---";
}

void read_header(BytesView file) {
  age::HeaderReader reader;
  const auto taken = reader.feed(file);
  if (!taken || !reader.is_complete()) return;
  expect(text_of(reader.header()) == reader.header().text);
  expect(as_text(file).substr(0, *taken) == reader.header().text + " " + age::base64(reader.header().mac) + "\n");
}

tests::Opened open(std::string_view file, std::size_t step) {
  const auto whole = tests::open_age(file, credentials());
  const auto stepped = tests::open_age(file, credentials(), step);
  expect(whole.content == stepped.content);
  expect(whole.status.has_value() == stepped.status.has_value());
  if (!whole.status) expect(whole.code() == stepped.code());
  return stepped;
}

std::string edited(std::string file, BytesView edits) {
  for (; edits.size() >= 6; edits = edits.subspan(6)) {
    const std::size_t at = (edits[0] | std::size_t{edits[1]} << 8 | std::size_t{edits[2]} << 16) % (file.size() + 1);
    const std::size_t size = (edits[4] | std::size_t{edits[5]} << 8) % (file.size() - at + 1);
    switch (edits[3] % 4) {
      case 0:
        file.erase(at, size);
        break;
      case 1:
        file.resize(at);
        break;
      case 2:
        file.insert(at, file.substr(at, size));
        break;
      default:
        if (at < file.size()) file[at] = static_cast<char>(file[at] ^ edits[4]);
    }
    if (file.size() > 400'000) file.resize(400'000);
  }
  return file;
}

void open_edited(BytesView edits, std::size_t step) {
  constexpr std::size_t k_piece = 65536;
  static const std::string content = std::string(k_piece, 'a') + std::string(k_piece, 'b') + "c";
  static const std::string file = tests::sealed_for(age::Identity::parse(k_identity).value().recipient(), content);
  const std::string changed = edited(file, edits);
  const auto opened = open(changed, step);
  expect(opened.status.has_value() == (changed == file));
  expect(content.starts_with(opened.content));
  expect(opened.content.size() % k_piece == 0 || opened.content == content);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size < 2) return 0;
  // One byte at a time of what is small, so that a line's or a piece's end is met everywhere.
  const std::size_t step = data[0] == 0 && size > 5000 ? 4096 : std::size_t{data[0]} * 257 + 1;
  const BytesView input = BytesView(data, size).subspan(2);
  if (data[1] != '0') {
    open_edited(input, step < 100 ? 100 : step);
    return 0;
  }
  read_header(input);
  open(as_text(input), step);
  return 0;
}
