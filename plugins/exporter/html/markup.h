// What the page is made of: its fixed parts and escaped texts.
#pragma once

#include <string>
#include <string_view>

namespace strongroom::html {

// All up to the title, and from behind it to the beginning of the body.
extern const std::string_view k_before_title;
extern const std::string_view k_after_title;

// Appends a text as it may stand between tags and in quoted attributes: every reader gets back the same characters.
// U+0000 and invalid UTF-8 become U+FFFD.
void append_text(std::string& out, std::string_view text);

}  // namespace strongroom::html
