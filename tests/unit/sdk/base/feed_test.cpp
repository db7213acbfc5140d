#include <strongroom/base/feed.h>

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace strongroom {
namespace {

// A reader that can go away.
struct Reader {
  std::string got;
  bool gone = false;
  std::function<void()> ended;
  std::optional<Error> last;

  Stream<int> stream() {
    return {[this](const int& event) {
              if (!gone) got += std::to_string(event) + " ";
              return !gone;
            },
            [this] { return !gone; },
            [this](std::function<void()> callback) {
              if (gone)
                callback();
              else
                ended = std::move(callback);
            }};
  }

  Completion<int> completion() {
    return [this](const Result<int>& result) { last = result.error(); };
  }
};

TEST(Feed, TellsEachFollowerWhatItWants) {
  Feed<int> feed;
  Reader all, even;
  EXPECT_FALSE(feed.followed());
  feed.add(all.completion(), all.stream(), 0);
  feed.add(even.completion(), even.stream(), 0, [](const int& event) { return event % 2 == 0; });
  for (int i = 1; i < 5; ++i) feed.publish(i);
  EXPECT_EQ(all.got, "0 1 2 3 4 ");
  EXPECT_EQ(even.got, "0 2 4 ");
}

TEST(Feed, ForgetsWhoWentAway) {
  Feed<int> feed;
  Reader told, found, never;
  never.gone = true;
  feed.add(told.completion(), told.stream(), 0);
  feed.add(found.completion(), found.stream(), 0);
  feed.add(never.completion(), never.stream(), 0);
  told.ended();
  found.gone = true;
  EXPECT_TRUE(feed.followed());
  feed.publish(1);
  EXPECT_FALSE(feed.followed());
  EXPECT_EQ(told.got, "0 ");
}

TEST(Feed, SaysWhyItEndsAndIsEmptyThen) {
  Feed<int> feed;
  Reader reader;
  feed.add(reader.completion(), reader.stream(), 0);
  feed.close(make_error(ErrorCode::locked, "locked"));
  ASSERT_TRUE(reader.last);
  EXPECT_EQ(reader.last->code, ErrorCode::locked);
  EXPECT_FALSE(feed.followed());
  reader.ended();  // late, and harmless
  Reader late;
  feed.add(late.completion(), late.stream(), 0);
  ASSERT_TRUE(late.last) << "closed is closed";
  EXPECT_EQ(late.last->code, ErrorCode::locked);
  feed.open();
  Reader next;
  feed.add(next.completion(), next.stream(), 0);
  EXPECT_EQ(next.got, "0 ");
}

TEST(Feed, RefusesMoreThanItCanServeByName) {
  std::vector<std::unique_ptr<Reader>> readers;
  Feed<int> feed;
  for (std::size_t i = 0; i <= Feed<int>::k_most; ++i) {
    auto& reader = *readers.emplace_back(std::make_unique<Reader>());
    feed.add(reader.completion(), reader.stream(), 0);
    EXPECT_EQ(reader.last.has_value(), i == Feed<int>::k_most);
  }
  EXPECT_EQ(readers.back()->last->code, ErrorCode::busy);
  EXPECT_EQ(readers.back()->got, "");
  readers.front()->ended();
  Reader next;
  feed.add(next.completion(), next.stream(), 0);
  EXPECT_FALSE(next.last) << "one has made room";
}

TEST(Feed, AReaderMayOutliveIt) {
  Reader reader;
  {
    Feed<int> feed;
    feed.add(reader.completion(), reader.stream(), 0);
  }
  reader.ended();
  EXPECT_EQ(reader.got, "0 ");
}

}  // namespace
}  // namespace strongroom
