// Sealed fields that lie outside of the store: who keeps them, and those that a piece of work has at hand.
//
// An envelope (vault/envelope.h) is cut behind its head. The head, with the wrapped key, stays in the store; what is
// behind it, the body, is kept elsewhere. Neither opens anything alone, a body in the place of another does not open,
// and a new KEK touches heads only.
#pragma once

#include <map>
#include <mutex>
#include <vector>

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>

#include "daemon/secrets/placement.h"

namespace strongroom::secrets {

// Thread-safe. May wait, up to its own deadline.
class BodyShelf {
 public:
  virtual ~BodyShelf() = default;
  // Errors: those of the keychain (vault/outside_keys.h).
  virtual Status put(const BodyId& id, BytesView body) = 0;
  // Also not_found.
  virtual Result<Bytes> get(const BodyId& id) = 0;
  // Erasing what is not there is no error.
  virtual Status erase(const BodyId& id) = 0;
  // Whether it can be used now; asked anew, whatever it said a moment ago.
  virtual Status probe() = 0;
};

// In memory: what is here is gone with the process. Never waits.
class SessionShelf final : public BodyShelf {
 public:
  Status put(const BodyId& id, BytesView body) override;
  Result<Bytes> get(const BodyId& id) override;
  Status erase(const BodyId& id) override;

  Status probe() override { return {}; }

  void clear();

 private:
  std::mutex mutex_;
  std::map<BodyId, Bytes> bodies_;
};

// For one piece of work on one thread. Work that needs a body says so in `wanted` and fails; its caller fetches that
// and lets it run again.
struct BodiesAtHand {
  std::map<BodyId, Bytes> have;
  std::map<BodyId, Error> failed;  // could not be fetched, and why
  std::vector<Place> wanted;
};

}  // namespace strongroom::secrets
