#include "tests/integration/model/model.h"

#include <algorithm>
#include <utility>

namespace strongroom::tests {

std::int64_t Model::append(ModelSecret& secret, ModelFields fields) {
  secret.versions[++secret.current] = {std::move(fields)};
  while (secret.versions.size() > secret.kept) secret.versions.erase(secret.versions.begin());
  return secret.current;
}

ModelAnswer<std::int64_t> Model::put(const std::string& path, const ModelFields& fields, bool merge,
                                     std::optional<std::int64_t> check) {
  const auto found = secrets_.find(path);
  const std::int64_t current = found == secrets_.end() ? 0 : found->second.current;
  if (check && *check != current) return {.value = {}, .error = ErrorCode::conflict};
  if (!check && current != 0 && found->second.check_required)
    return {.value = {}, .error = ErrorCode::invalid_argument};
  ModelFields whole = fields;
  if (merge && current != 0 && !found->second.hidden()) {
    const ModelFields& before = found->second.versions.at(current).fields;
    whole.insert(before.begin(), before.end());
  }
  if (whole.size() > 64) return {.value = {}, .error = ErrorCode::too_large};
  return {.value = append(secrets_[path], std::move(whole))};
}

ModelAnswer<ModelFields> Model::get(const std::string& path, std::optional<std::int64_t> version) const {
  const ModelSecret* secret = find(path);
  if (!secret) return {.value = {}, .error = ErrorCode::not_found};
  const auto found = secret->versions.find(version.value_or(secret->current));
  if (found == secret->versions.end()) return {.value = {}, .error = ErrorCode::not_found};
  if (found->second.destroyed) return {.value = {}, .error = ErrorCode::not_found};
  if (found->second.deleted) return {.value = {}, .error = ErrorCode::deleted};
  return {.value = found->second.fields};
}

ModelAnswer<std::int64_t> Model::remove(const std::string& path) {
  const auto found = secrets_.find(path);
  if (found == secrets_.end()) return {.value = {}, .error = ErrorCode::not_found};
  ModelVersion& version = found->second.versions[found->second.current];
  if (version.deleted) return {.value = {}, .error = ErrorCode::deleted};
  version.deleted = true;
  return {.value = found->second.current};
}

ModelAnswer<std::int64_t> Model::take_back(const std::string& path) {
  const auto found = secrets_.find(path);
  if (found == secrets_.end()) return {.value = {}, .error = ErrorCode::not_found};
  ModelVersion& version = found->second.versions[found->second.current];
  if (version.destroyed) return {.value = {}, .error = ErrorCode::not_found};
  if (!version.deleted) return {.value = {}, .error = ErrorCode::conflict};
  version.deleted = false;
  return {.value = found->second.current};
}

ModelAnswer<bool> Model::destroy(const std::string& path, std::int64_t version) {
  const auto found = secrets_.find(path);
  if (found == secrets_.end()) return {.value = {}, .error = ErrorCode::not_found};
  const auto which = found->second.versions.find(version == 0 ? found->second.current : version);
  if (which == found->second.versions.end()) return {.value = {}, .error = ErrorCode::not_found};
  return {.value = !std::exchange(which->second.destroyed, true)};
}

ModelAnswer<std::int64_t> Model::purge(const std::string& path) {
  if (secrets_.erase(path) == 0) return {.value = {}, .error = ErrorCode::not_found};
  return {.value = 1};
}

std::vector<std::string> Model::below(const std::string& folder) const {
  std::vector<std::string> paths;
  for (const auto& [path, secret] : secrets_)
    if (path.starts_with(folder + "/")) paths.push_back(path);
  return paths;
}

ModelAnswer<std::int64_t> Model::purge_tree(const std::string& folder) {
  const auto paths = below(folder);
  for (const auto& path : paths) secrets_.erase(path);
  if (paths.empty()) return {.value = {}, .error = ErrorCode::not_found};
  return {.value = static_cast<std::int64_t>(paths.size())};
}

ModelAnswer<std::int64_t> Model::move(const std::string& from, const std::string& to) {
  if (from == to) return {.value = {}, .error = ErrorCode::invalid_argument};
  if (!secrets_.contains(from)) return {.value = {}, .error = ErrorCode::not_found};
  if (secrets_.contains(to)) return {.value = {}, .error = ErrorCode::conflict};
  auto node = secrets_.extract(from);
  node.key() = to;
  secrets_.insert(std::move(node));
  return {.value = 1};
}

ModelAnswer<std::int64_t> Model::move_tree(const std::string& from, const std::string& to) {
  if (to == from || to.starts_with(from + "/")) return {.value = {}, .error = ErrorCode::invalid_argument};
  const auto paths = below(from);
  if (paths.empty()) return {.value = {}, .error = ErrorCode::not_found};
  auto moved = secrets_;
  for (const auto& path : paths) moved.erase(path);
  for (const auto& path : paths) {
    const std::string target = to + path.substr(from.size());
    if (target.size() > 512 || std::ranges::count(target, '/') > 15)
      return {.value = {}, .error = ErrorCode::invalid_argument};
    if (!moved.emplace(target, secrets_.at(path)).second) return {.value = {}, .error = ErrorCode::conflict};
  }
  secrets_ = std::move(moved);
  return {.value = static_cast<std::int64_t>(paths.size())};
}

ModelAnswer<std::int64_t> Model::copy(const std::string& from, const std::string& to) {
  if (secrets_.contains(to)) return {.value = {}, .error = ErrorCode::conflict};
  const auto values = get(from, {});
  if (!values.value) return {.value = {}, .error = values.error};
  const ModelSecret& source = secrets_.at(from);
  ModelSecret made{.kept = source.kept, .check_required = source.check_required, .labels = source.labels};
  append(made, *values.value);
  secrets_.emplace(to, std::move(made));
  return {.value = 1};
}

ModelAnswer<std::int64_t> Model::roll_back(const std::string& path, std::int64_t version) {
  const auto found = secrets_.find(path);
  if (found == secrets_.end()) return {.value = {}, .error = ErrorCode::not_found};
  if (found->second.check_required) return {.value = {}, .error = ErrorCode::invalid_argument};
  const auto which = found->second.versions.find(version);
  if (which == found->second.versions.end() || which->second.destroyed)
    return {.value = {}, .error = ErrorCode::not_found};
  return {.value = append(found->second, ModelFields(which->second.fields))};
}

bool Model::describe(const std::string& path, const std::string& add, const std::string& remove, std::size_t kept,
                     bool check_required) {
  const auto found = secrets_.find(path);
  if (found == secrets_.end()) return false;
  found->second.labels.insert(add);
  found->second.labels.erase(remove);
  found->second.kept = kept;
  found->second.check_required = check_required;
  return true;
}

std::set<std::string> Model::search(const std::string& folder, const std::string& text, bool deleted) const {
  std::set<std::string> found;
  for (const auto& [path, secret] : secrets_) {
    if (!folder.empty() && !path.starts_with(folder + "/")) continue;
    const bool named = path.find(text) != std::string::npos;
    const bool labelled =
        std::ranges::any_of(secret.labels, [&](const auto& label) { return label.find(text) != std::string::npos; });
    if ((named || labelled) && (deleted || !secret.hidden())) found.insert(path);
  }
  return found;
}

const ModelSecret* Model::find(const std::string& path) const {
  const auto found = secrets_.find(path);
  return found == secrets_.end() ? nullptr : &found->second;
}

std::set<std::string> Model::list(const std::string& folder, bool recursive, bool deleted) const {
  const std::string prefix = folder.empty() ? "" : folder + "/";
  std::set<std::string> names;
  for (const auto& [path, secret] : secrets_) {
    if (!path.starts_with(prefix)) continue;
    const auto slash = path.find('/', prefix.size());
    if (!recursive && slash != std::string::npos) {
      // A folder stays although all in it is deleted.
      names.insert(path.substr(0, slash + 1));
      continue;
    }
    if (deleted || !secret.hidden()) names.insert(path);
  }
  return names;
}

}  // namespace strongroom::tests
