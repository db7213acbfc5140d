// Rows in memory with their history, so that readers keep a snapshot while one writer goes on.
//
// Time is a number of commits. The writer writes at time now + 1, which nobody else sees until commit makes it now.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <shared_mutex>
#include <string>
#include <tuple>
#include <vector>

#include <strongroom/base/bytes.h>

namespace strongroom::memory {

// Compares like memcmp within a collection and scope.
using RowId = std::tuple<std::uint32_t, std::string, std::string>;  // collection, scope, key

struct Row {
  std::uint64_t version = 0;
  std::shared_ptr<const Bytes> value;
};

struct FoundRow {
  std::string key;
  Row row;
};

struct Selection {
  std::uint32_t collection = 0;
  std::string scope;
  std::string first;               // inclusive
  std::optional<std::string> end;  // exclusive; nothing: without end
  bool reverse = false;
};

// Thread-safe; the functions of the writer are called by one thread at a time.
class Rows {
 public:
  // A snapshot of all commits so far; give it back with end_read.
  std::uint64_t begin_read();
  void end_read(std::uint64_t time);

  std::optional<Row> find(const RowId& id, std::uint64_t time) const;
  // The first rows of a selection, at most `count`.
  std::vector<FoundRow> select(const Selection& selection, std::uint64_t time, std::size_t count) const;

  // The writer. False: there is one already.
  bool begin_write();
  // The time at which the writer reads what it wrote.
  std::uint64_t writer_time() const;
  // Nothing as `row` erases.
  void write(const RowId& id, std::optional<Row> row);

  // How much has been written, for undo_to.
  std::size_t written() const noexcept { return undo_.size(); }

  void undo_to(std::size_t written);
  // Ends the write: all of it visible, or none.
  void commit(std::uint64_t mark);
  void end_write();

  std::uint64_t size() const;
  std::uint64_t mark() const;

 private:
  struct Change {
    std::uint64_t time = 0;
    std::optional<Row> row;
  };

  using History = std::vector<Change>;  // ascending times

  struct Undo {
    RowId id;
    std::optional<Change> before;  // of the same write; nothing: there was none
  };

  static const Change* at(const History& history, std::uint64_t time);
  void prune();

  mutable std::shared_mutex mutex_;
  std::map<RowId, History> rows_;
  std::set<RowId> prunable_;  // rows with more history than the present
  std::multiset<std::uint64_t> readers_;
  std::vector<Undo> undo_;  // of the writer
  std::uint64_t now_ = 0;
  std::uint64_t live_ = 0;  // rows at now_
  std::uint64_t mark_ = 0;
  bool writing_ = false;
};

}  // namespace strongroom::memory
