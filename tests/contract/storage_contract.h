// The promises that every storage keeps, whatever lies below it. Instantiated in storage_contract_test.cpp.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "daemon/store/storage.h"
#include "tests/contract/temporary_folder.h"

namespace strongroom::testing {

struct StorageUnderTest {
  std::string name;
  std::function<Result<std::unique_ptr<store::Storage>>(const std::filesystem::path& folder)> open;
};

// Rows as text, for comparisons that read well.
using TextRows = std::vector<std::pair<std::string, std::string>>;  // key, value

class StorageContract : public ::testing::TestWithParam<StorageUnderTest> {
 protected:
  void SetUp() override;

  std::unique_ptr<store::ReadTransaction> reader(std::vector<std::string> scopes = {""});
  std::unique_ptr<store::WriteTransaction> writer(std::vector<std::string> scopes = {""});
  // Rows in a transaction of their own, collection 1, system scope, version 1.
  void commit_rows(const TextRows& rows, std::uint64_t mark = 1);
  TextRows committed_rows();

  TemporaryFolder folder_;
  std::unique_ptr<store::Storage> storage_;
};

store::RowKey row_key(std::string_view key, std::uint32_t collection = 1, std::string_view scope = "");
// The rows of a scan; a failure of the scan fails the test.
TextRows rows_of(store::ReadTransaction& transaction, const store::Range& range);
store::Range range_of(std::string_view first = "", std::string_view last = "", std::uint32_t limit = 0,
                      bool reverse = false);
// The value, "<none>" when there is no row, or the name of the error.
std::string value_of(store::ReadTransaction& transaction, const store::RowKey& key);
// "ok" or the name of the error.
std::string outcome(const Status& status);

}  // namespace strongroom::testing
