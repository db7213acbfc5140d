// What the text formats of this room are made of: lines, canonical decimals and base64, and the characters a note may
// have.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <strongroom/evidence/merkle.h>

namespace strongroom::evidence {

// Takes the first line, without its newline, off `rest`; nothing when no newline is left.
std::optional<std::string_view> take_line(std::string_view& rest) noexcept;

// ASCII digits without leading zeroes; `invalid_argument` otherwise or above 2^64 - 1.
Result<std::uint64_t> decimal_of(std::string_view text);

std::string base64_text(BytesView bytes);
// Canonical base64 only, as Hash also of exactly 32 bytes; `invalid_argument` otherwise.
Result<Bytes> base64_bytes(std::string_view text);
Result<Hash> base64_hash(std::string_view text);

// Takes lines of one hash each and the empty line behind them off `rest`; `too_large` for more than `max` of them,
// `invalid_argument` without an empty line.
Result<std::vector<Hash>> take_hashes(std::string_view& rest, std::size_t max);

// Well-formed UTF-8 (RFC 3629) without a control character below U+0020 other than newline.
bool is_note_text(std::string_view text) noexcept;

}  // namespace strongroom::evidence
