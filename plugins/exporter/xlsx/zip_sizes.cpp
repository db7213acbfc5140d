#include "plugins/exporter/xlsx/zip_sizes.h"

#include <fstream>

#include <strongroom/base/bytes.h>

namespace strongroom::xlsx {
namespace {

constexpr std::uint32_t k_end_signature = 0x06054b50;
constexpr std::uint32_t k_member_signature = 0x02014b50;
constexpr std::size_t k_end_size = 22;

Error damaged() {
  return make_error(ErrorCode::storage_failed, "the spreadsheet's temporary file is not whole");
}

// `size` bytes that end `before_end` bytes before the end of the file; shorter when they are not there.
Bytes read_tail(std::ifstream& file, std::size_t size, std::size_t before_end) {
  Bytes out(size);
  file.seekg(-static_cast<std::streamoff>(size + before_end), std::ios::end);
  file.read(reinterpret_cast<char*>(out.data()), static_cast<std::streamsize>(size));
  out.resize(file ? size : 0);
  return out;
}

}  // namespace

Result<std::map<std::string, std::uint64_t>> zip_sizes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  const Bytes end_bytes = read_tail(file, k_end_size, 0);
  ByteReader end(end_bytes);
  if (end.u32() != k_end_signature) return damaged();
  (void)end.raw(6);  // numbers of disks, members on this one
  const std::uint16_t count = end.u16();
  const std::uint32_t directory_size = end.u32();
  if (!end.ok() || directory_size > (std::uint32_t{16} << 20)) return damaged();
  const Bytes directory_bytes = read_tail(file, directory_size, k_end_size);
  ByteReader directory(directory_bytes);
  std::map<std::string, std::uint64_t> out;
  for (std::uint16_t i = 0; i < count; ++i) {
    if (directory.u32() != k_member_signature) return damaged();
    (void)directory.raw(20);  // up to the compressed size
    const std::uint32_t size = directory.u32();
    const std::uint16_t name = directory.u16();
    const std::size_t rest = std::size_t{directory.u16()} + directory.u16();
    (void)directory.raw(12);  // up to the name
    out[std::string(as_text(directory.raw(name)))] = size;
    (void)directory.raw(rest);
  }
  if (!directory.finished()) return damaged();
  return out;
}

}  // namespace strongroom::xlsx
