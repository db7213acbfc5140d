// A storage in a map, with faults on demand.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include "daemon/store/storage.h"

namespace strongroom::store {

// What goes wrong. A transaction that is `lost` answers everything with its error, as an engine does that gave it up.
struct Faults {
  std::optional<Error> begin_write;
  std::optional<Error> begin_read;
  std::optional<Error> commit;
  std::optional<Error> behind_commit;  // it is durable, and says that it failed
  std::string full_key;                // putting this key fails with storage_full
  bool full_loses_transaction = false;
};

// State that outlives the storage, so that a test can look at it from outside.
struct FakeDisk {
  using Id = std::tuple<std::uint32_t, std::string>;

  struct Row {
    std::uint64_t version;
    std::string value;
  };

  using Rows = std::map<Id, Row>;

  std::mutex mutex;  // guards all of it
  Rows rows;
  std::uint64_t mark = 0;
  Faults faults;
  int commits = 0;
  int begun_reads = 0;
  int open_reads = 0;
  std::vector<std::string> calls;  // of write transactions

  void set_faults(Faults now) {
    const std::lock_guard lock(mutex);
    faults = std::move(now);
  }

  std::string value(const std::string& key, std::uint32_t collection = 1) {
    const std::lock_guard lock(mutex);
    const auto found = rows.find({collection, key});
    return found == rows.end() ? "<none>" : found->second.value;
  }

  void set(const std::string& key, const std::string& value, std::uint64_t version = 1, std::uint32_t collection = 1) {
    const std::lock_guard lock(mutex);
    rows[{collection, key}] = {version, value};
  }
};

// Opens the disk; the system scope only.
std::unique_ptr<Storage> fake_storage(FakeDisk& disk);

}  // namespace strongroom::store
