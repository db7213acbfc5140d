// What a verifier finds wrong, and where.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace strongroom::evidence {

struct Finding {
  std::optional<std::uint64_t> sequence;  // nothing: it is wrong as a whole
  std::string problem;
};

using MaybeFinding = std::optional<Finding>;

}  // namespace strongroom::evidence
