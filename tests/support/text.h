// Texts that tests look into.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

namespace strongroom::tests {

inline bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// All of a file; empty when there is none.
inline std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace strongroom::tests
