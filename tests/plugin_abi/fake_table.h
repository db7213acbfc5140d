// A table that does what a test tells it, right or wrong.
#pragma once

#include <cstdint>
#include <functional>

#include <strongroom/abi/storage.h>

namespace strongroom::testing {

// What the functions of fake_table() do; a test sets the ones it is about. One at a time.
struct FakeBehaviour {
  std::function<sr_status(const sr_row_key&, const sr_row_sink&)> get;
  std::function<sr_status(const sr_range&, const sr_row_sink&)> scan;
  std::function<sr_status(const sr_error_sink&)> put;
  std::function<sr_status(const sr_health_sink&)> health;
  bool opens_null = false;
  bool begins_null = false;
  int closed = 0;
  int rolled_back = 0;
  int committed = 0;
};

// Functions over `behaviour`, which stays valid while the table is used.
sr_storage_v1 fake_table(FakeBehaviour& behaviour);

}  // namespace strongroom::testing
