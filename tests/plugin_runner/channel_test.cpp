// Frames between the daemon and a plugin's process: bounded, with deadlines, and nothing is believed.
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

#include "daemon/plugin_seam/channel.h"

namespace strongroom::plugin_seam {
namespace {

using namespace std::chrono_literals;

struct Pair {
  Pair() : ends(*connected_pair()), other(ends.theirs.get()), ours(std::move(ends.ours)) {}

  ChannelPair ends;
  int other;  // the raw other end
  Channel ours;

  void write_raw(BytesView bytes) const {
    ASSERT_EQ(::send(other, bytes.data(), bytes.size(), MSG_NOSIGNAL), static_cast<ssize_t>(bytes.size()));
  }
};

Bytes header(std::uint32_t size, std::uint32_t kind) {
  Bytes out;
  ByteWriter writer(out);
  writer.u32(size);
  writer.u32(kind);
  return out;
}

TEST(PluginChannel, CarriesFramesAndDescriptorsBothWays) {
  auto pair = *connected_pair();
  Channel one(std::move(pair.ours));
  Channel two(std::move(pair.theirs));
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  const int sent[] = {pipe_ends[1]};
  const Bytes content(100'000, Byte{7});
  std::thread sender([&] { ASSERT_TRUE(one.send(5, content, sent, 5s)); });
  auto frame = two.receive(5s);
  sender.join();
  ASSERT_TRUE(frame);
  EXPECT_EQ(frame->kind, 5U);
  EXPECT_TRUE(std::ranges::equal(frame->content, content));
  ASSERT_EQ(frame->descriptors.size(), 1U);
  EXPECT_EQ(::write(frame->descriptors[0].get(), "x", 1), 1);
  ASSERT_TRUE(two.send(6, as_bytes("back"), {}, 5s));
  const auto back = one.receive(5s);
  ASSERT_TRUE(back);
  EXPECT_EQ(as_text(back->content), "back");
  close(pipe_ends[0]);
  close(pipe_ends[1]);
}

TEST(PluginChannel, RefusesAFrameThatIsTooLong) {
  Pair pair;
  pair.write_raw(header(0xffffffff, 1));
  const auto frame = pair.ours.receive(5s);
  ASSERT_FALSE(frame);
  EXPECT_EQ(frame.error().code, ErrorCode::plugin_unavailable);
  EXPECT_FALSE(pair.ours.send(1, {}, {}, 1s));
}

TEST(PluginChannel, GivesUpAtTheDeadlineAlsoWhenBytesTrickle) {
  Pair pair;
  pair.write_raw(header(1000, 1));
  std::atomic<bool> stop = false;
  std::thread trickle([&] {
    while (!stop && ::send(pair.other, "x", 1, MSG_NOSIGNAL) == 1) std::this_thread::sleep_for(10ms);
  });
  const auto frame = pair.ours.receive(200ms);
  stop = true;
  trickle.join();
  ASSERT_FALSE(frame);
  EXPECT_EQ(frame.error().code, ErrorCode::timeout);
}

TEST(PluginChannel, SaysWhenTheOtherSideIsGone) {
  Pair pair;
  pair.write_raw(header(10, 1));
  pair.ends.theirs = Descriptor();
  const auto frame = pair.ours.receive(5s);
  ASSERT_FALSE(frame);
  EXPECT_EQ(frame.error().code, ErrorCode::plugin_unavailable);
}

TEST(PluginChannel, RefusesMoreDescriptorsThanAFrameMayBring) {
  Pair pair;
  std::vector<int> many(8, 0);
  for (int& each : many) each = dup(0);
  alignas(cmsghdr) unsigned char control[CMSG_SPACE(8 * sizeof(int))] = {};
  Bytes bytes = header(0, 1);
  iovec part{bytes.data(), bytes.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  cmsghdr* first = CMSG_FIRSTHDR(&message);
  first->cmsg_level = SOL_SOCKET;
  first->cmsg_type = SCM_RIGHTS;
  first->cmsg_len = CMSG_LEN(8 * sizeof(int));
  std::memcpy(CMSG_DATA(first), many.data(), 8 * sizeof(int));
  ASSERT_GT(sendmsg(pair.other, &message, 0), 0);
  for (const int each : many) close(each);
  EXPECT_FALSE(pair.ours.receive(5s));
}

}  // namespace
}  // namespace strongroom::plugin_seam
