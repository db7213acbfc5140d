// The archive inside a backup's age file: a tar (POSIX.1-1988 ustar, sizes beyond 8 GiB in the base-256 form that GNU
// tar and libarchive read) whose first member is the manifest.
//
// Only these four members, in this order, are written and read, so that no library is needed for it: one would bring
// some thirty formats and a dozen libraries into the daemon that takes untrusted files.
#pragma once

#include <functional>
#include <memory>

#include <strongroom/backup/manifest.h>
#include <strongroom/evidence/note.h>

namespace strongroom::backup {

inline constexpr std::size_t k_block = 512;  // bytes; members and the end are filled up to whole blocks

// The block before a member of `size` bytes. `name` has at most 99 bytes.
Bytes member_block(std::string_view name, std::uint64_t size, std::int64_t created_ms);
// What stands behind a member of `size` bytes, and behind the last one.
Bytes member_padding(std::uint64_t size);
Bytes archive_end();

// SHA-256 of a stream; of a long one by a thread of its own.
class StreamDigest {
 public:
  StreamDigest();
  StreamDigest(StreamDigest&&) noexcept;
  StreamDigest& operator=(StreamDigest&&) noexcept;
  ~StreamDigest();

  void add(BytesView bytes);
  Digest end();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Reads an archive as it comes, in pieces of any size. One thread at a time; bounded memory.
class ArchiveReader {
 public:
  // The manifest and who has signed it, before any member. Its error ends the reading and is handed on.
  using ManifestTaker = std::function<Status(const Manifest&, const evidence::Note&)>;
  // The bytes of a member in their order. Whether they are what the manifest says is known when end() returns: who must
  // not act on less keeps aside what it made of them.
  using MemberTaker = std::function<Status(std::string_view member, BytesView piece)>;

  ArchiveReader(ManifestTaker take_manifest, MemberTaker take_member);
  ~ArchiveReader();

  // Errors, after each of which every call is answered with the same one: corrupt, unsupported, too_large, tampered (a
  // member is not what the manifest says), those of the takers.
  Status feed(BytesView bytes);
  // That was all. Errors: tampered (something is missing), those of feed().
  Status end();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace strongroom::backup
