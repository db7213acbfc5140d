#include <strongroom/backup/piece_worker.h>

#include <gtest/gtest.h>

#include <future>
#include <thread>

#include <strongroom/backup/archive.h>

namespace strongroom::backup {
namespace {

constexpr std::size_t k_mib = 1024 * 1024;

TEST(PieceWorker, HandsOnEverythingInItsOrderOnAnotherThread) {
  std::string got;
  std::thread::id taker;
  PieceWorker worker([&](BytesView piece) -> Status {
    taker = std::this_thread::get_id();
    got += as_text(piece);
    return {};
  });
  std::string expected;
  for (std::size_t size = 1; size < 3 * k_mib; size = size * 3 + 1) {
    const std::string piece(size, static_cast<char>('a' + size % 26));
    ASSERT_TRUE(worker.add(as_bytes(piece)));
    expected += piece;
    if (size > 1000) continue;
    ASSERT_TRUE(worker.finish());
    ASSERT_EQ(got, expected);
  }
  ASSERT_TRUE(worker.finish());
  EXPECT_TRUE(got == expected);
  EXPECT_NE(taker, std::this_thread::get_id());
  EXPECT_TRUE(worker.finish()) << "nothing more is there";
  EXPECT_TRUE(got == expected);
}

TEST(PieceWorker, AFailureIsHandedOnAndNothingMoreIsTaken) {
  int calls = 0;
  PieceWorker worker([&](BytesView) -> Status {
    if (++calls == 2) return make_error(ErrorCode::storage_full, "no space");
    return {};
  });
  const Bytes piece(k_mib);
  Status status;
  for (int i = 0; i < 100 && status; ++i) status = worker.add(piece);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::storage_full);
  EXPECT_FALSE(worker.add(Bytes(k_mib)));
  EXPECT_FALSE(worker.finish());
  EXPECT_EQ(calls, 2);
}

TEST(PieceWorker, AFailureOfTheLastPieceIsToldAtTheEnd) {
  PieceWorker worker([](BytesView) -> Status { return make_error(ErrorCode::corrupt, "no"); });
  ASSERT_TRUE(worker.add(Bytes(1)));
  const Status status = worker.finish();
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::corrupt);
}

// Who adds waits for who takes, so that no more than 1 MiB is held.
TEST(PieceWorker, HoldsNoMoreThanAMebibyte) {
  std::promise<void> begun;
  std::promise<void> go_on;
  std::shared_future<void> may_go_on(go_on.get_future());
  std::atomic<std::size_t> added = 0;
  bool first = true;
  PieceWorker worker([&](BytesView) -> Status {
    if (std::exchange(first, false)) begun.set_value();
    may_go_on.wait();
    return {};
  });
  std::thread adding([&] {
    for (std::size_t i = 0; i < 64; ++i, added += k_mib / 16) EXPECT_TRUE(worker.add(Bytes(k_mib / 16)));
  });
  begun.get_future().wait();
  while (added < k_mib) std::this_thread::yield();
  // It cannot have gone on; a wrong bound shows here sooner or later, a right one never.
  for (int i = 0; i < 1000; ++i) std::this_thread::yield();
  EXPECT_LE(added, k_mib);
  go_on.set_value();
  adding.join();
  EXPECT_TRUE(worker.finish());
}

TEST(PieceWorker, EndsWithWorkLeft) {
  std::promise<void> begun;
  std::size_t taken = 0;
  {
    PieceWorker worker([&](BytesView piece) -> Status {
      if (taken == 0) begun.set_value();
      taken += piece.size();
      return {};
    });
    ASSERT_TRUE(worker.add(Bytes(k_mib / 2)));
    begun.get_future().wait();
  }
  EXPECT_GT(taken, 0U);
  EXPECT_LE(taken, k_mib / 2);
}

// FIPS 180-2, B.1 and B.3, and the latter in pieces, which a thread hashes.
TEST(StreamDigest, IsSha256) {
  StreamDigest little;
  little.add(as_bytes("abc"));
  EXPECT_EQ(to_hex(little.end()), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  for (const std::size_t piece : {1'000'000U, 50'000U, 1'000U}) {
    StreamDigest digest;
    for (std::size_t i = 0; i < 1'000'000; i += piece) digest.add(Bytes(piece, 'a'));
    StreamDigest moved = std::move(digest);
    EXPECT_EQ(to_hex(moved.end()), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
  }
}

}  // namespace
}  // namespace strongroom::backup
