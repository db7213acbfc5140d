// Times as backups show them, in names and sentences.
#pragma once

#include <cstdint>
#include <string>

namespace strongroom::backups {

// "20261129T061500Z": ISO 8601, basic form, whole seconds. 0 for a text that is none.
std::string utc_text(std::int64_t ms);
std::int64_t parse_utc(const std::string& text);

}  // namespace strongroom::backups
