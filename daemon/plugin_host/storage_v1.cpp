#include "daemon/plugin_host/storage_v1.h"

#include <algorithm>
#include <vector>

#include "daemon/plugin_host/storage_v1_transaction.h"
#include "daemon/plugin_seam/entry.h"

namespace strongroom::plugin_host {
namespace {

struct StatusRow {
  sr_status status;
  ErrorCode code;
};

constexpr StatusRow k_codes[] = {
    {SR_FAILED, ErrorCode::storage_failed},
    {SR_INVALID, ErrorCode::invalid_argument},
    {SR_NOT_FOUND, ErrorCode::not_found},
    {SR_CONFLICT, ErrorCode::conflict},
    {SR_TOO_LARGE, ErrorCode::too_large},
    {SR_CORRUPT, ErrorCode::corrupt},
    {SR_FULL, ErrorCode::storage_full},
    {SR_READ_ONLY, ErrorCode::read_only},
    {SR_IO, ErrorCode::storage_failed},
    {SR_UNSUPPORTED, ErrorCode::unsupported},
    {SR_BUSY, ErrorCode::busy},
    {k_unavailable, ErrorCode::plugin_unavailable},
};

constexpr const char* k_functions[] = {"open",    "close",       "health", "begin",    "get",
                                       "scan",    "put",         "put_if", "erase",    "savepoint",
                                       "release", "rollback_to", "commit", "rollback", "backup"};

}  // namespace

struct StorageV1::Opened {
  std::shared_ptr<const void> keep;
  PluginLog log;
  sr_host host;
  const sr_storage_v1* table;
  sr_storage* handle = nullptr;

