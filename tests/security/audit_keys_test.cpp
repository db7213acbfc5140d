// A locked daemon holds nothing that opens what was logged before.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sodium.h>
#include <unistd.h>

#include <cstring>
#include <fstream>
#include <functional>
#include <set>
#include <sstream>

#include <strongroom/evidence/cbor.h>
#include <strongroom/evidence/seal.h>
#include <strongroom/evidence/segment.h>
#include <strongroom/evidence/tlog_proof.h>
#include <strongroom/protocol/methods/audit.h>

#include "tests/support/ordinary_user.h"
#include "tests/support/secrets.h"
#include "tests/support/test_daemon.h"

namespace strongroom::tests {
namespace {

// Every 32 bytes at a multiple of 8 that a process may read and write.
void for_each_window(pid_t process, const std::function<void(BytesView)>& visit) {
  const std::string folder = "/proc/" + std::to_string(process);
  std::ifstream maps(folder + "/maps");
  const int memory = ::open((folder + "/mem").c_str(), O_RDONLY);
  ASSERT_GE(memory, 0) << "the memory of the daemon cannot be read here";
  for (std::string line; std::getline(maps, line);) {
    std::istringstream words(line);
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    char dash = 0;
    std::string rights;
    words >> std::hex >> begin >> dash >> end >> rights;
    if (rights[0] != 'r' || rights[1] != 'w') continue;
    Bytes page(4096 + 24);
    for (std::uint64_t at = begin; at < end; at += 4096) {
      const ssize_t n = pread(memory, page.data(), page.size(), static_cast<off_t>(at));
      if (n < 32) continue;
      for (std::size_t offset = 0; offset + 32 <= static_cast<std::size_t>(n); offset += 8) {
        std::uint64_t words_of_window[4];
        std::memcpy(words_of_window, page.data() + offset, 32);
        const bool blank = words_of_window[0] == 0 || words_of_window[1] == 0 || words_of_window[2] == 0;
        if (!blank) visit(BytesView(page).subspan(offset, 32));
      }
    }
  }
  ::close(memory);
}

std::vector<Bytes> entries_of(const std::filesystem::path& log) {
  std::vector<Bytes> entries;
  const auto places = evidence::list_segments(log).value();
  for (const auto& place : places) {
    auto reader = evidence::FrameReader::open(place.path).value();
    for (;;) {
      const auto next = reader.next();
      if (!next || !*next) break;
      entries.emplace_back((*next)->begin(), (*next)->end());
    }
  }
  return entries;
}

TEST(LockedLog, MemoryAndDiskOpenNoEarlierEntry) {
  if (geteuid() != 0) GTEST_SKIP() << "only root may read the daemon's memory";
  TestDaemon daemon;
  daemon.start();
  {
    auto client = daemon.client();
    ASSERT_TRUE(put(client, "a", "1"));
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(get(client, "a"));
    ASSERT_TRUE(client.call<protocol::audit::List>({}));
    ASSERT_TRUE(client.call<protocol::vault::Lock>({}));
  }
  const auto entries = entries_of(daemon.state() / "audit");
  evidence::PublicKey opening{};
  for (const auto& bytes : entries) {
    const auto entry = evidence::parse_entry(bytes).value();
    if (const auto* epoch = std::get_if<evidence::EpochEntry>(&entry.content)) opening = epoch->opening_key;
  }
  const auto log =
      evidence::FrameReader::open(daemon.state() / "audit" / "segments" / "0000000000000000.log").value().header().log;
  // The first events are enough: whatever opens one of them is an earlier key.
  std::vector<evidence::Entry> sealed;
  for (const auto& bytes : entries) {
    const auto entry = evidence::parse_entry(bytes).value();
    if (std::holds_alternative<evidence::EventEntry>(entry.content) && sealed.size() < 3) sealed.push_back(entry);
  }
  ASSERT_EQ(sealed.size(), 3U);
  std::set<Bytes> seen;
  std::size_t windows = 0;
  for_each_window(daemon.pid(), [&](BytesView window) {
    if (!seen.insert(Bytes(window.begin(), window.end())).second) return;
    ++windows;
    evidence::Key32 entry_key{};
    evidence::Key32 mask{};
    evidence::event_keys_of(window, entry_key, mask);
    for (const auto& entry : sealed) {
      evidence::Disclosure direct;
      std::ranges::copy(window, direct.entry_key.begin());
      EXPECT_FALSE(evidence::open_event(log, entry, direct)) << "an entry key is still there";
      EXPECT_FALSE(evidence::open_event(log, entry, {entry_key, std::nullopt})) << "a chain key is still there";
    }
  });
  EXPECT_GT(windows, 1000U);
  // X25519 takes longer: what looks random enough.
  std::size_t tried = 0;
  for (const auto& window : seen) {
    const std::set<Byte> distinct(window.begin(), window.end());
    if (distinct.size() < 24) continue;
    ++tried;
    evidence::PublicKey made{};
    crypto_scalarmult_base(made.data(), window.data());
    EXPECT_NE(made, opening) << "the opening key is still there";
  }
  EXPECT_GT(tried, 3U);
}

}  // namespace
}  // namespace strongroom::tests
