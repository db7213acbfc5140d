#include "daemon/secrets/placement.h"

#include <algorithm>
#include <optional>

#include "daemon/secrets/path.h"

namespace strongroom::secrets {

namespace {

constexpr std::string_view k_tiers[] = {"store", "keychain", "session", "plain-dev"};  // in the order of Tier
constexpr std::string_view k_fallbacks[] = {"store", "session", "refuse"};             // in the order of Fallback
constexpr std::size_t k_most_rules = 64;

Error refuse(std::string message) {
  return make_error(ErrorCode::configuration, std::move(message));
}

template <class T, std::size_t N>
std::optional<T> find(const std::string_view (&names)[N], std::string_view name) {
  const auto found = std::ranges::find(names, name);
  if (found == std::end(names)) return std::nullopt;
  return static_cast<T>(found - std::begin(names));
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

Result<std::string> folder_of(std::string_view text) {
  if (text == "/") return std::string();
  if (text.ends_with('/')) text.remove_suffix(1);
  const auto path = Path::parse(text);
  if (!path) return refuse("the folder of a placement " + path.error().message);
  return path->text();
}

Result<Placement> rule_of(std::string_view text) {
  const auto equals = text.rfind('=');
  if (equals == std::string_view::npos) return refuse("must be FOLDER=TIER[:FALLBACK], several split by commas");
  Placement rule;
  STRONGROOM_ASSIGN(rule.folder, folder_of(trimmed(text.substr(0, equals))));
  std::string_view how = trimmed(text.substr(equals + 1));
  const auto colon = how.find(':');
  const auto tier = find<Tier>(k_tiers, how.substr(0, colon));
  if (!tier) return refuse("a tier must be store, keychain, session or plain-dev");
  rule.tier = *tier;
  if (colon == std::string_view::npos) return rule;
  const auto fallback = find<Fallback>(k_fallbacks, how.substr(colon + 1));
  if (!fallback) return refuse("a fallback must be store, session or refuse");
  if (rule.tier != Tier::keychain) return refuse("only the keychain has a fallback");
  rule.fallback = *fallback;
  return rule;
}

bool holds(const std::string& folder, std::string_view path) {
  if (folder.empty() || folder == path) return true;
  return path.size() > folder.size() && path.starts_with(folder) && path[folder.size()] == '/';
}

}  // namespace

Result<Placements> Placements::parse(std::string_view text) {
  Placements out;
  for (std::string_view rest = trimmed(text); !rest.empty();) {
    const auto comma = rest.find(',');
    STRONGROOM_ASSIGN(Placement rule, rule_of(trimmed(rest.substr(0, comma))));
    rest = comma == std::string_view::npos ? std::string_view() : trimmed(rest.substr(comma + 1));
    if (rule.folder.empty()) {
      out.rules_.back() = std::move(rule);
      continue;
    }
    if (std::ranges::find(out.rules_, rule.folder, &Placement::folder) != out.rules_.end())
      return refuse("the folder '" + rule.folder + "' is placed twice");
    if (out.rules_.size() > k_most_rules) return refuse("there are more than 64 placements");
    const auto longer = [&](const Placement& other) { return other.folder.size() >= rule.folder.size(); };
    out.rules_.insert(std::ranges::find_if_not(out.rules_, longer), std::move(rule));
  }
  return out;
}

const Placement& Placements::of(std::string_view path) const noexcept {
  const auto found = std::ranges::find_if(rules_, [&](const Placement& rule) { return holds(rule.folder, path); });
  return *found;
}

bool Placements::uses(Tier tier) const noexcept {
  return std::ranges::find(rules_, tier, &Placement::tier) != rules_.end();
}

std::string_view name_of(Tier tier) noexcept {
  return k_tiers[static_cast<std::size_t>(tier)];
}

}  // namespace strongroom::secrets
