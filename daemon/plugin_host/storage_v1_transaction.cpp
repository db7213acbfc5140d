#include "daemon/plugin_host/storage_v1_transaction.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace strongroom::plugin_host {
namespace {

using store::Range;
using store::RowKey;
using store::RowView;

// A buffer that grew for one large row is not kept for small ones.
constexpr std::size_t k_kept_buffer = 64 * 1024;

bool well_formed(sr_bytes bytes, std::size_t max) noexcept {
  return bytes.size <= max && (bytes.data != nullptr || bytes.size == 0);
}

BytesView view(sr_bytes bytes) noexcept {
  return {bytes.data, static_cast<std::size_t>(bytes.size)};
}

int compare(BytesView a, BytesView b) noexcept {
  const std::size_t common = std::min(a.size(), b.size());
  const int order = common == 0 ? 0 : std::memcmp(a.data(), b.data(), common);
  if (order != 0) return order;
  return a.size() < b.size() ? -1 : (a.size() > b.size() ? 1 : 0);
}

struct GetCall {
  BytesView key;
  Bytes& row;
  std::uint64_t version = 0;
  int calls = 0;
  const char* breach = nullptr;

  static sr_status take(void* context, sr_bytes key, std::uint64_t version, sr_bytes value) noexcept {
    GetCall& call = *static_cast<GetCall*>(context);
    if (++call.calls > 1) call.breach = "it returned two rows for one key";
    if (!well_formed(key, store::k_max_key) || compare(view(key), call.key) != 0)
      call.breach = "it returned a row with another key";
    if (!well_formed(value, store::k_max_value)) call.breach = "it returned a value out of bounds";
    if (version == 0) call.breach = "it returned a row without a version";
    if (call.breach != nullptr) return SR_INVALID;
    try {
      if (call.row.capacity() > k_kept_buffer && value.size <= k_kept_buffer) Bytes().swap(call.row);
      call.row.assign(value.data, value.data + value.size);
    } catch (...) {
      return SR_FAILED;
    }
    call.version = version;
    return SR_OK;
  }
};

struct ScanCall {
  const Range& range;
  const store::ScanSink& sink;
  std::uint64_t rows = 0;
  bool stopped = false;
  const char* breach = nullptr;
  std::exception_ptr thrown = nullptr;
  std::array<Byte, store::k_max_key> previous{};
  std::size_t previous_size = 0;

  const char* check(sr_bytes key, std::uint64_t version, sr_bytes value) const noexcept {
    if (stopped || (range.limit != 0 && rows >= range.limit)) return "it went on after the end of a scan";
    if (!well_formed(key, store::k_max_key) || key.size == 0) return "it returned a key out of bounds";
    if (!well_formed(value, store::k_max_value)) return "it returned a value out of bounds";
    if (version == 0) return "it returned a row without a version";
    if (compare(view(key), range.first) < 0 || (!range.last.empty() && compare(view(key), range.last) >= 0))
      return "it returned a row outside of the range";
    const int order = compare(view(key), BytesView(previous).first(previous_size));
    if (rows > 0 && (range.reverse ? order >= 0 : order <= 0)) return "it returned rows out of order";
    return nullptr;
  }

  static sr_status take(void* context, sr_bytes key, std::uint64_t version, sr_bytes value) noexcept {
    ScanCall& call = *static_cast<ScanCall*>(context);
    if (call.breach == nullptr) call.breach = call.check(key, version, value);
    if (call.breach != nullptr) return SR_INVALID;
    std::memcpy(call.previous.data(), key.data, static_cast<std::size_t>(key.size));
    call.previous_size = static_cast<std::size_t>(key.size);
    ++call.rows;
    try {
      call.stopped = !call.sink(view(key), RowView{version, view(value)});
    } catch (...) {
      // An exception must not pass through the plugin's frames.
      call.thrown = std::current_exception();
      call.stopped = true;
    }
    return call.stopped ? SR_INVALID : SR_OK;
  }
};

}  // namespace

Status ErrorCatcher::status(sr_status status) const {
  if (status == SR_OK) return {};
  const ErrorCode code = code_of(status);
  return make_error(code, sentence_.empty() ? "the storage plugin failed" : sentence_);
}

void ErrorCatcher::take(void* context, sr_bytes sentence) noexcept {
  try {
    static_cast<ErrorCatcher*>(context)->sentence_ = printable(sentence);
  } catch (...) {
    // Without memory for the sentence the status alone has to do.
  }
}

Error breach(const char* what) {
  return make_error(ErrorCode::plugin_unavailable, std::string("the storage plugin broke its contract: ") + what);
}

TransactionV1::TransactionV1(const sr_storage_v1& table, sr_transaction* handle, std::span<const BytesView> scopes)
    : table_(table), handle_(handle) {
  scopes_.reserve(scopes.size());
  for (const BytesView scope : scopes) scopes_.emplace_back(as_text(scope));
}

