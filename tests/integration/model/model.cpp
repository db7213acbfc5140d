#include "tests/integration/model/model.h"

namespace strongroom::tests {

namespace {
constexpr std::size_t k_kept = 10;
}

ModelAnswer<std::int64_t> Model::put(const std::string& path, const ModelFields& fields, bool merge,
                                     std::optional<std::int64_t> check) {
  const auto found = secrets_.find(path);
  const std::int64_t current = found == secrets_.end() ? 0 : found->second.current;
  if (check && *check != current) return {.value = {}, .error = ErrorCode::conflict};
  ModelSecret& secret = secrets_[path];
  ModelFields whole = fields;
  if (merge && current != 0 && !secret.versions[current].deleted) {
    const ModelFields& before = secret.versions[current].fields;
    whole.insert(before.begin(), before.end());
  }
  if (whole.size() > 64) return {.value = {}, .error = ErrorCode::too_large};
  secret.versions[++secret.current] = {std::move(whole), false};
  if (secret.versions.size() > k_kept) secret.versions.erase(secret.versions.begin());
  return {.value = secret.current};
}

ModelAnswer<ModelFields> Model::get(const std::string& path, std::optional<std::int64_t> version) const {
  const ModelSecret* secret = find(path);
  if (!secret) return {.value = {}, .error = ErrorCode::not_found};
  const auto found = secret->versions.find(version.value_or(secret->current));
  if (found == secret->versions.end()) return {.value = {}, .error = ErrorCode::not_found};
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
  if (!version.deleted) return {.value = {}, .error = ErrorCode::conflict};
  version.deleted = false;
  return {.value = found->second.current};
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
    if (deleted || !secret.versions.at(secret.current).deleted) names.insert(path);
  }
  return names;
}

}  // namespace strongroom::tests
