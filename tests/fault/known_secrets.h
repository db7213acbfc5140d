// What a writer knows of its secrets: what was acknowledged, and what was under way when the daemon died.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>

#include "tests/support/secrets.h"

namespace strongroom::tests {

struct KnownSecret {
  std::map<std::int64_t, std::string> values;  // by acknowledged version
  std::int64_t current = 0;                    // 0: none is acknowledged
  std::set<std::int64_t> deleted_versions;
  std::optional<std::string> put_under_way;
  bool delete_under_way = false;

  bool deleted() const { return deleted_versions.contains(current); }
};

// One writer's paths. Not thread-safe; each writer has its own.
class KnownSecrets {
 public:
  KnownSecrets(std::string prefix, std::uint64_t seed) : prefix_(std::move(prefix)), random_(seed) {}

  // Writes, overwrites and deletes until the daemon goes away. Returns what it was refused, if it was.
  std::optional<Error> write_until_gone(client::Client client);

  // Compares what was touched since the last time with what is stored, and takes over what was under way. GoogleTest
  // failures.
  void expect_touched(client::Client& client);
  void touch_all();

  // Path and whether it is deleted, of all that exist now.
  const std::map<std::string, KnownSecret>& all() const noexcept { return known_; }

  std::uint64_t acknowledged() const noexcept { return acknowledged_; }

 private:
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

  std::string some_path();
  std::string new_value();
  Status put_one(client::Client& client);
  Status put_several(client::Client& client);
  Status delete_one(client::Client& client);
  void take_over(KnownSecret& known, const wire::HistoryResponse& history);
  void expect_values(client::Client& client, const std::string& path, const KnownSecret& known);

  std::string prefix_;
  std::mt19937_64 random_;
  std::map<std::string, KnownSecret> known_;
  std::set<std::string> touched_;
  std::uint64_t made_ = 0;
  std::uint64_t written_ = 0;
  std::uint64_t acknowledged_ = 0;
};

}  // namespace strongroom::tests
