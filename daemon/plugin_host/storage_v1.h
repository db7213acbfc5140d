// The adapter between store::Storage and a strongroom.storage/1 table. It trusts nothing that the table returns: sizes,
// order, number and keys of rows, statuses and texts are checked, and a breach is `plugin_unavailable`.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include <strongroom/abi/storage.h>
#include <strongroom/base/result.h>

#include "daemon/store/storage.h"

namespace strongroom::plugin_host {

// Takes the log lines of a plugin, made printable and cut. `level` is an SR_LOG_* number. Called on any thread.
using PluginLog = std::function<void(std::uint32_t level, std::string_view line)>;

using PluginSettings = std::map<std::string, std::string>;

// Thread-safe like store::Storage. All transactions end before it does.
class StorageV1 final : public store::Storage {
 public:
  // Checks the table and opens the storage. `table` is what the plugin returned for SR_STORAGE_V1_ID (null is
  // `plugin_unavailable`); `keep` holds whatever the table needs to stay valid.
  static Result<std::unique_ptr<StorageV1>> open(const void* table, std::shared_ptr<const void> keep,
                                                 const PluginSettings& settings, PluginLog log);
  // One that is open already; its host is the caller's.
  static std::unique_ptr<StorageV1> adopt(const sr_storage_v1& table, sr_storage* handle);
  ~StorageV1() override;

  Result<std::unique_ptr<store::ReadTransaction>> begin_read(std::span<const BytesView> scopes) override;
  Result<std::unique_ptr<store::WriteTransaction>> begin_write(std::span<const BytesView> scopes) override;
  Result<store::StorageHealth> health(bool thorough) override;

  // Hands a consistent copy of everything to `sink`, piece by piece, in the plugin's own format; an error of the sink
  // ends it and is returned.
  Status backup(const std::function<Status(BytesView piece)>& sink);

 private:
  struct Opened;
  explicit StorageV1(std::unique_ptr<Opened> opened);
  Result<sr_transaction*> begin(std::uint32_t flags, std::span<const BytesView> scopes);

  std::unique_ptr<Opened> opened_;
};

// What no plugin says: its process is not there. Its code is `plugin_unavailable`.
inline constexpr sr_status k_unavailable = -1;

// The code for a status of a plugin; a number that is not known is `storage_failed`. SR_OK has none.
ErrorCode code_of(sr_status status) noexcept;

// What a plugin said, as it may be shown and logged: at most SR_MAX_TEXT bytes, control characters replaced.
std::string printable(sr_bytes text);

}  // namespace strongroom::plugin_host
