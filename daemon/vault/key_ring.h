// The keys of an unlocked vault, in the arena: the root key, the KEKs of every name space and version, the system keys.
//
// Not thread-safe by itself: the vault's lock guards it. Destroying or replacing it wipes every key.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <strongroom/base/result.h>

#include "daemon/vault/header.h"
#include "daemon/vault/key_arena.h"
#include "daemon/vault/types.h"

namespace strongroom::vault {

class KeyRing {
 public:
  // Locked: no key.
  KeyRing() = default;

  // Unwraps every key of an authentic header. Errors: tampered (a key does not open), too_large (arena full).
  static Result<KeyRing> open(KeyArena& arena, const Header& header, Key root);

  // Empty when there is none.
  BytesView root() const noexcept { return root_.view(); }

  BytesView kek(std::string_view name_space, std::uint32_t version) const noexcept;
  // The highest version.
  BytesView system_key(SystemKey number) const noexcept;

  struct Kek {
    BytesView key;
    std::uint32_t version = 0;
  };

  // The highest version; its key is empty when the name space has none.
  Kek current_kek(std::string_view name_space) const noexcept;

  // Makes a fresh key for `entry` (whose `wrapped` is filled) that is in the ring only after adopt().
  static Result<Key> make(KeyArena& arena, const Header& header, BytesView root, RingEntry& entry);
  void adopt(const RingEntry& entry, Key key);

  // Wraps every entry of `header` whose key is held under another root key: that of `header`. Error: corrupt (an entry
  // whose key is not held), too_large.
  Status wrap_for(KeyArena& arena, Header& header, BytesView root) const;

  void adopt_root(Key root) noexcept { root_ = std::move(root); }

  // Wipes the keys of a name space that are older than `version`.
  void forget_keks_before(std::string_view name_space, std::uint32_t version) noexcept;

 private:
  struct Held {
    RingKind kind{};
    std::string name;
    std::uint16_t number = 0;
    std::uint32_t version = 0;
    Key key;
  };

  Key root_;
  std::vector<Held> keys_;
};

}  // namespace strongroom::vault
