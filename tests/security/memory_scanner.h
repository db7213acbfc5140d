// Looks for secrets in all that a process can read of itself, and in files: raw, as base64, as hex, as UTF-16 and as
// JSON writes them.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace strongroom::tests {

// Pieces of 12 bytes of every form of what is looked for, so that a remnant counts too.
class Needles {
 public:
  // `value` has at least 16 bytes that occur nowhere else.
  void add(const std::string& name, std::string_view value);
  // "name as form" of each piece found in `bytes`, which may be cut anywhere.
  void find_in(std::string_view bytes, const std::string& place, std::vector<std::string>& found) const;

 private:
  static constexpr std::size_t k_piece = 12;
  void add_form(const std::string& name, std::string_view form);

  struct Piece {
    std::string name;
    std::string bytes;
  };

  std::unordered_multimap<std::uint64_t, Piece> pieces_;   // by their first 8 bytes
  std::vector<bool> maybe_ = std::vector<bool>(1u << 23);  // by a hash of those
};

// What was found in the readable memory of a process, page by page; "name in mapping". Throws when the memory cannot be
// read.
std::vector<std::string> find_in_memory(pid_t process, const Needles& needles);

// What was found in memory that may reach swap space or a core file: in mappings that are not both locked and left out
// of core files (VmFlags lo and dd of /proc/PID/smaps). As find_in_memory().
std::vector<std::string> find_in_open_memory(pid_t process, const Needles& needles);

// What was found in the files below a folder, names of files included.
std::vector<std::string> find_in_files(const std::filesystem::path& folder, const Needles& needles);

}  // namespace strongroom::tests
