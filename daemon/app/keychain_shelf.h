// Sealed fields in the keychain of the desktop.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>

#include "daemon/platform/kept_helper.h"
#include "daemon/secrets/bodies.h"
#include "daemon/vault/types.h"

namespace strongroom::app {

// By strongroom-keychain, which is started with the first body and stays until rest(). The keychain keeps a text, so a
// body is its base64. Each call ends within 5 s; after one that had no answer the next 5 s fail at once, so that many
// calls do not each wait for a keychain that is silent. Thread-safe.
class KeychainShelf final : public secrets::BodyShelf {
 public:
  // `store_id`: asked with each call; it names the items of this store.
  KeychainShelf(const std::filesystem::path& helper, std::function<vault::StoreId()> store_id);

  Status put(const secrets::BodyId& id, BytesView body) override;
  Result<Bytes> get(const secrets::BodyId& id) override;
  Status erase(const secrets::BodyId& id) override;
  Status probe() override;

  // Ends the helper until somebody asks again.
  void rest() { helper_.rest(); }

 private:
  using Clock = std::chrono::steady_clock;

  Result<Secret> ask(char verb, const secrets::BodyId& id, std::string_view text);
  Result<Secret> ask_helper(BytesView question);

  const std::function<vault::StoreId()> store_id_;
  platform::KeptHelper helper_;
  std::mutex mutex_;
  Clock::time_point silent_until_ = Clock::time_point::min();  // guarded by mutex_
};

}  // namespace strongroom::app
