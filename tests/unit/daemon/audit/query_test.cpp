// Finding events, against a slow search that opens all of them.
#include "daemon/audit/query.h"

#include "tests/unit/daemon/audit/audit_house.h"

namespace strongroom::tests {
namespace {

class Queries : public AuditHouse {
 protected:
  std::vector<std::uint64_t> find(const audit::Query& query, bool indexed, std::size_t most = 1000) {
    std::vector<std::uint64_t> found;
    const Status status = log_->with_reader([&](audit::EventReader& reader, std::uint64_t end) -> Status {
      audit::EventIndex index(folder());
      if (indexed) STRONGROOM_CHECK(index.catch_up(reader, 0, end, reader.index_key()));
      return audit::find_newest_first(reader, index, reader.index_key(), query, 0, end,
                                      [&](const audit::EventReader::Read& read) {
                                        found.push_back(read.sequence);
                                        return found.size() < most;
                                      });
    });
    EXPECT_TRUE(status) << status.error().message;
    return found;
  }

  std::vector<std::uint64_t> find_slowly(const audit::Query& query) {
    std::vector<std::uint64_t> found;
    EXPECT_TRUE(log_->with_reader([&](audit::EventReader& reader, std::uint64_t end) -> Status {
      for (std::uint64_t i = end; i-- > 0;) {
        STRONGROOM_ASSIGN(const auto read, reader.read(i));
        if (query.matches(read)) found.push_back(i);
      }
      return {};
    }));
    return found;
  }

  void expect_same(const audit::Query& query) {
    const auto expected = find_slowly(query);
    EXPECT_EQ(find(query, false), expected) << "without the index";
    EXPECT_EQ(find(query, true), expected) << "with the index";
  }
};

TEST_F(Queries, FindWhatASlowSearchFinds) {
  begin();
  for (int i = 0; i < 900; ++i) {
    ASSERT_TRUE(append(i % 11 == 0 ? "secret.put" : "secret.get", "key/" + std::to_string(i % 97)));
    clocks_.pass(7);
  }
  expect_same({});
  expect_same({.action = "secret.put"});
  expect_same({.action = "secret.never"});
  expect_same({.object = object_of("key/13")});
  expect_same({.actor = "uid:1000"});
  expect_same({.actor = "uid:2000"});
  expect_same({.request = 444});
  expect_same({.since_s = clocks_.wall_s() - 3000, .until_s = clocks_.wall_s() - 1500});
  expect_same({.decision = evidence::Decision::denied});
  expect_same({.records = true});
  expect_same({.action = "secret.put", .object = object_of("key/22")});
}

TEST_F(Queries, StopWhenThePageIsFull) {
  begin();
  append_many(600);
  const auto page = find({}, true, 50);
  ASSERT_EQ(page.size(), 50U);
  EXPECT_EQ(page.front(), log_->writer()->next() - 1);
}

TEST_F(Queries, ADamagedIndexIsNotBelieved) {
  begin();
  append_many(600);
  (void)find({}, true);
  std::fstream(folder() / "index", std::ios::in | std::ios::out | std::ios::binary).seekp(500).write("xxxx", 4);
  expect_same({.object = object_of("key/3")});
}

}  // namespace
}  // namespace strongroom::tests
