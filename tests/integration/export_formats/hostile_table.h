// A small table of everything that has ever broken a file format.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "tests/support/exporter_module.h"

namespace strongroom::testing {

// The same in each run. `cells` point into it.
class HostileTable {
 public:
  // The sheets differ in their first column: "text", and "other".
  explicit HostileTable(std::size_t sheet);

  const std::string& name() const { return name_; }

  const std::string& title() const { return title_; }

  const std::vector<sr_column>& columns() const { return columns_; }

  const std::vector<sr_cell>& cells() const { return cells_; }

  // {"name","title","columns":[[name,title,type]...],"rows":[[...]...]}: texts as hex in an object {"text"}, reals as
  // {"real": hex float}, times as {"ms"}, null, true, false and integers as they are.
  void describe(std::ostream& out) const;

 private:
  std::string name_;
  std::string title_;
  std::vector<sr_column> columns_;
  std::vector<sr_cell> cells_;
};

}  // namespace strongroom::testing
