// The adapter on tables that are broken or lie.
#include <gtest/gtest.h>

#include <cstring>

#include "daemon/plugin_host/storage_v1.h"
#include "tests/plugin_abi/fake_table.h"

namespace strongroom::plugin_host {
namespace {

using testing::FakeBehaviour;

const BytesView k_system[] = {BytesView()};

sr_bytes bytes(std::string_view text) {
  return {as_bytes(text).data(), text.size()};
}

class Adapter : public ::testing::Test {
 protected:
  Result<std::unique_ptr<StorageV1>> open() { return StorageV1::open(&table_, nullptr, {}, {}); }

  // The outcome of a get of "k", or of a scan of everything below "m" with at most 2 rows.
  std::string get() {
    const auto storage = open();
    const auto read = (*storage)->begin_read(k_system);
    const auto row = (*read)->get({1, {}, as_bytes("k")});
    if (!row) return row.error().message;
    return row->has_value() ? std::string(as_text((*row)->bytes)) : "<none>";
  }

  std::string scan(bool reverse = false) {
    const auto storage = open();
    const auto read = (*storage)->begin_read(k_system);
    std::string keys;
    const Status status =
        (*read)->scan({1, {}, as_bytes("b"), as_bytes("m"), 2, reverse}, [&](BytesView key, const store::RowView&) {
          keys += as_text(key);
          return keys != "stop";
        });
    return status ? keys : status.error().message;
  }

  FakeBehaviour behaviour_;
  sr_storage_v1 table_ = testing::fake_table(behaviour_);
};

constexpr const char* k_breach = "the storage plugin broke its contract: ";

TEST_F(Adapter, RefusesATableThatLacksAFunction) {
  ASSERT_TRUE(open());
  const sr_storage_v1 whole = table_;
  for (std::size_t at = offsetof(sr_storage_v1, open); at < sizeof table_; at += sizeof(void*)) {
    table_ = whole;
    std::memset(reinterpret_cast<char*>(&table_) + at, 0, sizeof(void*));
    const auto opened = open();
    ASSERT_FALSE(opened) << at;
    EXPECT_EQ(opened.error().code, ErrorCode::plugin_unavailable);
    EXPECT_NE(opened.error().message.find("lacks '"), std::string::npos) << opened.error().message;
  }
}

TEST_F(Adapter, RefusesATableThatIsMissingOrTooShort) {
  const auto missing = StorageV1::open(nullptr, nullptr, {}, {});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().message, "the plugin does not have the extension 'strongroom.storage/1'");
  table_.size = sizeof table_ - 1;
  const auto opened = open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, ErrorCode::plugin_unavailable);
  table_.size = sizeof table_ + 8;
  EXPECT_TRUE(open());
}

TEST_F(Adapter, RefusesAStorageAndATransactionThatAreNothing) {
  behaviour_.begins_null = true;
  {
    const auto storage = open();
    ASSERT_TRUE(storage);
    const auto begun = (*storage)->begin_read(k_system);
    ASSERT_FALSE(begun);
    EXPECT_EQ(begun.error().code, ErrorCode::plugin_unavailable);
  }
  EXPECT_EQ(behaviour_.closed, 1);
  behaviour_.opens_null = true;
  EXPECT_FALSE(open());
  EXPECT_EQ(behaviour_.closed, 1);
}

TEST_F(Adapter, EndsEveryTransactionOnce) {
  const auto storage = open();
  {
    const auto read = (*storage)->begin_read(k_system);
  }
  EXPECT_EQ(behaviour_.rolled_back, 1);
  {
    const auto write = (*storage)->begin_write(k_system);
    EXPECT_TRUE((*write)->commit(1));
    EXPECT_FALSE((*write)->put({1, {}, as_bytes("k")}, 1, as_bytes("v")));
  }
  EXPECT_EQ(behaviour_.committed, 1);
  EXPECT_EQ(behaviour_.rolled_back, 1);
}

