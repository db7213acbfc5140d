// A storage through its C table, with nothing in between.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <strongroom/abi/storage.h>

#include "sdk/src/plugin_tests/check_list.h"

namespace strongroom::plugin_tests {

struct Row {
  std::string key;
  std::uint64_t version = 0;
  std::string value;

  bool operator==(const Row&) const = default;
};

struct Range {
  std::string_view first;
  std::string_view last;
  std::uint32_t limit = 0;
  std::uint32_t flags = 0;
  std::uint32_t collection = 1;
  std::string_view scope;
};

// One transaction; rolled back at the end unless it was committed. The calls are those of the seam; keys are of
// collection 1 and the system's scope unless they say otherwise.
class Transaction {
 public:
  Transaction(const sr_storage_v1& table, sr_transaction* handle) : table_(table), handle_(handle) {}

  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  ~Transaction() { rollback(); }

  struct Key {
    // NOLINTNEXTLINE(google-explicit-constructor): a key is mostly its text.
    Key(std::string_view text, std::string_view of = {}, std::uint32_t in = 1) : key(text), scope(of), collection(in) {}

    // NOLINTNEXTLINE(google-explicit-constructor)
    Key(const char* text) : key(text) {}

    // NOLINTNEXTLINE(google-explicit-constructor)
    Key(const std::string& text) : key(text) {}

    std::string_view key;
    std::string_view scope;
    std::uint32_t collection = 1;
  };

  sr_status get(const Key& key, std::optional<Row>& row);
  // The value, "<none>", or the name of the status.
  std::string value_of(const Key& key);
  sr_status put(const Key& key, std::string_view value, std::uint64_t version = 1);
  sr_status put_if(const Key& key, std::uint64_t expected, std::uint64_t version, std::string_view value);
  sr_status erase(const Key& key);
  // The sink answers `failure` at row number `fail_at`, counted from 1; 0: never.
  sr_status scan(const Range& range, std::vector<Row>& rows, std::size_t fail_at = 0, sr_status failure = SR_OK);
  // A scan that goes well.
  std::vector<Row> rows_of(const Range& range);

  sr_status savepoint() { return table_.savepoint(handle_, &error_); }

  sr_status release() { return table_.release(handle_, &error_); }

  sr_status rollback_to() { return table_.rollback_to(handle_, &error_); }

  sr_status commit(std::uint64_t mark) { return table_.commit(std::exchange(handle_, nullptr), mark, &error_); }

  void rollback();

 private:
  static sr_row_key abi(const Key& key) { return {key.collection, 0, bytes_of(key.scope), bytes_of(key.key)}; }

  const sr_storage_v1& table_;
  sr_transaction* handle_;
  sr_error_sink error_{sizeof(sr_error_sink), 0, nullptr, [](void*, sr_bytes) {}};
};

// One instance; closed at the end. Its transactions end before.
class StorageRun {
 public:
  // Opened; throws Broken when it cannot be.
  explicit StorageRun(const Context& context);

  StorageRun(const StorageRun&) = delete;
  StorageRun& operator=(const StorageRun&) = delete;

  ~StorageRun() { table_.close(handle_); }

  static const sr_storage_v1& table_of(const Context& context) {
    return *static_cast<const sr_storage_v1*>(context.entry.get_extension(SR_STORAGE_V1_ID));
  }

  sr_status begin(std::uint32_t flags, const std::vector<std::string_view>& scopes, std::unique_ptr<Transaction>& out);
  // Those that must begin.
  std::unique_ptr<Transaction> reader(const std::vector<std::string_view>& scopes = {""});
  std::unique_ptr<Transaction> writer(const std::vector<std::string_view>& scopes = {""});
  // Rows in a transaction of their own.
  void commit_rows(const std::vector<std::pair<std::string, std::string>>& rows, std::uint64_t mark = 1);
  // Its texts are not kept.
  sr_storage_health health(std::uint32_t flags = SR_HEALTH_QUICK);
  sr_status backup(std::string& bytes);

 private:
  const sr_storage_v1& table_;
  sr_storage* handle_ = nullptr;
  std::string sentence_;
  sr_host host_{sizeof(sr_host), 0, nullptr, [](void*, std::uint32_t, sr_bytes) {}};
  sr_error_sink error_{sizeof(sr_error_sink), 0, &sentence_,
                       [](void* context, sr_bytes said) { static_cast<std::string*>(context)->assign(text_of(said)); }};
};

}  // namespace strongroom::plugin_tests
