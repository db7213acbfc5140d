#include "tests/security/memory_scanner.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <set>
#include <sstream>
#include <stdexcept>

#include <strongroom/base/bytes.h>

namespace strongroom::tests {

namespace {

std::uint64_t word_at(const char* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

std::size_t short_hash(std::uint64_t word) {
  return static_cast<std::size_t>((word * 0x9e3779b97f4a7c15u) >> 41);
}

std::string base64_of(std::string_view bytes) {
  std::string out(base64_size(bytes.size()), '\0');
  base64_encode(as_bytes(bytes), out.data());
  return out;
}

std::string upper(std::string text) {
  for (char& c : text)
    if (c >= 'a' && c <= 'f') c = static_cast<char>(c - 'a' + 'A');
  return text;
}

// Little-endian, each byte as a character of its own: what is ASCII comes out as Windows' and Java's programs write it.
std::string utf16_of(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) out.append(1, c).append(1, '\0');
  return out;
}

std::string json_of(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n')
      out += "\\n";
    else if (c == '\t')
      out += "\\t";
    else if (c == '"' || c == '\\')
      out.append(1, '\\').append(1, c);
    else
      out.push_back(c);
  }
  return out;
}

}  // namespace

// Overlapping pieces at every multiple of 4: a remnant of 16 bytes holds one. In the middle of long values one of 64.
void Needles::add_form(const std::string& name, std::string_view form) {
  constexpr std::size_t k_dense = 4096;
  std::size_t step = 0;
  for (std::size_t at = 0; at + k_piece <= form.size(); at += step) {
    step = at < k_dense || at + k_dense > form.size() ? 4 : 52;
    const std::string bytes(form.substr(at, k_piece));
    const std::uint64_t word = word_at(bytes.data());
    maybe_[short_hash(word)] = true;
    pieces_.emplace(word, Piece{name, bytes});
  }
}

void Needles::add(const std::string& name, std::string_view value) {
  add_form(name + " as it is", value);
  const std::string hex = to_hex(as_bytes(value));
  add_form(name + " as hex", hex);
  add_form(name + " as hex", upper(hex));
  for (std::size_t shift = 0; shift < 3; ++shift) {
    // What stands before shifts the alignment; the outer characters depend on neighbours.
    const std::string encoded = base64_of(std::string(shift, 'x') + std::string(value));
    add_form(name + " as base64", std::string_view(encoded).substr(4, encoded.size() - 8));
  }
  add_form(name + " as UTF-16", utf16_of(value));
  if (const std::string json = json_of(value); json != value) add_form(name + " as JSON", json);
}

void Needles::find_in(std::string_view bytes, const std::string& place, std::vector<std::string>& found) const {
  for (std::size_t at = 0; at + k_piece <= bytes.size(); ++at) {
    const std::uint64_t word = word_at(bytes.data() + at);
    if (!maybe_[short_hash(word)]) continue;
    const auto [first, last] = pieces_.equal_range(word);
    for (auto piece = first; piece != last; ++piece)
      if (bytes.substr(at, k_piece) == piece->second.bytes) {
        std::ostringstream line;
        line << piece->second.name << " in " << place << " +0x" << std::hex << at;
        found.push_back(line.str());
      }
  }
}

namespace {

// The first words of the mappings that are locked and left out of core files.
std::set<std::string> closed_mappings(pid_t process) {
  std::ifstream smaps("/proc/" + std::to_string(process) + "/smaps");
  std::set<std::string> closed;
  std::string mapping;
  for (std::string line; std::getline(smaps, line);) {
    const std::string first = line.substr(0, line.find(' '));
    if (!first.ends_with(':')) mapping = first;
    const bool flags = first == "VmFlags:";
    if (flags && line.find(" lo") != std::string::npos && line.find(" dd") != std::string::npos) closed.insert(mapping);
  }
  return closed;
}

}  // namespace

std::vector<std::string> find_in_open_memory(pid_t process, const Needles& needles) {
  const auto closed = closed_mappings(process);
  std::vector<std::string> found = find_in_memory(process, needles);
  std::erase_if(found, [&](const std::string& line) {
    const auto at = line.find(" in ") + 4;
    return closed.contains(line.substr(at, line.find(' ', at) - at));
  });
  return found;
}

std::vector<std::string> find_in_memory(pid_t process, const Needles& needles) {
  const std::string folder = "/proc/" + std::to_string(process);
  std::ifstream maps(folder + "/maps");
  const int memory = open((folder + "/mem").c_str(), O_RDONLY | O_CLOEXEC);
  if (!maps || memory < 0) throw std::runtime_error("the memory cannot be read");
  std::vector<std::string> found;
  std::size_t read_in_all = 0;
  for (std::string line; std::getline(maps, line);) {
    std::istringstream words(line);
    std::uint64_t from = 0;
    std::uint64_t to = 0;
    char dash = 0;
    std::string rights;
    words >> std::hex >> from >> dash >> to >> rights;
    if (rights.front() != 'r') continue;
    std::string content;
    const auto search = [&] {
      needles.find_in(content, line, found);
      read_in_all += content.size();
      content.clear();
    };
    // A page that cannot be read (device memory, a guard) ends a piece and no more.
    for (std::uint64_t at = from; at < to; at += 4096) {
      char page[4096];
      if (pread(memory, page, sizeof page, static_cast<off_t>(at)) == sizeof page)
        content.append(page, sizeof page);
      else
        search();
    }
    search();
  }
  close(memory);
  if (read_in_all < 1024 * 1024) throw std::runtime_error("the memory cannot be read");
  return found;
}

std::vector<std::string> find_in_files(const std::filesystem::path& folder, const Needles& needles) {
  std::vector<std::string> found;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    needles.find_in(entry.path().string(), "a name", found);
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    std::ostringstream content;
    content << file.rdbuf();
    needles.find_in(content.view(), entry.path().string(), found);
  }
  return found;
}

}  // namespace strongroom::tests
