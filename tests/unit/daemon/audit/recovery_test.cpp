// What a crash leaves, and what it must not lose.
#include <fcntl.h>
#include <unistd.h>

#include "tests/unit/daemon/audit/audit_house.h"

namespace strongroom::tests {
namespace {

class Recovery : public AuditHouse {
 protected:
  // The log as a crash leaves it: a copy made while it is open, nothing signed for the end.
  void crash() {
    const auto copy = folder_.path() / "crashed";
    copy_to(copy);
    close();
    std::filesystem::remove_all(folder());
    std::filesystem::rename(copy, folder());
    std::filesystem::permissions(folder(), std::filesystem::perms::owner_all);
  }

  void write_at(const std::filesystem::path& file, std::uint64_t offset, const Bytes& bytes) {
    const int descriptor = ::open(file.c_str(), O_WRONLY);
    ASSERT_EQ(pwrite(descriptor, bytes.data(), bytes.size(), static_cast<off_t>(offset)),
              static_cast<ssize_t>(bytes.size()));
    ::close(descriptor);
  }

  // Where the next frame of the newest segment begins.
  std::uint64_t end_offset() const {
    auto reader = evidence::FrameReader::open(newest_segment()).value();
    while (reader.next().value()) {
    }
    return reader.offset();
  }
};

TEST_F(Recovery, ACrashLosesNothing) {
  begin();
  append_many(333);
  crash();
  open();
  unlock();
  EXPECT_EQ(said().size(), 333U);
  append_many(5);
  close();
  EXPECT_TRUE(verified().ok()) << verified().problem;
}

TEST_F(Recovery, ATornFrameIsCutAndSaid) {
  begin();
  append_many(40);
  crash();
  write_at(newest_segment(), end_offset(), {200, 0, 0, 0, 9, 9, 9, 9, 1, 2, 3});
  open();
  EXPECT_EQ(log_->torn(), 11U);
  unlock();
  append_many(1);
  EXPECT_EQ(said().size(), 41U);
  close();
  EXPECT_TRUE(verified().ok()) << verified().problem;
  EXPECT_EQ(verified().torn, 0U);
}

TEST_F(Recovery, DerivedFilesAreMadeAnew) {
  begin();
  append_many(3000);
  close();
  std::filesystem::remove(folder() / "offsets");
  std::filesystem::remove(folder() / "index");
  std::filesystem::remove_all(folder() / "tile");
  open();
  unlock();
  EXPECT_EQ(said().size(), 3000U);
  close();
  EXPECT_TRUE(verified().ok()) << verified().problem;
}

TEST_F(Recovery, OffsetsThatLieAreNotBelieved) {
  begin();
  append_many(1000);
  close();
  std::ofstream(folder() / "offsets", std::ios::binary) << std::string(64, 'x');
  open();
  unlock();
  EXPECT_EQ(said().size(), 1000U);
  append_many(10);
  close();
  EXPECT_TRUE(verified().ok()) << verified().problem;
}

TEST_F(Recovery, ALogThatWasNeverBegunIsBegunAgain) {
  open();
  audit::LogFolder folder = audit::LogFolder::open(this->folder(), segment_size_).value();
  ASSERT_TRUE(folder.create_segment({evidence::LogId{1}, 0}, audit::Room::ordinary));
  close();
  begin();
  append_many(1);
}

TEST_F(Recovery, ACutLogTakesNoEvent) {
  begin();
  append_many(700);
  close();
  const auto segments = evidence::list_segments(folder()).value();
  ASSERT_GT(segments.size(), 1U);
  std::filesystem::remove(segments.back().path);
  open();
  EXPECT_NE(log_->problem(), "");
  const auto refused = append();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::audit_unavailable);
}

TEST_F(Recovery, AChangedEntryStopsTheLogAtItsStart) {
  begin();
  append_many(30);
  close();
  // The last entry but some, its CRC made right.
  auto reader = evidence::FrameReader::open(newest_segment()).value();
  std::uint64_t offset = 0;
  Bytes entry;
  for (int i = 0; i < 20; ++i) {
    offset = reader.offset();
    const auto next = reader.next().value();
    entry.assign(next->begin(), next->end());
  }
  entry.back() ^= 1;
  Bytes frame(evidence::k_frame_header);
  evidence::write_frame_header(entry, {}, frame);
  frame.insert(frame.end(), entry.begin(), entry.end());
  write_at(newest_segment(), offset, frame);
  open();
  EXPECT_NE(log_->problem(), "");
  EXPECT_FALSE(append());
}

TEST_F(Recovery, RefusesWhenNothingCanBeWrittenAndGoesOnWhenItCan) {
  begin();
  append_many(5);
  {
    const FullDisk full(100);
    const auto refused = append();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, ErrorCode::audit_unavailable);
    EXPECT_TRUE(log_->writer()->failure());
  }
  append_many(5);
  EXPECT_FALSE(log_->writer()->failure());
  EXPECT_EQ(said().size(), 10U);
  close();
  EXPECT_TRUE(verified().ok()) << verified().problem;
}

}  // namespace
}  // namespace strongroom::tests
