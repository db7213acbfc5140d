// The folder of a log and its files: segments that are allocated before they are used, tiles, and small files that are
// replaced whole. Format: docs/audit-format.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string_view>

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>
#include <strongroom/evidence/segment.h>

namespace strongroom::audit {

// A segment that is open for writing. Move-only; not thread-safe.
class Segment {
 public:
  Segment() = default;

  Segment(int descriptor, std::uint64_t first, std::uint64_t size) noexcept
      : descriptor_(descriptor), first_(first), size_(size) {}

  Segment(Segment&& other) noexcept;
  Segment& operator=(Segment&& other) noexcept;
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;
  ~Segment();

  int descriptor() const noexcept { return descriptor_; }

  std::uint64_t first() const noexcept { return first_; }

  std::uint64_t size() const noexcept { return size_; }

  // Writes all of `bytes`, or fails with storage_full or storage_failed after any part of them.
  Status write(BytesView bytes, std::uint64_t offset) const;
  // Error: storage_failed.
  Status sync() const;

 private:
  int descriptor_ = -1;
  std::uint64_t first_ = 0;
  std::uint64_t size_ = 0;
};

// Whether a segment may be made from the last spare room.
enum class Room : std::uint8_t {
  ordinary,        // what reveals or changes: only while a spare is left for others
  administration,  // locking, stopping, looking after the log
};

// Whether what failed may be over when it is tried again. All else means that the log is not what was written.
bool may_pass(const Error& error) noexcept;

// Thread-safe.
class LogFolder {
 public:
  // Makes the folder (0700) when there is none. `segment_size`: bytes of new segments, at least 64 KiB.
  // Errors: untrusted (others may write there), storage_full, read_only, storage_failed.
  static Result<LogFolder> open(std::filesystem::path folder, std::uint64_t segment_size);

  const std::filesystem::path& path() const noexcept { return path_; }

  std::uint64_t segment_size() const noexcept { return segment_size_; }

  // The segment whose first entry has this number: a spare one is taken, or one is allocated. It is durable, and so is
  // its name. Errors: storage_full (with Room::ordinary also when no spare would be left), storage_failed. A sync that
  // fails is told to `sync_failed`, which does not return: whether the segment has its name is not known then.
  using SyncFailed = std::function<void(const Error&)>;
  Result<Segment> create_segment(
      const evidence::SegmentHeader& header, Room room, const SyncFailed& sync_failed = [](const Error&) {});
  Result<Segment> open_segment(const evidence::SegmentPlace& place) const;

  // Allocates what is missing of the two spare segments. Error: storage_full, storage_failed.
  Status make_spares();
  bool has_spares() const;
  // Whether one of them is left.
  bool has_reserve() const;

  // Replaces a small file: whole and durable, or as it was.
  Status replace(const std::filesystem::path& name, std::string_view content) const;
  Status remove(const std::filesystem::path& name) const;
  // Writes a tile. What is derived from entries that are there need not be durable.
  enum class Keep : std::uint8_t { as_derived, durably };
  Status write_tile(const std::filesystem::path& name, BytesView content, Keep keep = Keep::as_derived) const;

  // Makes everything that the file system holds durable: tiles that stand for entries which go.
  Status sync_tiles() const;
  // Of files whose names are numbers, only the highest stay.
  void keep_newest(const std::filesystem::path& subfolder, std::size_t most) const;

  // Bytes free and in all where the log lies.
  struct Space {
    std::uint64_t free = 0;
    std::uint64_t total = 0;
  };

  Space space() const;

 private:
  LogFolder(std::filesystem::path path, std::uint64_t segment_size);

  Status make_spares_now() const;

  std::filesystem::path path_;
  std::uint64_t segment_size_;
  std::unique_ptr<std::mutex> spares_ = std::make_unique<std::mutex>();
};

}  // namespace strongroom::audit