  static void take_log(void* context, std::uint32_t level, sr_bytes line) noexcept {
    try {
      const auto& log = static_cast<Opened*>(context)->log;
      if (log) log(level > SR_LOG_ERROR ? SR_LOG_INFO : level, printable(line));
    } catch (...) {
      // A line that cannot be logged is lost; a plugin has no use for the news.
    }
  }
};

ErrorCode code_of(sr_status status) noexcept {
  const auto found = std::ranges::find(k_codes, status, &StatusRow::status);
  return found == std::end(k_codes) ? ErrorCode::storage_failed : found->code;
}

std::string printable(sr_bytes text) {
  if (text.data == nullptr) return {};
  std::string out(as_text({text.data, static_cast<std::size_t>(std::min<std::uint64_t>(text.size, SR_MAX_TEXT))}));
  std::ranges::replace_if(out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return out;
}

StorageV1::StorageV1(std::unique_ptr<Opened> opened) : opened_(std::move(opened)) {}

StorageV1::~StorageV1() {
  opened_->table->close(opened_->handle);
}

Result<std::unique_ptr<StorageV1>> StorageV1::open(const void* table, std::shared_ptr<const void> keep,
                                                   const PluginSettings& settings, PluginLog log) {
  STRONGROOM_CHECK(plugin_seam::check_table(table, k_functions, SR_STORAGE_V1_ID));
  const auto* const checked = static_cast<const sr_storage_v1*>(table);
  auto opened = std::make_unique<Opened>(std::move(keep), std::move(log), sr_host{}, checked, nullptr);
  opened->host = {sizeof(sr_host), 0, opened.get(), &Opened::take_log};
  std::vector<sr_setting> list;
  for (const auto& [name, value] : settings) list.push_back({to_abi(as_bytes(name)), to_abi(as_bytes(value))});
  const sr_storage_config config{sizeof(sr_storage_config), static_cast<std::uint32_t>(list.size()), list.data()};
  const ErrorCatcher catcher;
  STRONGROOM_CHECK(catcher.status(checked->open(&config, &opened->host, &opened->handle, catcher.sink())));
  if (opened->handle == nullptr) return breach("it opened nothing");
  return std::unique_ptr<StorageV1>(new StorageV1(std::move(opened)));
}

std::unique_ptr<StorageV1> StorageV1::adopt(const sr_storage_v1& table, sr_storage* handle) {
  return std::unique_ptr<StorageV1>(
      new StorageV1(std::make_unique<Opened>(nullptr, PluginLog(), sr_host{}, &table, handle)));
}

Result<sr_transaction*> StorageV1::begin(std::uint32_t flags, std::span<const BytesView> scopes) {
  if (scopes.empty() || scopes.size() > SR_STORAGE_MAX_SCOPES)
    return make_error(ErrorCode::invalid_argument, "the number of scopes is out of bounds");
  std::vector<sr_bytes> list;
  list.reserve(scopes.size());
  for (const BytesView scope : scopes) {
    if (scope.size() > store::k_max_scope) return make_error(ErrorCode::too_large, "the scope is too long");
    list.push_back(to_abi(scope));
  }
  sr_transaction* handle = nullptr;
  const ErrorCatcher catcher;
  STRONGROOM_CHECK(catcher.status(opened_->table->begin(
      opened_->handle, flags, list.data(), static_cast<std::uint32_t>(list.size()), &handle, catcher.sink())));
  if (handle == nullptr) return breach("it began no transaction");
  return handle;
}

Result<std::unique_ptr<store::ReadTransaction>> StorageV1::begin_read(std::span<const BytesView> scopes) {
  STRONGROOM_ASSIGN(sr_transaction* const handle, begin(SR_BEGIN_READ, scopes));
  return std::make_unique<TransactionV1>(*opened_->table, handle, scopes);
}

Result<std::unique_ptr<store::WriteTransaction>> StorageV1::begin_write(std::span<const BytesView> scopes) {
  STRONGROOM_ASSIGN(sr_transaction* const handle, begin(SR_BEGIN_WRITE, scopes));
  return std::make_unique<TransactionV1>(*opened_->table, handle, scopes);
}

Result<store::StorageHealth> StorageV1::health(bool thorough) {
  std::optional<store::StorageHealth> out;
  const sr_health_sink sink{sizeof(sr_health_sink), 0, &out, [](void* context, const sr_storage_health* health) {
                              if (health == nullptr || health->size < sizeof(sr_storage_health)) return;
                              auto& report = *static_cast<std::optional<store::StorageHealth>*>(context);
                              try {
                                report.emplace();
                                report->detail = printable(health->detail);
                              } catch (...) {
                                report.reset();
                                return;
                              }
                              report->healthy = (health->flags & SR_HEALTH_GOOD) != 0;
                              report->unclean = (health->flags & SR_HEALTH_UNCLEAN) != 0;
                              report->rows = health->rows;
                              report->bytes = health->bytes;
                              report->mark = health->mark;
                            }};
  const ErrorCatcher catcher;
  STRONGROOM_CHECK(catcher.status(
      opened_->table->health(opened_->handle, thorough ? SR_HEALTH_THOROUGH : SR_HEALTH_QUICK, &sink, catcher.sink())));
  if (!out) return breach("it reported no health");
  return *std::move(out);
}

Status StorageV1::backup(const std::function<Status(BytesView piece)>& sink) {
  struct Call {
    const std::function<Status(BytesView)>& sink;
    std::optional<Error> failure;
  } call{sink, std::nullopt};

  const sr_byte_sink bytes{sizeof(sr_byte_sink), 0, &call, [](void* context, sr_bytes piece) -> sr_status {
                             Call& now = *static_cast<Call*>(context);
                             if (now.failure) return SR_FAILED;
                             try {
                               Status status = now.sink({piece.data, static_cast<std::size_t>(piece.size)});
                               if (status) return SR_OK;
                               now.failure = std::move(status).error();
                             } catch (...) {
                               now.failure = make_error(ErrorCode::internal, "the backup failed unexpectedly");
                             }
                             return SR_FAILED;
                           }};
  const ErrorCatcher catcher;
  const sr_status status = opened_->table->backup(opened_->handle, &bytes, catcher.sink());
  if (call.failure) return *std::move(call.failure);
  return catcher.status(status);
}

}  // namespace strongroom::plugin_host