TEST_F(Adapter, ChecksTheRowOfAGet) {
  const auto answer = [&](std::string_view key, std::uint64_t version, sr_bytes value, int times, sr_status status) {
    behaviour_.get = [=](const sr_row_key&, const sr_row_sink& sink) {
      for (int i = 0; i < times; ++i) (void)sink.row(sink.context, bytes(key), version, value);
      return status;
    };
    return get();
  };
  EXPECT_EQ(answer("k", 1, bytes("v"), 1, SR_OK), "v");
  EXPECT_EQ(answer("k", 1, bytes("v"), 0, SR_NOT_FOUND), "<none>");
  EXPECT_EQ(answer("other", 1, bytes("v"), 1, SR_OK), std::string(k_breach) + "it returned a row with another key");
  EXPECT_EQ(answer("k", 0, bytes("v"), 1, SR_OK), std::string(k_breach) + "it returned a row without a version");
  EXPECT_EQ(answer("k", 1, bytes("v"), 2, SR_OK), std::string(k_breach) + "it returned two rows for one key");
  EXPECT_EQ(answer("k", 1, bytes("v"), 0, SR_OK), std::string(k_breach) + "it returned no row and no reason");
  EXPECT_EQ(answer("k", 1, {nullptr, 3}, 1, SR_OK), std::string(k_breach) + "it returned a value out of bounds");
  EXPECT_EQ(answer("k", 1, {as_bytes("v").data(), store::k_max_value + 1}, 1, SR_OK),
            std::string(k_breach) + "it returned a value out of bounds");
  EXPECT_EQ(answer("k", 1, bytes("v"), 1, SR_IO), "the storage plugin failed");
  EXPECT_EQ(answer("k", 1, bytes("v"), 0, 4711), "the storage plugin failed");
}

TEST_F(Adapter, ChecksTheRowsOfAScan) {
  const auto answer = [&](std::vector<std::string> keys, bool reverse = false) {
    behaviour_.scan = [=](const sr_range&, const sr_row_sink& sink) {
      for (const auto& key : keys)
        if (const sr_status status = sink.row(sink.context, bytes(key), 1, bytes("v")); status != SR_OK) return status;
      return sr_status{SR_OK};
    };
    return scan(reverse);
  };
  EXPECT_EQ(answer({"b", "c"}), "bc");
  EXPECT_EQ(answer({"c", "b"}, true), "cb");
  EXPECT_EQ(answer({"c", "b"}), std::string(k_breach) + "it returned rows out of order");
  EXPECT_EQ(answer({"b", "c"}, true), std::string(k_breach) + "it returned rows out of order");
  EXPECT_EQ(answer({"c", "c"}), std::string(k_breach) + "it returned rows out of order");
  EXPECT_EQ(answer({"a"}), std::string(k_breach) + "it returned a row outside of the range");
  EXPECT_EQ(answer({"m"}), std::string(k_breach) + "it returned a row outside of the range");
  EXPECT_EQ(answer({""}), std::string(k_breach) + "it returned a key out of bounds");
  EXPECT_EQ(answer({"b", "c", "d"}), std::string(k_breach) + "it went on after the end of a scan");
  EXPECT_EQ(answer({std::string(300, 'c')}), std::string(k_breach) + "it returned a key out of bounds");
}

TEST_F(Adapter, NoticesAScanThatDoesNotStop) {
  behaviour_.scan = [](const sr_range&, const sr_row_sink& sink) {
    (void)sink.row(sink.context, bytes("stop"), 1, bytes("v"));
    return sr_status{SR_OK};
  };
  const auto storage = open();
  const auto read = (*storage)->begin_read(k_system);
  const Status status = (*read)->scan({1, {}, {}, {}, 0, false}, [](auto, const auto&) { return false; });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, std::string(k_breach) + "it did not pass on the end of a scan");
}

TEST_F(Adapter, MakesTextsOfAPluginPrintableAndShort) {
  std::string sentence(2000, 'x');
  sentence.replace(0, 4, "a\n\x1b[");
  behaviour_.put = [&](const sr_error_sink& error) {
    error.error(error.context, bytes(sentence));
    return sr_status{SR_FULL};
  };
  const auto storage = open();
  const auto write = (*storage)->begin_write(k_system);
  const Status status = (*write)->put({1, {}, as_bytes("k")}, 1, {});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, ErrorCode::storage_full);
  EXPECT_EQ(status.error().message.size(), SR_MAX_TEXT);
  EXPECT_EQ(status.error().message.substr(0, 4), "a??[");
}

TEST_F(Adapter, NeedsAReportOfHealth) {
  const auto storage = open();
  EXPECT_FALSE((*storage)->health(false));
  behaviour_.health = [](const sr_health_sink& sink) {
    const sr_storage_health health{sizeof(sr_storage_health), SR_HEALTH_UNCLEAN, 1, 2, 3, bytes("so so")};
    sink.health(sink.context, &health);
    return sr_status{SR_OK};
  };
  const auto health = (*storage)->health(false);
  ASSERT_TRUE(health);
  EXPECT_FALSE(health->healthy);
  EXPECT_TRUE(health->unclean);
  EXPECT_EQ(health->mark, 3U);
  EXPECT_EQ(health->detail, "so so");
}

}  // namespace
}  // namespace strongroom::plugin_host
