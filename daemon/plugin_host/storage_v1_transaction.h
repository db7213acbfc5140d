// Transactions of the adapter; used by storage_v1.cpp alone.
#pragma once

#include <string>
#include <vector>

#include "daemon/plugin_host/storage_v1.h"

namespace strongroom::plugin_host {

// Collects the sentence of a call, and makes an Error of it and the call's status.
class ErrorCatcher {
 public:
  ErrorCatcher() noexcept : sink_{sizeof(sr_error_sink), 0, this, &ErrorCatcher::take} {}

  ErrorCatcher(const ErrorCatcher&) = delete;
  ErrorCatcher& operator=(const ErrorCatcher&) = delete;

  const sr_error_sink* sink() const noexcept { return &sink_; }

  Status status(sr_status status) const;

 private:
  static void take(void* context, sr_bytes sentence) noexcept;

  sr_error_sink sink_;
  std::string sentence_;
};

inline sr_bytes to_abi(BytesView bytes) noexcept {
  return {bytes.data(), bytes.size()};
}

// `plugin_unavailable`: the plugin has done what the contract forbids.
Error breach(const char* what);

// Implements both kinds; a read transaction never calls the second half.
class TransactionV1 final : public store::WriteTransaction {
 public:
  TransactionV1(const sr_storage_v1& table, sr_transaction* handle, std::span<const BytesView> scopes);
  ~TransactionV1() override;

  Result<std::optional<store::RowView>> get(const store::RowKey& key) override;
  Status scan(const store::Range& range, const store::ScanSink& sink) override;
  Status put(const store::RowKey& key, std::uint64_t version, BytesView bytes) override;
  Status put_if(const store::RowKey& key, std::uint64_t expected, std::uint64_t version, BytesView bytes) override;
  Status erase(const store::RowKey& key) override;
  Status savepoint() override;
  Status release() override;
  Status rollback_to() override;
  Status commit(std::uint64_t mark) override;

 private:
  Status check_scope(BytesView scope) const;
  Result<sr_row_key> checked(const store::RowKey& key) const;

  const sr_storage_v1& table_;
  sr_transaction* handle_;  // null after commit
  std::vector<std::string> scopes_;
  Bytes row_;  // of the last get
};

}  // namespace strongroom::plugin_host
