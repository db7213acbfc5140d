// What a store is, in the plainest form: a map. The daemon has to say the same as this.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <strongroom/base/error.h>

namespace strongroom::tests {

using ModelFields = std::map<std::string, std::string>;

struct ModelVersion {
  ModelFields fields;
  bool deleted = false;
};

struct ModelSecret {
  std::map<std::int64_t, ModelVersion> versions;  // the last ten
  std::int64_t current = 0;
};

// Each answer is a value or the code of the daemon's error.
template <class T>
struct ModelAnswer {
  std::optional<T> value;
  ErrorCode error = ErrorCode::internal;
};

class Model {
 public:
  ModelAnswer<std::int64_t> put(const std::string& path, const ModelFields& fields, bool merge,
                                std::optional<std::int64_t> check);
  ModelAnswer<ModelFields> get(const std::string& path, std::optional<std::int64_t> version) const;
  ModelAnswer<std::int64_t> remove(const std::string& path);
  ModelAnswer<std::int64_t> take_back(const std::string& path);
  const ModelSecret* find(const std::string& path) const;

  // Paths of secrets below a folder and, on one level, of folders with a slash behind.
  std::set<std::string> list(const std::string& folder, bool recursive, bool deleted) const;

  const std::map<std::string, ModelSecret>& all() const noexcept { return secrets_; }

 private:
  std::map<std::string, ModelSecret> secrets_;
};

}  // namespace strongroom::tests
