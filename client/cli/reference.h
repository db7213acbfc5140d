// References to a field of a secret: strongroom://path[?version=N][#field].
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <strongroom/base/result.h>

namespace strongroom::cli {

inline constexpr std::string_view k_scheme = "strongroom://";
inline constexpr std::string_view k_default_field = "value";

struct Reference {
  std::string path;
  std::optional<std::int64_t> version;
  std::string field{k_default_field};
};

// Space, '#', '?' and '%' are percent-encoded (RFC 3986 section 2.1) in path and field. A bare path is accepted as a
// reference without scheme. Error: invalid_argument with a sentence.
Result<Reference> parse_reference(std::string_view text);

// A path or a field with the bytes encoded that a reference gives a meaning.
std::string encoded_part(std::string_view text);

// The reference as text, encoded.
std::string to_text(const Reference& reference);

}  // namespace strongroom::cli
