// Random values that occur nowhere else, and the wait until they are gone.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include <strongroom/base/random.h>

#include "tests/security/memory_scanner.h"

namespace strongroom::tests {

inline std::string random_bytes(std::size_t size) {
  std::string bytes(size, '\0');
  fill_random({reinterpret_cast<unsigned char*>(bytes.data()), bytes.size()});
  return bytes;
}

// Begins with a letter, so that no command takes it for an option.
inline std::string random_text(std::size_t size) {
  constexpr std::string_view k_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-";
  std::string text = random_bytes(size);
  for (char& c : text) c = k_alphabet[static_cast<unsigned char>(c) % k_alphabet.size()];
  if (!text.empty() && (text.front() == '-' || text.front() == '_')) text.front() = 'A';
  return text;
}

// Nothing of it may be left one second after the last request.
inline void expect_gone_from_memory(pid_t process, const Needles& needles) {
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds(1);
  std::vector<std::string> found;
  do found = find_in_memory(process, needles);
  while (!found.empty() && std::chrono::steady_clock::now() < until);
  for (const auto& line : found) ADD_FAILURE() << line;
}

}  // namespace strongroom::tests
