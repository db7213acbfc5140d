// Finding events, against a slow search that opens all of them.
#include "daemon/audit/query.h"

#include <fstream>
#include <random>

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
  for (const int at : {100, 500}) {
    std::fstream(folder() / "index", std::ios::in | std::ios::out | std::ios::binary).seekp(at).write("xxxx", 4);
    expect_same({.object = object_of("key/3")});
  }
}

TEST_F(Queries, AnIndexOfAnotherMakeIsMadeAnew) {
  begin();
  append_many(600);
  std::ofstream(folder() / "index", std::ios::binary) << std::string(100'000, 'x');
  expect_same({.object = object_of("key/3")});
}

// Reading on, back, within a block and over chains, against opening each entry by itself.
TEST_F(Queries, AnEntrySaysTheSameWhereverOneComesFrom) {
  begin();
  append_many(700);
  log_->lock();
  unlock();
  append_many(300);
  std::vector<std::string> alone;
  const auto text = [](const audit::EventReader::Read& read) {
    return read.event ? std::string(as_text(read.event->box)) + std::string(as_text(read.event->body)) : "";
  };
  ASSERT_TRUE(log_->with_reader([&](audit::EventReader& reader, std::uint64_t end) -> Status {
    for (std::uint64_t i = 0; i < end; ++i) {
      STRONGROOM_ASSIGN(const auto read, reader.read(i));
      alone.push_back(text(read));
    }
    return {};
  }));
  std::mt19937 random(3);
  ASSERT_TRUE(log_->with_reader([&](audit::EventReader& reader, std::uint64_t end) -> Status {
    std::uint64_t at = end / 2;
    for (int i = 0; i < 5000; ++i) {
      const auto draw = random() % 10;
      if (draw < 5 && at > 0)
        --at;
      else if (draw < 8 && at + 1 < end)
        ++at;
      else if (draw == 8)
        at = random() % end;
      STRONGROOM_ASSIGN(const auto read, reader.read(at));
      EXPECT_EQ(text(read), alone[at]) << at;
    }
    return {};
  }));
}

TEST(IndexHeads, NeverDenyWhatTheirRowsHave) {
  std::mt19937 random(11);
  for (int block = 0; block < 50; ++block) {
    audit::IndexHead head;
    std::vector<audit::IndexRow> rows;
    for (std::size_t i = 0; i < audit::k_block; ++i) {
      audit::IndexRow row{.object = static_cast<std::uint32_t>(random()),
                          .action = static_cast<std::uint16_t>(random()),
                          .actor = static_cast<std::uint8_t>(random()),
                          .flags = audit::IndexRow::k_event};
      rows.push_back(row);
      head.add(row);
    }
    std::array<Byte, audit::k_index_head> bytes;
    audit::encode(head, bytes);
    audit::IndexHead read;
    audit::decode(bytes, read);
    int wrongly = 0;
    for (const auto& row : rows)
      EXPECT_TRUE(read.may_have_object(row.object) && read.actions.contains(row.action) &&
                  read.actors.contains(row.actor));
    for (int i = 0; i < 1000; ++i) wrongly += read.may_have_object(static_cast<std::uint32_t>(random())) ? 1 : 0;
    EXPECT_LT(wrongly, 150) << "of 1000, where 50 are to be expected";
  }
}

}  // namespace
}  // namespace strongroom::tests