TransactionV1::~TransactionV1() {
  if (handle_ != nullptr) table_.rollback(handle_);
}

Status TransactionV1::check_scope(BytesView scope) const {
  if (handle_ == nullptr) return make_error(ErrorCode::internal, "the transaction is over");
  if (std::ranges::find(scopes_, as_text(scope)) == scopes_.end())
    return make_error(ErrorCode::denied, "the transaction was not begun with this scope");
  return {};
}

Result<sr_row_key> TransactionV1::checked(const RowKey& key) const {
  STRONGROOM_CHECK(check_scope(key.scope));
  if (key.key.empty()) return make_error(ErrorCode::invalid_argument, "the key is empty");
  if (key.key.size() > store::k_max_key) return make_error(ErrorCode::too_large, "the key is too long");
  return sr_row_key{key.collection, 0, to_abi(key.scope), to_abi(key.key)};
}

Result<std::optional<RowView>> TransactionV1::get(const RowKey& key) {
  STRONGROOM_ASSIGN(const sr_row_key row_key, checked(key));
  GetCall call{key.key, row_};
  const sr_row_sink sink{sizeof(sr_row_sink), 0, &call, &GetCall::take};
  const ErrorCatcher catcher;
  const sr_status status = table_.get(handle_, &row_key, &sink, catcher.sink());
  if (call.breach != nullptr) return breach(call.breach);
  if (status == SR_NOT_FOUND && call.calls == 0) return std::optional<RowView>();
  STRONGROOM_CHECK(catcher.status(status));
  if (call.calls != 1) return breach("it returned no row and no reason");
  return std::optional(RowView{call.version, row_});
}

Status TransactionV1::scan(const Range& range, const store::ScanSink& sink) {
  STRONGROOM_CHECK(check_scope(range.scope));
  if (std::max(range.first.size(), range.last.size()) > store::k_max_key)
    return make_error(ErrorCode::too_large, "the key is too long");
  const sr_range wanted{
      range.collection,    range.limit,       range.reverse ? SR_SCAN_REVERSE : 0, 0, to_abi(range.scope),
      to_abi(range.first), to_abi(range.last)};
  ScanCall call{range, sink};
  const sr_row_sink rows{sizeof(sr_row_sink), 0, &call, &ScanCall::take};
  const ErrorCatcher catcher;
  const sr_status status = table_.scan(handle_, &wanted, &rows, catcher.sink());
  if (call.thrown) std::rethrow_exception(call.thrown);
  if (call.breach != nullptr) return breach(call.breach);
  if (call.stopped) return status == SR_INVALID ? Status() : breach("it did not pass on the end of a scan");
  return catcher.status(status);
}

Status TransactionV1::put(const RowKey& key, std::uint64_t version, BytesView bytes) {
  STRONGROOM_ASSIGN(const sr_row_key row_key, checked(key));
  if (bytes.size() > store::k_max_value) return make_error(ErrorCode::too_large, "the value is too long");
  if (version == 0) return make_error(ErrorCode::invalid_argument, "versions begin at 1");
  const ErrorCatcher catcher;
  return catcher.status(table_.put(handle_, &row_key, version, to_abi(bytes), catcher.sink()));
}

Status TransactionV1::put_if(const RowKey& key, std::uint64_t expected, std::uint64_t version, BytesView bytes) {
  STRONGROOM_ASSIGN(const sr_row_key row_key, checked(key));
  if (bytes.size() > store::k_max_value) return make_error(ErrorCode::too_large, "the value is too long");
  if (version == 0) return make_error(ErrorCode::invalid_argument, "versions begin at 1");
  const ErrorCatcher catcher;
  return catcher.status(table_.put_if(handle_, &row_key, expected, version, to_abi(bytes), catcher.sink()));
}

Status TransactionV1::erase(const RowKey& key) {
  STRONGROOM_ASSIGN(const sr_row_key row_key, checked(key));
  const ErrorCatcher catcher;
  return catcher.status(table_.erase(handle_, &row_key, catcher.sink()));
}

namespace {

Status call_marker(sr_status (*function)(sr_transaction*, const sr_error_sink*), sr_transaction* handle) {
  if (handle == nullptr) return make_error(ErrorCode::internal, "the transaction is over");
  const ErrorCatcher catcher;
  return catcher.status(function(handle, catcher.sink()));
}

}  // namespace

Status TransactionV1::savepoint() {
  return call_marker(table_.savepoint, handle_);
}

Status TransactionV1::release() {
  return call_marker(table_.release, handle_);
}

Status TransactionV1::rollback_to() {
  return call_marker(table_.rollback_to, handle_);
}

Status TransactionV1::commit(std::uint64_t mark) {
  if (handle_ == nullptr) return make_error(ErrorCode::internal, "the transaction is over");
  const ErrorCatcher catcher;
  return catcher.status(table_.commit(std::exchange(handle_, nullptr), mark, catcher.sink()));
}

}  // namespace strongroom::plugin_host
