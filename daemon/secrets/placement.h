// Where values are to lie: the rules of the configuration.
//
// A rule names a folder and a tier; the longest folder that holds a path decides, without one the store. Text form:
// FOLDER=TIER[:FALLBACK], several split by commas; "/" is everything. Tiers: store, keychain, session, plain-dev.
// Fallbacks, of the keychain only: store (default), session, refuse.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <strongroom/base/bytes.h>
#include <strongroom/base/result.h>

namespace strongroom::secrets {

// As they stand in heads (docs/format.md); the wire has the same order (protocol::secret::Placed).
enum class Tier : std::uint8_t {
  store = 0,       // in the encrypted database
  keychain = 1,    // the sealed fields in the keychain of the desktop, their key in the database
  session = 2,     // the sealed fields in memory: gone when the daemon stops
  plain_text = 3,  // in the database as they are; development mode only
};

// What is done with a value that the keychain does not take.
enum class Fallback : std::uint8_t { store, session, refuse };

// Names sealed fields that lie outside of the store; random.
using BodyId = std::array<Byte, 16>;

// Of one version.
struct Place {
  Tier tier = Tier::store;
  BodyId id{};  // with keychain and session; else zero

  bool lies_elsewhere() const noexcept { return tier == Tier::keychain || tier == Tier::session; }

  bool operator==(const Place&) const = default;
};

struct Placement {
  std::string folder;  // without a slash at its end; empty: everything
  Tier tier = Tier::store;
  Fallback fallback = Fallback::store;

  bool operator==(const Placement&) const = default;
};

class Placements {
 public:
  // Error: configuration, with a sentence.
  static Result<Placements> parse(std::string_view text);

  // For a path that was checked.
  const Placement& of(std::string_view path) const noexcept;

  // Every rule, the longest folder first; the last one is for everything.
  const std::vector<Placement>& rules() const noexcept { return rules_; }

  // Whether every value goes into the encrypted database.
  bool are_plain() const noexcept { return rules_.size() == 1 && rules_.front().tier == Tier::store; }

  bool uses(Tier tier) const noexcept;
  bool operator==(const Placements&) const = default;

 private:
  std::vector<Placement> rules_{Placement{}};
};

// "store", "keychain", "session", "plain-dev".
std::string_view name_of(Tier tier) noexcept;

}  // namespace strongroom::secrets
