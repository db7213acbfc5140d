// Nothing of a log changes unnoticed. The large zoo is tests/integration/evidence; here every byte counts.
#include <fcntl.h>
#include <unistd.h>

#include "tests/unit/daemon/audit/audit_house.h"

namespace strongroom::tests {
namespace {

class Damage : public AuditHouse {
 protected:
  static Bytes read_all(const std::filesystem::path& file) {
    std::ifstream stream(file, std::ios::binary);
    return Bytes((std::istreambuf_iterator<char>(stream)), {});
  }

  static void write_all(const std::filesystem::path& file, const Bytes& bytes) {
    std::ofstream(file, std::ios::binary)
        .write(reinterpret_cast<const char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()));
  }
};

TEST_F(Damage, EveryByteOfEveryEntryCountsWithARightCrc) {
  segment_size_ = 64 * 1024;
  begin();
  append_many(4);
  close();
  const auto file = newest_segment();
  const Bytes whole = read_all(file);
  auto reader = evidence::FrameReader::open(file).value();
  for (std::uint64_t sequence = 0;; ++sequence) {
    const std::uint64_t offset = reader.offset();
    const auto next = reader.next().value();
    if (!next) break;
    for (std::size_t at = 0; at < next->size(); at += 3) {
      Bytes changed = whole;
      Byte* frame = changed.data() + offset;
      frame[evidence::k_frame_header + at] ^= 0x40;
      const BytesView entry(frame + evidence::k_frame_header, next->size());
      const Bytes slot(frame + 8, frame + 40);
      evidence::write_frame_header(entry, slot, MutableBytes(frame, evidence::k_frame_header));
      write_all(file, changed);
      const auto report = verified();
      EXPECT_FALSE(report.ok()) << "entry " << sequence << ", byte " << at;
    }
  }
  write_all(file, whole);
  EXPECT_TRUE(verified().ok());
}

TEST_F(Damage, IsLocatedByItsCrc) {
  begin();
  append_many(100);
  close();
  const auto file = newest_segment();
  Bytes bytes = read_all(file);
  auto reader = evidence::FrameReader::open(file).value();
  for (int i = 0; i < 51; ++i) (void)reader.next();
  bytes[reader.offset() + 100] ^= 1;
  write_all(file, bytes);
  EXPECT_EQ(verified().damaged_at, 51U);
}

TEST_F(Damage, ASlotMayGoAndNothingElse) {
  begin();
  append_many(4);
  close();
  const auto file = newest_segment();
  Bytes bytes = read_all(file);
  auto reader = evidence::FrameReader::open(file).value();
  for (int i = 0; i < 4; ++i) {
    std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(reader.offset()) + 8, 32, Byte{0});
    (void)reader.next();
  }
  write_all(file, bytes);
  EXPECT_TRUE(verified().ok());
}

TEST_F(Damage, AnOlderCheckpointMustBeContained) {
  begin();
  append_many(10);
  const auto older = log_->keeper().checkpoint();
  ASSERT_TRUE(older);
  append_many(300);
  close();
  evidence::VerifyOptions options;
  options.against = {*older};
  EXPECT_TRUE(verified(options).ok()) << verified(options).problem;

  // Another log, signed by the same keys.
  std::filesystem::remove_all(folder());
  begin();
  append_many(400);
  close();
  EXPECT_TRUE(verified().ok());
  EXPECT_FALSE(verified(options).ok());
}

TEST_F(Damage, AnArchivedPrefixIsVouchedForByWhatRemains) {
  begin();
  append_many(1500);
  const auto places = evidence::list_segments(folder()).value();
  ASSERT_GT(places.size(), 3U);
  const std::uint64_t size = places[2].first;
  ASSERT_TRUE(log_->note_archived(size));
  for (int i = 0; i < 2; ++i) std::filesystem::remove(places[static_cast<std::size_t>(i)].path);
  close();
  EXPECT_TRUE(verified().ok()) << verified().problem;
  EXPECT_EQ(verified().first, size);
  open();
  unlock();
  append_many(500);
  close();
  EXPECT_TRUE(verified().ok()) << verified().problem;

  Bytes archive = read_all(folder() / "archive.json");
  for (std::size_t at = 0; at < archive.size(); at += 5) {
    Bytes changed = archive;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    write_all(folder() / "archive.json", changed);
    EXPECT_FALSE(verified().ok()) << "byte " << at;
  }
}

TEST_F(Damage, EveryByteOfTheCheckpointCounts) {
  begin();
  append_many(10);
  close();
  const Bytes note = read_all(folder() / "checkpoint");
  for (std::size_t at = 0; at < note.size(); ++at) {
    Bytes changed = note;
    changed[at] ^= 1;
    write_all(folder() / "checkpoint", changed);
    EXPECT_FALSE(verified().ok()) << "byte " << at;
  }
}

}  // namespace
}  // namespace strongroom::tests
