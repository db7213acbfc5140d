// Random histories, compared step by step with a std::map.
#include <map>
#include <random>

#include "tests/contract/storage_contract.h"

namespace strongroom::testing {
namespace {

using Model = std::map<std::string, std::string>;

TextRows rows_of(const Model& model) {
  return {model.begin(), model.end()};
}

}  // namespace

TEST_P(StorageContract, AgreesWithAMapOverRandomHistories) {
  std::mt19937 random(20250101);
  const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  Model committed;
  for (std::uint64_t mark = 1; mark <= 60; ++mark) {
    const auto write = writer();
    Model present = committed;
    Model saved;
    bool savepoint = false;
    for (unsigned step = below(30); step > 0; --step) {
      const std::string key(1 + below(3), static_cast<char>('a' + below(4)));
      const std::string value = std::to_string(random());
      switch (below(6)) {
        case 0:
          ASSERT_EQ(outcome(write->erase(row_key(key))), "ok");
          present.erase(key);
          break;
        case 1:
          if (!savepoint) saved = present;
          ASSERT_EQ(outcome(savepoint ? write->release() : write->savepoint()), "ok");
          savepoint = !savepoint;
          break;
        case 2:
          if (savepoint) {
            ASSERT_EQ(outcome(write->rollback_to()), "ok");
            present = saved;
            savepoint = false;
          }
          break;
        case 3:
          ASSERT_EQ(outcome(write->put_if(row_key(key), present.contains(key) ? 1 : 0, 1, as_bytes(value))), "ok");
          present[key] = value;
          break;
        default:
          ASSERT_EQ(outcome(write->put(row_key(key), 1, as_bytes(value))), "ok");
          present[key] = value;
      }
      ASSERT_EQ(value_of(*write, row_key(key)), present.contains(key) ? present[key] : "<none>");
    }
    ASSERT_EQ(rows_of(*write, range_of()), rows_of(present));
    ASSERT_EQ(committed_rows(), rows_of(committed));
    if (below(4) == 0) continue;
    ASSERT_EQ(outcome(write->commit(mark)), "ok");
    committed = present;
    ASSERT_EQ(storage_->health(false)->rows, committed.size());
  }
  EXPECT_EQ(committed_rows(), rows_of(committed));
}

}  // namespace strongroom::testing
