#include "sdk/src/plugin_tests/storage_run.h"

namespace strongroom::plugin_tests {
namespace {

struct Taker {
  std::vector<Row> rows;
  std::size_t fail_at = 0;
  sr_status failure = SR_OK;

  static sr_status take(void* context, sr_bytes key, std::uint64_t version, sr_bytes value) {
    auto& self = *static_cast<Taker*>(context);
    self.rows.push_back({std::string(text_of(key)), version, std::string(text_of(value))});
    return self.rows.size() == self.fail_at ? self.failure : SR_OK;
  }

  sr_row_sink abi() { return {sizeof(sr_row_sink), 0, this, &take}; }
};

}  // namespace

sr_status Transaction::get(const Key& key, std::optional<Row>& row) {
  Taker taker;
  const sr_row_sink sink = taker.abi();
  const sr_row_key wanted = abi(key);
  const sr_status status = table_.get(handle_, &wanted, &sink, &error_);
  expect(taker.rows.size() == (status == SR_OK ? 1U : 0U),
         "get must call its sink once with the row, or answer something other than SR_OK");
  if (status == SR_OK) row = std::move(taker.rows.front());
  return status;
}

std::string Transaction::value_of(const Key& key) {
  std::optional<Row> row;
  const sr_status status = get(key, row);
  if (status == SR_NOT_FOUND) return "<none>";
  if (status != SR_OK) return name_of(status);
  expect(row->key == key.key, "get hands over a row of another key");
  return row->value;
}

sr_status Transaction::put(const Key& key, std::string_view value, std::uint64_t version) {
  const sr_row_key wanted = abi(key);
  return table_.put(handle_, &wanted, version, bytes_of(value), &error_);
}

sr_status Transaction::put_if(const Key& key, std::uint64_t expected, std::uint64_t version, std::string_view value) {
  const sr_row_key wanted = abi(key);
  return table_.put_if(handle_, &wanted, expected, version, bytes_of(value), &error_);
}

sr_status Transaction::erase(const Key& key) {
  const sr_row_key wanted = abi(key);
  return table_.erase(handle_, &wanted, &error_);
}

sr_status Transaction::scan(const Range& range, std::vector<Row>& rows, std::size_t fail_at, sr_status failure) {
  Taker taker{{}, fail_at, failure};
  const sr_row_sink sink = taker.abi();
  const sr_range wanted{range.collection,      range.limit,           range.flags,         0,
                        bytes_of(range.scope), bytes_of(range.first), bytes_of(range.last)};
  const sr_status status = table_.scan(handle_, &wanted, &sink, &error_);
  rows = std::move(taker.rows);
  return status;
}

std::vector<Row> Transaction::rows_of(const Range& range) {
  std::vector<Row> rows;
  expect_status(scan(range, rows), SR_OK, "scan");
  return rows;
}

void Transaction::rollback() {
  if (handle_ != nullptr) table_.rollback(std::exchange(handle_, nullptr));
}

StorageRun::StorageRun(const Context& context) : table_(table_of(context)) {
  const auto settings = abi_settings(context.settings);
  const sr_storage_config config{sizeof config, static_cast<std::uint32_t>(settings.size()), settings.data()};
  const sr_status status = table_.open(&config, &host_, &handle_, &error_);
  if (status != SR_OK) throw Broken{"open fails with " + name_of(status) + ": " + sentence_};
}

sr_status StorageRun::begin(std::uint32_t flags, const std::vector<std::string_view>& scopes,
                            std::unique_ptr<Transaction>& out) {
  std::vector<sr_bytes> list;
  for (const auto scope : scopes) list.push_back(bytes_of(scope));
  sr_transaction* handle = nullptr;
  const sr_status status =
      table_.begin(handle_, flags, list.data(), static_cast<std::uint32_t>(list.size()), &handle, &error_);
  expect((status == SR_OK) == (handle != nullptr), "begin must write its handle with SR_OK, and only then");
  if (handle != nullptr) out = std::make_unique<Transaction>(table_, handle);
  return status;
}

std::unique_ptr<Transaction> StorageRun::reader(const std::vector<std::string_view>& scopes) {
  std::unique_ptr<Transaction> out;
  expect_status(begin(SR_BEGIN_READ, scopes, out), SR_OK, "begin of a read transaction");
  return out;
}

std::unique_ptr<Transaction> StorageRun::writer(const std::vector<std::string_view>& scopes) {
  std::unique_ptr<Transaction> out;
  expect_status(begin(SR_BEGIN_WRITE, scopes, out), SR_OK, "begin of a write transaction");
  return out;
}

void StorageRun::commit_rows(const std::vector<std::pair<std::string, std::string>>& rows, std::uint64_t mark) {
  const auto write = writer();
  for (const auto& [key, value] : rows) expect_status(write->put(key, value), SR_OK, "put");
  expect_status(write->commit(mark), SR_OK, "commit");
}

sr_storage_health StorageRun::health(std::uint32_t flags) {
  struct Taken {
    sr_storage_health health{};
    int calls = 0;
  } taken;

  const sr_health_sink sink{sizeof sink, 0, &taken, [](void* context, const sr_storage_health* health) {
                              auto& into = *static_cast<Taken*>(context);
                              into.health = *health;
                              ++into.calls;
                            }};
  expect_status(table_.health(handle_, flags, &sink, &error_), SR_OK, "health");
  expect(taken.calls == 1, "health must call its sink once");
  taken.health.detail = {};
  return taken.health;
}

sr_status StorageRun::backup(std::string& bytes) {
  const sr_byte_sink sink{sizeof sink, 0, &bytes, [](void* context, sr_bytes piece) -> sr_status {
                            static_cast<std::string*>(context)->append(text_of(piece));
                            return SR_OK;
                          }};
  return table_.backup(handle_, &sink, &error_);
}

}  // namespace strongroom::plugin_tests
