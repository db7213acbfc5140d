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
  bool destroyed = false;
};

struct ModelSecret {
  std::map<std::int64_t, ModelVersion> versions;  // the last of them
  std::int64_t current = 0;
  std::size_t kept = 10;
  bool check_required = false;
  std::set<std::string> labels;

  bool hidden() const { return versions.at(current).deleted || versions.at(current).destroyed; }
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
  // Answers whether the version was not destroyed before. Version 0: the current one.
  ModelAnswer<bool> destroy(const std::string& path, std::int64_t version);
  ModelAnswer<std::int64_t> purge(const std::string& path);
  ModelAnswer<std::int64_t> purge_tree(const std::string& folder);
  ModelAnswer<std::int64_t> move(const std::string& from, const std::string& to);
  ModelAnswer<std::int64_t> move_tree(const std::string& from, const std::string& to);
  ModelAnswer<std::int64_t> copy(const std::string& from, const std::string& to);
  ModelAnswer<std::int64_t> roll_back(const std::string& path, std::int64_t version);
  bool describe(const std::string& path, const std::string& add, const std::string& remove, std::size_t kept,
                bool check_required);
  const ModelSecret* find(const std::string& path) const;

  // Paths of secrets below a folder and, on one level, of folders with a slash behind.
  std::set<std::string> list(const std::string& folder, bool recursive, bool deleted) const;

  // Paths with the text in them or in a label.
  std::set<std::string> search(const std::string& folder, const std::string& text, bool deleted) const;

  const std::map<std::string, ModelSecret>& all() const noexcept { return secrets_; }

 private:
  std::vector<std::string> below(const std::string& folder) const;
  std::int64_t append(ModelSecret& secret, ModelFields fields);

  std::map<std::string, ModelSecret> secrets_;
};

}  // namespace strongroom::tests
