// Texts as the format wants them.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace strongroom::xlsx {

// UTF-16 units of valid UTF-8, in which the format counts.
std::size_t utf16_size(std::string_view text) noexcept;

// `text` for libxlsxwriter, which escapes markup and U+0001 to U+001F itself: in addition, what else XML 1.0 forbids is
// written as _xHHHH_ (ECMA-376 part 1, 22.9.2.19), and so is an underscore that would begin such an escape. Invalid
// UTF-8 becomes U+FFFD. `out` is replaced.
void to_cell_text(std::string& out, std::string_view text);

// `text` for the document's properties, in which nothing can be escaped: what XML 1.0 forbids becomes U+FFFD.
std::string to_property(std::string_view text);

// A name for a worksheet made from `title`: at most `most` units, without the characters that are forbidden there,
// never empty.
std::string to_sheet_name(std::string_view title, std::size_t most);

}  // namespace strongroom::xlsx
